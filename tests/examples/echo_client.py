#!/usr/bin/env python3
"""The echo client with the echo server, with one that leaves without a word,
and with nobody."""

import asyncio

import support


async def leave(_, writer):
    writer.close()


async def script():
    server = await support.start('echo_server', 0)
    port = await support.port_of(server)
    await support.run('echo_client', support.LOOPBACK, port)
    await support.stop(server, 'echo_server')

    rude = await asyncio.start_server(leave, support.LOOPBACK, 0)
    port = rude.sockets[0].getsockname()[1]
    await support.run('echo_client', support.LOOPBACK, port)

    with support.refusing_port() as bound:
        port = bound.getsockname()[1]
        await support.run('echo_client', support.LOOPBACK, port)


support.main(script)
