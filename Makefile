# A thin front: each target installs the Debian packages that it lacks (as root
# or through sudo; SETUP=no leaves that to you) and calls meson.
# `make help` lists the targets. BUILD is the build folder.

BUILD ?= build
PREFIX ?= /usr/local
DESTDIR ?=
export BUILD SETUP

setup = $(if $(filter no,$(SETUP)),: ,scripts/setup scripts/packages.txt)

.PHONY: all
all:
	@$(setup)
	@scripts/build $(BUILD)

.PHONY: help
help:
	@sed -n 's/^#: \?//p' Makefile

#: make             builds the library, the horo program and the examples
#: make run         takes a census of a toy web that it starts by itself
#: make test        runs the test suite
#: make bench       measures against other runtimes (BENCH="--quick", --help)
#: make install     installs to PREFIX=/usr/local, below DESTDIR
#: make clean       removes all build folders
#:
#: Slower checks, for developers:
#: make lint           layers, formatting, exports, headers
#: make format         formats the C files
#: make test-asan      gcc and clang, AddressSanitizer and UBSan
#: make test-cancel    each test cancelled at each of its suspensions
#: make test-tsan      ThreadSanitizer
#: make test-valgrind  memcheck, leaks are errors
#: make test-valgrind-clang  the same, built by clang
#: make test-clang     built by clang
#: make test-ucontext  the portable context switch
#: make test-minimal   without the optional libraries
#: make test-aarch64   64-bit ARM, emulated

.PHONY: run
run: all
	@$(BUILD)/horo census --toy

.PHONY: test
test:
	@scripts/test plain

.PHONY: test-asan
test-asan:
	@scripts/test asan asan-clang

variants_tested = test-cancel test-tsan test-valgrind test-valgrind-clang \
    test-clang test-ucontext test-minimal test-aarch64
.PHONY: $(variants_tested)
$(variants_tested):
	@scripts/test $(@:test-%=%)

.PHONY: bench
bench:
	@$(setup) bench/packages.txt
	@scripts/build build-bench -Dbench=true -Dtests=false -Dexamples=false
	@bench/run.py --horo build-bench --build build-bench/peers $(BENCH)

.PHONY: lint
lint:
	@scripts/lint

.PHONY: format
format:
	@$(setup) scripts/packages-check.txt
	@find include src tools examples tests bench -name '*.[ch]' 2>/dev/null \
	    | xargs clang-format -i

# Installing follows meson: the prefix is part of the configuration, so it has
# a build folder of its own, without tests.
.PHONY: install
install:
	@$(setup)
	@scripts/build build-install --prefix $(abspath $(PREFIX)) \
	    -Dtests=false -Dexamples=false
	@DESTDIR=$(DESTDIR) meson install -C build-install --no-rebuild --quiet
	@if [ -z "$(DESTDIR)" ] && [ "$$(id -u)" = 0 ]; then ldconfig; fi

variants = bench asan asan-clang tsan valgrind valgrind-clang clang ucontext \
    minimal aarch64 install

.PHONY: clean
clean:
	rm -rf $(BUILD) $(variants:%=build-%)
