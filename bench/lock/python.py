"""asyncio's Lock or Semaphore: taken while it is free, and handed from task to
task. Prints one JSON object of ns per operation.

usage: python.py lock|semaphore
"""

import asyncio
import json
import sys
import time

FREE_TIMES = 200_000
HANDOFFS = 50_000


async def use(lock, times):
    for _ in range(times):
        async with lock:
            pass


async def main(what):
    make = asyncio.Lock if what == "lock" else asyncio.BoundedSemaphore
    lock = make()
    start = time.perf_counter_ns()
    await use(lock, FREE_TIMES)
    free = (time.perf_counter_ns() - start) / FREE_TIMES
    await lock.acquire()
    tasks = [asyncio.create_task(use(lock, HANDOFFS // 2)) for _ in range(2)]
    await asyncio.sleep(0)
    start = time.perf_counter_ns()
    lock.release()
    for task in tasks:
        await task
    handoff = (time.perf_counter_ns() - start) / HANDOFFS
    print(
        json.dumps(
            {
                f"{what}_ns": round(free, 2),
                f"{what}_handoff_ns": round(handoff, 2),
            }
        )
    )


asyncio.run(main(sys.argv[1]))
