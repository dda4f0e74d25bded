#!/usr/bin/env python3
"""Two clients of the echo server at once, the second one slow to speak."""

import asyncio

import support


async def say(streams, words):
    reader, writer = streams
    writer.write(words.encode())
    print('echo:', (await reader.readexactly(len(words))).decode())


async def script():
    server = await support.start('echo_server', 0)
    port = await support.port_of(server)
    first = await asyncio.open_connection(support.LOOPBACK, port)
    second = await asyncio.open_connection(support.LOOPBACK, port)
    await say(first, 'one')
    await say(second, 'two')
    await say(first, 'three')
    first[1].write_eof()
    print('then the end:', await first[0].read())
    await say(second, 'four')
    await support.stop(server, 'echo_server')
    print('after Ctrl-C:', await second[0].read())
    await support.run('echo_server', 70000)


support.main(script)
