"""asyncio's Queue: what an item costs on its way from one task to another.
Prints one JSON object of ns per item; a queue of asyncio has room for one at
least, so there is no rendezvous, and pingpong goes through two such queues.
"""

import asyncio
import json
import time


async def measure(count, *tasks):
    start = time.perf_counter_ns()
    for task in [asyncio.create_task(task) for task in tasks]:
        await task
    return round((time.perf_counter_ns() - start) / count, 2)


async def send(queue, count):
    for i in range(count):
        await queue.put(i)


async def receive(queue, count):
    for _ in range(count):
        await queue.get()


async def step(queue, count):
    for i in range(count):
        await queue.put(i)
        await queue.get()


async def ask(there, back, count):
    for i in range(count):
        await there.put(i)
        await back.get()


async def serve(there, back, count):
    for _ in range(count):
        await back.put(await there.get())


async def queue_ns(room, count):
    queue = asyncio.Queue(room)
    return await measure(count, send(queue, count), receive(queue, count))


async def pingpong_ns(count):
    there, back = asyncio.Queue(1), asyncio.Queue(1)
    return await measure(
        count, ask(there, back, count), serve(there, back, count)
    )


async def main():
    figures = {
        "queue_step_ns": await measure(
            200_000, step(asyncio.Queue(128), 200_000)
        ),
        "queue_ns": await queue_ns(128, 200_000),
        "queue_1_ns": await queue_ns(1, 50_000),
        "pingpong_ns": await pingpong_ns(50_000),
    }
    print(json.dumps(figures))


asyncio.run(main())
