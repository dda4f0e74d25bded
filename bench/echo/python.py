"""Echo as a Protocol, on asyncio's own loop or on uvloop's.

Both set TCP_NODELAY by themselves; both are left their own read sizes.
"""

import asyncio
import sys


class Echo(asyncio.Protocol):
    def connection_made(self, transport):
        self.transport = transport

    def data_received(self, data):
        self.transport.write(data)


async def serve(port):
    loop = asyncio.get_running_loop()
    server = await loop.create_server(Echo, "127.0.0.1", port, backlog=4096)
    print("PORT", server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


def main():
    if len(sys.argv) != 3 or sys.argv[2] not in ("asyncio", "uvloop"):
        sys.exit(f"usage: {sys.argv[0]} PORT asyncio|uvloop")
    if sys.argv[2] == "uvloop":
        import uvloop

        uvloop.install()
    asyncio.run(serve(int(sys.argv[1])))


main()
