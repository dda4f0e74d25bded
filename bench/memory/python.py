"""Many asyncio tasks asleep at once: memory of each. Prints one JSON object.

usage: python.py TASKS
"""

import asyncio
import json
import os
import re
import sys
import time


def proc_bytes(name):
    with open("/proc/self/status") as file:
        match = re.search(rf"{name}:\s+(\d+) kB", file.read())
    return int(match.group(1)) * 1024 if match else 0


async def main(count):
    rss, tables = proc_bytes("VmRSS"), proc_bytes("VmPTE")
    start = time.perf_counter_ns()
    tasks = [asyncio.create_task(asyncio.sleep(3600)) for _ in range(count)]
    await asyncio.sleep(0)  # all have begun
    spawn_ns = (time.perf_counter_ns() - start) / count
    rss = (proc_bytes("VmRSS") - rss) / count
    tables = (proc_bytes("VmPTE") - tables) / count
    figures = {
        "spawn_ns": spawn_ns,
        "rss_bytes": rss,
        "page_table_bytes": tables,
        "rss_and_tables_bytes": rss + tables,
    }
    text = json.dumps({name: round(n, 2) for name, n in figures.items()})
    print(text, flush=True)
    os._exit(0)  # cancelling them all is not what is measured


if len(sys.argv) != 2 or not sys.argv[1].isdigit() or sys.argv[1] == "0":
    sys.exit(f"usage: {sys.argv[0]} TASKS")
asyncio.run(main(int(sys.argv[1])))
