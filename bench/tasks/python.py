"""The price of an asyncio task: yielding among 2 and among 100 000, starting
an empty one and waiting for it. Prints one JSON object of ns per operation.
"""

import asyncio
import json
import time


async def yielder(yields):
    for _ in range(yields):
        await asyncio.sleep(0)


async def empty():
    pass


async def yield_ns(tasks, yields):
    started = [asyncio.create_task(yielder(yields)) for _ in range(tasks)]
    start = time.perf_counter_ns()
    for task in started:
        await task
    return (time.perf_counter_ns() - start) / (tasks * yields)


async def spawn_join_ns(count):
    start = time.perf_counter_ns()
    for _ in range(count):
        await asyncio.create_task(empty())
    return (time.perf_counter_ns() - start) / count


async def main():
    figures = {
        "yield_2_ns": await yield_ns(2, 50_000),
        "yield_100k_ns": await yield_ns(100_000, 3),
        "spawn_join_ns": await spawn_join_ns(50_000),
    }
    print(json.dumps({name: round(ns, 2) for name, ns in figures.items()}))


asyncio.run(main())
