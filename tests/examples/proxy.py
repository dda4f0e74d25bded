#!/usr/bin/env python3
"""The proxy before a server that answers only when it has heard all, before
the echo server, and before nobody."""

import asyncio

import support


async def hear_all(reader, writer):
    heard = await reader.read()
    writer.write(b'heard %d bytes, then the end' % len(heard))
    writer.close()


async def proxy_to(port):
    proxy = await support.start('proxy', 0, support.LOOPBACK, port)
    return proxy, await support.port_of(proxy)


async def connect(port):
    return await asyncio.open_connection(support.LOOPBACK, port)


async def script():
    target = await asyncio.start_server(hear_all, support.LOOPBACK, 0)
    proxy, port = await proxy_to(target.sockets[0].getsockname()[1])
    patient = await connect(port)
    reader, writer = await connect(port)
    writer.write(b'x' * 1000000)
    writer.write_eof()
    print((await reader.read()).decode())
    patient[1].write_eof()
    print((await patient[0].read()).decode())
    await support.stop(proxy, 'proxy')

    server = await support.start('echo_server', 0)
    proxy, port = await proxy_to(await support.port_of(server))
    reader, writer = await connect(port)
    for word in b'there', b'back':
        writer.write(word)
        print((await reader.readexactly(len(word))).decode())
    await support.stop(server, 'echo_server')
    print('the server has gone:', await reader.read())
    await support.stop(proxy, 'proxy')

    with support.refusing_port() as bound:
        proxy, port = await proxy_to(bound.getsockname()[1])
        reader, writer = await connect(port)
        print('nobody there:', await reader.read())
        await support.stop(proxy, 'proxy')


support.main(script)
