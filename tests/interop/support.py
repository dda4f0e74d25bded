"""The support of interop tests: TAP, the horo program, servers of our own."""

import json
import os
import re
import shlex
import signal
import socket
import subprocess
import sys
import threading
import time
import traceback

# Nothing here takes long; a hang is a failure, not a stop.
PATIENCE_S = 120


class Skip(Exception):
    """Raised by a test that cannot be made here, with the reason."""


class Failure(Exception):
    """A check that does not hold."""


def check(holds, message):
    if not holds:
        raise Failure(message)


def check_equal(actual, expected, what='value'):
    if actual != expected:
        raise Failure(f'{what} is\n{actual!r}\nexpected\n{expected!r}')


def run_tests(tests):
    """Runs functions in order; each is a line of TAP named like it."""
    failed = 0
    for number, test in enumerate(tests, 1):
        title = f'{number} - {test.__name__.replace("_", " ")}'
        try:
            test()
            print(f'ok {title}', flush=True)
        except Skip as reason:
            print(f'ok {title} # SKIP {reason}', flush=True)
        except Exception as error:
            failed += 1
            text = (str(error) if isinstance(error, Failure)
                    else traceback.format_exc())
            for line in text.splitlines():
                print(f'# {line}')
            print(f'not ok {title}', flush=True)
    print(f'1..{len(tests)}')
    sys.exit(1 if failed else 0)


def command(*arguments):
    """The horo program of the command line, perhaps under a wrapper."""
    wrapper = shlex.split(os.environ.get('HORO_TEST_WRAPPER', ''))
    return wrapper + [sys.argv[1], *map(str, arguments)]


# What Valgrind says beside the program: "==123== ", "--123-- ".
WRAPPER_LINE = re.compile(r'^(==|--)\d+\1 .*\n', re.MULTILINE)


def without_wrapper(errors):
    return WRAPPER_LINE.sub('', errors)


def horo(*arguments, stdin='', **options):
    """Runs the program to its end; stdout and stderr are text."""
    result = subprocess.run(command(*arguments), input=stdin, text=True,
                            capture_output=True, timeout=PATIENCE_S, **options)
    if result.returncode != 99:  # Valgrind's, which explains itself
        result.stderr = without_wrapper(result.stderr)
    return result


def start(*arguments, **options):
    """Starts the program with pipes. Ctrl-C works, as in a terminal, even if
    this script was started in the background of a shell that ignores it."""
    return subprocess.Popen(
        command(*arguments), text=True, stdin=subprocess.PIPE,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
        **options)


def end(process):
    """Closes the pipes of a process and makes sure that it has ended."""
    for pipe in (process.stdin, process.stdout, process.stderr):
        pipe.close()
    if process.poll() is None:
        process.kill()
        process.wait()


def census(*arguments, **options):
    return horo('census', *arguments, **options)


def records(*arguments, **options):
    """The records of a census, in the order of their coming."""
    result = census('--format', 'jsonl', '-q', *arguments, **options)
    check_equal(result.returncode, 0, f'exit code ({result.stderr})')
    return [json.loads(line) for line in result.stdout.splitlines()]


def verdict(record):
    """What a record says in one word: an error, or a product."""
    return record['error'] or record['product'] or '(none)'


def needs_names():
    """Skips the test in a build that cannot look up names."""
    if verdict(records('-p', '9', 'localhost')[0]) == 'local.unsupported':
        raise Skip('built without c-ares')


class Server:
    """A TCP server of one behaviour: each connection's request is kept, then
    given to `answer` with its socket."""

    def __init__(self, answer, host='127.0.0.1', family=socket.AF_INET):
        self.answer = answer
        self.requests = []
        self.arrived = threading.Semaphore(0)
        self.socket = socket.socket(family, socket.SOCK_STREAM)
        self.socket.bind((host, 0))
        self.socket.listen(1000)
        self.port = self.socket.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                connection = self.socket.accept()[0]
            except OSError:
                return
            threading.Thread(target=self.serve, args=[connection],
                             daemon=True).start()

    def serve(self, connection):
        request = b''
        try:
            while b'\r\n\r\n' not in request:
                more = connection.recv(4096)
                if not more:
                    break
                request += more
            self.requests.append(request)
            self.arrived.release()
            self.answer(connection)
        except OSError:
            pass  # the client has gone
        connection.close()

    def wait_for(self, count):
        for _ in range(count):
            check(self.arrived.acquire(timeout=PATIENCE_S),
                  'the server was not asked')

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.shutdown(socket.SHUT_RDWR)
        self.socket.close()


def say(response):
    """An answer for Server: these bytes."""
    return lambda connection: connection.sendall(response)


def stay_silent(connection):
    """An answer for Server: none, until the client goes."""
    while connection.recv(4096):
        pass


def free_port():
    with socket.socket() as probe:
        probe.bind(('127.0.0.1', 0))
        return probe.getsockname()[1]


def wait_until_open(port, process):
    """Waits until a foreign server listens."""
    end = time.monotonic() + PATIENCE_S
    while time.monotonic() < end:
        if process.poll() is not None:
            raise Failure(f'the server ended with {process.returncode}')
        try:
            socket.create_connection(('127.0.0.1', port), 1).close()
            return
        except OSError:
            time.sleep(0.02)
    raise Failure('the server does not listen')
