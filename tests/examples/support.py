"""What the scripts of the scripted examples share: they start examples, play
their partners, and print what happened, which run_scripted compares.

A script never waits for a span of time to pass, only for what it expects to
happen; one that waits in vain is ended, and what it started with it.
"""

import asyncio
import os
import shlex
import signal
import socket
import sys

PATIENCE = 50  # seconds that a whole script may take
LOOPBACK = '127.0.0.1'
STARTED = []


def example(name):
    """The command that runs an example: meson passes the build folder."""
    wrapper = shlex.split(os.environ.get('HORO_EXAMPLE_WRAPPER', ''))
    return wrapper + [os.path.join(sys.argv[1], 'example_' + name)]


async def start(name, *arguments, clock='real', stdin=asyncio.subprocess.PIPE):
    process = await asyncio.create_subprocess_exec(
        *example(name), *map(str, arguments), stdin=stdin,
        stdout=asyncio.subprocess.PIPE,
        env={**os.environ, 'HORO_CLOCK': clock})
    STARTED.append(process)
    return process


async def finish(process, name):
    """Prints what a process still has to say, and its status unless 0."""
    output, _ = await process.communicate()
    sys.stdout.write(output.decode())
    if process.returncode != 0:
        print(f'{name} ended with status {process.returncode}')


async def run(name, *arguments, **options):
    await finish(await start(name, *arguments, **options), name)


async def stop(process, name):
    """Ends a server as its user does, with Ctrl-C."""
    process.send_signal(signal.SIGINT)
    await finish(process, name)


async def port_of(process):
    """The port that a process listens on, as soon as it does."""
    while process.returncode is None:
        port = find_listener(process.pid)
        if port:
            return port
        await asyncio.sleep(0.005)
    raise SystemExit(f'the server ended with status {process.returncode}')


def find_listener(pid):
    """The port of a TCP socket of this process that listens, or None."""
    sockets = set()
    for entry in os.scandir(f'/proc/{pid}/fd'):
        try:
            target = os.readlink(entry.path)
        except FileNotFoundError:
            continue
        if target.startswith('socket:['):
            sockets.add(target[len('socket:['):-1])
    with open(f'/proc/{pid}/net/tcp', encoding='ascii') as table:
        for line in list(table)[1:]:
            fields = line.split()
            if fields[3] == '0A' and fields[9] in sockets:
                return int(fields[1].split(':')[1], 16)
    return None


def refusing_port():
    """A socket whose port refuses connections for as long as it is open."""
    bound = socket.socket()
    bound.bind((LOOPBACK, 0))
    return bound


class Portals:
    """Web servers that answer one at a time, and only when as many of them
    have been asked as should be asked at once. So the order is certain, and
    a client that asks fewer at once waits in vain."""

    def __init__(self, answers, at_once, choose=min):
        self.answers = answers
        self.at_once = at_once
        self.choose = choose
        self.waiting = {}
        self.left = len(answers)
        self.most = 0
        self.servers = []

    async def open(self):
        """Returns their addresses, as HOST:PORT."""
        for index, answer in enumerate(self.answers):
            self.servers.append(await asyncio.start_server(
                lambda reader, writer, index=index, answer=answer:
                    self.serve(reader, writer, index, answer),
                LOOPBACK, 0))
        return [f'{LOOPBACK}:{server.sockets[0].getsockname()[1]}'
                for server in self.servers]

    async def serve(self, reader, writer, index, answer):
        request = await reader.readuntil(b'\r\n\r\n')
        if not request.startswith(b'HEAD / HTTP/1.1\r\nHost: '):
            print(f'an odd request: {request}')
        turn = self.waiting[index] = asyncio.Event()
        self.most = max(self.most, len(self.waiting))
        self.release()
        await turn.wait()
        writer.write(answer.encode())
        writer.write_eof()
        await reader.read()  # until the client has gone
        writer.close()
        del self.waiting[index]
        self.left -= 1
        self.release()

    def release(self):
        if any(turn.is_set() for turn in self.waiting.values()):
            return
        if self.waiting and len(self.waiting) >= min(self.at_once, self.left):
            self.waiting[self.choose(self.waiting)].set()


def main(script):
    """Runs the coroutine function of a script, for a limited time."""
    # What a shell starts in the background inherits that SIGINT is ignored.
    signal.signal(signal.SIGINT, signal.default_int_handler)

    async def limited():
        try:
            await asyncio.wait_for(script(), PATIENCE)
        finally:
            for process in STARTED:
                if process.returncode is None:
                    process.kill()

    asyncio.run(limited())
