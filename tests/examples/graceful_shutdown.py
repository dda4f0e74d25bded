#!/usr/bin/env python3
"""Ctrl-C comes while one client is idle and another is in a letter."""

import asyncio
import signal

import support


async def script():
    server = await support.start('graceful_shutdown', 0)
    port = await support.port_of(server)
    _, idle_writer = idle = await asyncio.open_connection(
        support.LOOPBACK, port)
    idle_writer.write(b'a short one\n.\n')
    for _ in range(2):
        print('idle:', (await idle[0].readline()).decode(), end='')
    reader, writer = await asyncio.open_connection(support.LOOPBACK, port)
    writer.write(b'Dear ring,\n')
    print('busy:', (await reader.readline()).decode(), end='')

    server.send_signal(signal.SIGINT)
    print('idle after Ctrl-C:', await idle[0].read())
    print('server:', (await server.stdout.readline()).decode(), end='')
    writer.write(b'all the best.\n.\n')
    print('busy after Ctrl-C:', (await reader.read()).decode())
    await support.finish(server, 'graceful_shutdown')


support.main(script)
