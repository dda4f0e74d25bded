#!/usr/bin/env python3
import census
import support

support.main(lambda: census.take('census_bounded', 10))
