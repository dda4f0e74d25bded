"""A step of Python's generator: next(). Prints ns per step."""

import json
import time

STEPS = 1_000_000


def count_up():
    i = 0
    while True:
        i += 1
        yield i


def main():
    numbers = count_up()
    start = time.perf_counter_ns()
    for _ in range(STEPS):
        next(numbers)
    ns = (time.perf_counter_ns() - start) / STEPS
    print(json.dumps({"step_ns": round(ns, 2)}))


main()
