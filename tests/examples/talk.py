#!/usr/bin/env python3
"""talk with a server that answers only when it has heard all, and with one
that has enough before the input ends."""

import asyncio
import tempfile

import support


async def hear_all(reader, writer):
    lines = (await reader.read()).decode().splitlines()
    writer.write(f'heard {len(lines)} lines, then the end\n'.encode())
    writer.close()


async def hear_one(reader, writer):
    line = await reader.readline()
    writer.write(b'enough after ' + line)
    writer.close()


async def start_server(serve):
    server = await asyncio.start_server(serve, support.LOOPBACK, 0)
    return server, server.sockets[0].getsockname()[1]


async def script():
    server, port = await start_server(hear_all)
    process = await support.start('talk', support.LOOPBACK, port)
    process.stdin.write(b'one\ntwo\n')
    process.stdin.close()
    await support.finish(process, 'talk')

    with tempfile.TemporaryFile() as file:
        file.write(b'from a file\n')
        file.seek(0)
        process = await support.start('talk', support.LOOPBACK, port,
                                      stdin=file)
        await support.finish(process, 'talk')

    server, port = await start_server(hear_one)
    process = await support.start('talk', support.LOOPBACK, port)
    process.stdin.write(b'one\n')
    print((await process.stdout.read()).decode(), end='')  # input still open
    await support.finish(process, 'talk')


support.main(script)
