"""asyncio.gather() of ten thousand coroutines; those that wait yield once. Prints
ns per call.
"""

import asyncio
import json
import time

CALLS = 10_000
ROUNDS = 10


async def call(i):
    return i


async def wait_and_call(i):
    await asyncio.sleep(0)
    return i


async def gather_ns(what):
    best = None
    for _ in range(ROUNDS):
        start = time.perf_counter_ns()
        await asyncio.gather(*(what(i) for i in range(CALLS)))
        ns = (time.perf_counter_ns() - start) / CALLS
        best = ns if best is None else min(best, ns)
    return round(best, 2)


async def main():
    figures = {
        "gather_10k_ns": await gather_ns(call),
        "gather_10k_waiting_ns": await gather_ns(wait_and_call),
    }
    print(json.dumps(figures))


asyncio.run(main())
