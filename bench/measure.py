"""One measurement: start a server on its CPU, load it from another, stop it.

Every process that is started here is in ALIVE until it has ended, dies with
the runner whatever happens to it, and is stopped by its own id.
"""

import ast
import ctypes
import json
import os
import re
import select
import signal
import subprocess
import time
from contextlib import contextmanager

START_LIMIT_S = 15
STOP_LIMIT_S = 3
EXIT_UNAVAILABLE = 77

PR_SET_PDEATHSIG = 1
PR_SET_PTRACER = 0x59616D61
PR_SET_PTRACER_ANY = ctypes.c_ulong(-1)

ALIVE = set()
LIBC = ctypes.CDLL(None, use_errno=True)


class Failed(Exception):
    """The program misbehaved."""


class Unavailable(Exception):
    """The program says that it cannot run on this machine."""


def start(command, cpu, env=None, **pipes):
    def in_child():
        LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        # So that strace may attach to it where Yama forbids siblings.
        LIBC.prctl(PR_SET_PTRACER, PR_SET_PTRACER_ANY)
        os.sched_setaffinity(0, {cpu})

    process = subprocess.Popen(
        command,
        env={**os.environ, **(env or {})},
        preexec_fn=in_child,
        start_new_session=True,
        **pipes,
    )
    ALIVE.add(process)
    return process


def stop(process, with_signal=signal.SIGTERM):
    """Returns whether it ended when asked to."""
    polite = True
    if process.poll() is None:
        process.send_signal(with_signal)
        try:
            process.wait(STOP_LIMIT_S)
        except subprocess.TimeoutExpired:
            polite = False
            process.kill()
            process.wait()
    for pipe in (process.stdin, process.stdout, process.stderr):
        if pipe is not None:
            pipe.close()
    ALIVE.discard(process)
    return polite


def stop_all():
    for process in list(ALIVE):
        stop(process, signal.SIGKILL)


# ---- reading from a child, for a limited time ----


def read_line(process, pipe, limit_s, what):
    """A line of an unbuffered pipe; Failed at its end or after limit_s."""
    deadline = time.monotonic() + limit_s
    line = b""
    while not line.endswith(b"\n"):
        left = deadline - time.monotonic()
        if left <= 0 or not select.select([pipe], [], [], left)[0]:
            raise Failed(f"no {what} for {limit_s:.0f} s")
        byte = os.read(pipe.fileno(), 1)
        if not byte:
            process.wait(STOP_LIMIT_S)
            raise Failed(f"ended with {process.returncode} before {what}")
        line += byte
    return line.decode(errors="replace").rstrip("\n")


def last_words(path):
    with open(path, errors="replace") as file:
        lines = file.read().strip().splitlines()
    return lines[-1] if lines else "(it printed nothing)"


# ---- the server ----


@contextmanager
def running_server(server, program, setup):
    """Yields (process, port). It must outlive the block, and end when asked."""
    log_path = os.path.join(setup.build, f"{server.name}.stderr")
    command = [*program, *(a.format(port=0) for a in server.arguments)]
    with open(log_path, "wb") as log:
        process = start(
            command,
            setup.server_cpu,
            server.env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=log,
            bufsize=0,
        )
    try:
        try:
            line = read_line(
                process, process.stdout, START_LIMIT_S, "PORT line"
            )
        except Failed as failure:
            if process.poll() == EXIT_UNAVAILABLE:
                raise Unavailable(last_words(log_path)) from failure
            raise Failed(f"{failure}: {last_words(log_path)}") from failure
        match = re.fullmatch(r"PORT (\d+)", line)
        if match is None:
            raise Failed(f"printed {line!r} instead of PORT and a number")
        yield process, int(match.group(1))
        if process.poll() is not None:
            raise Failed(
                f"ended with status {process.returncode} under load:"
                f" {last_words(log_path)}"
            )
    finally:
        polite = stop(process)
    if not polite:
        raise Failed(f"did not end within {STOP_LIMIT_S} s of SIGTERM")


def peak_memory_bytes(pid):
    with open(f"/proc/{pid}/status") as file:
        match = re.search(r"VmHWM:\s+(\d+) kB", file.read())
    return int(match.group(1)) * 1024 if match else 0


# ---- the load ----


def load_command(setup, case, port, *more):
    command = [
        *setup.load,
        f"--port={port}",
        f"--connections={case.connections}",
        f"--size={case.size}",
        f"--warmup={setup.warmup_s}",
    ]
    if case.churn:
        command.append("--churn")
    return command + [str(argument) for argument in more]


def start_load(setup, command):
    return start(
        command,
        setup.load_cpu,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        bufsize=0,
    )


def load_result(load, limit_s):
    """The generator's figures; its own message when it failed."""
    try:
        return json.loads(read_line(load, load.stdout, limit_s, "a result"))
    except Failed as failure:
        if load.poll() is None:
            raise
        words = load.stderr.read().decode(errors="replace").strip()
        raise Failed(words or str(failure)) from failure


def measure_load(server, program, case, setup):
    """Figures of one window (or one silence) against a fresh process."""
    idle_s = setup.idle_s if case.idle else 0
    limit_s = setup.warmup_s + setup.window_s + idle_s + 30
    with running_server(server, program, setup) as (process, port):
        load = start_load(
            setup,
            load_command(
                setup,
                case,
                port,
                f"--seconds={setup.window_s}",
                f"--idle={idle_s}",
                f"--server-pid={process.pid}",
            ),
        )
        try:
            figures = load_result(load, limit_s)
            figures["peak_memory_bytes"] = peak_memory_bytes(process.pid)
        finally:
            stop(load)
    if figures["requests"] == 0:
        raise Failed("not one request was answered in the window")
    cpu_ns = figures["server_cpu_ns"] / figures["requests"]
    return {**figures, "cpu_ns_per_request": cpu_ns}


# ---- system calls ----


# % time, seconds, usecs/call, calls, errors (may be empty), syscall
STRACE_ROW = re.compile(
    r"\s*[\d.]+\s+[\d.]+\s+\d+\s+(\d+)\s+(?:\d+\s+)?([a-z_]\w*)\s*"
)


def parse_strace(text):
    """Calls per name from the table that strace -c prints."""
    rows = (STRACE_ROW.fullmatch(line) for line in text.splitlines())
    calls = {row.group(2): int(row.group(1)) for row in rows if row}
    calls.pop("total", None)
    return calls


@contextmanager
def tracing(pid, setup):
    """strace on pid, from when it has attached until the block ends."""
    summary_path = os.path.join(setup.build, "strace.summary")
    strace = start(
        ["strace", "-f", "-c", "-o", summary_path, "-p", str(pid)],
        setup.load_cpu,
        stdin=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        bufsize=0,
    )
    calls = {}
    try:
        line = read_line(strace, strace.stderr, START_LIMIT_S, "strace's word")
        if "attached" not in line:
            raise Unavailable(line)
        yield calls
    finally:
        stop(strace, signal.SIGINT)
    with open(summary_path) as file:
        calls.update(parse_strace(file.read()))


def measure_syscalls(server, program, case, setup):
    """System calls per request by name, of the steady state alone: strace comes
    after the connections are warm and leaves before they close."""
    requests = f"--requests={setup.trace_requests(case)}"
    with running_server(server, program, setup) as (process, port):
        load = start_load(
            setup, load_command(setup, case, port, requests, "--hold")
        )
        try:
            ready = read_line(load, load.stdout, START_LIMIT_S, "READY")
            if ready != "READY":
                raise Failed(f"the load said {ready!r} instead of READY")
            with tracing(process.pid, setup) as calls:
                os.write(load.stdin.fileno(), b"go\n")
                figures = load_result(load, 120)
        finally:
            stop(load)
    answered = figures["requests_with_drain"]
    return {name: count / answered for name, count in calls.items()}


# ---- programs that measure themselves ----


def measure_micro(program, micro, setup):
    process = start(
        [*program, *micro.arguments],
        setup.server_cpu,
        micro.env,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        bufsize=0,
    )
    try:
        return load_result(process, setup.micro_limit_s)
    except Failed as failure:
        if process.poll() == EXIT_UNAVAILABLE:
            raise Unavailable(str(failure)) from failure
        raise
    finally:
        stop(process)


# ---- the census ----


def ask_horo(horo, *arguments):
    """What `horo toyweb` says about its sites."""
    result = subprocess.run(
        [*horo, "toyweb", *arguments],
        capture_output=True,
        text=True,
        timeout=START_LIMIT_S,
    )
    if result.returncode != 0:
        raise Failed(f"toyweb: {result.stderr.strip()}")
    return result.stdout


@contextmanager
def running_toyweb(horo, hosts, setup):
    """Yields the address of its name server and the port of its sites."""
    log_path = os.path.join(setup.build, "toyweb.stderr")
    with open(log_path, "wb") as log:
        process = start(
            [*horo, "toyweb", "--healthy", str(hosts)],
            setup.load_cpu,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=log,
            bufsize=0,
        )
    try:
        said = []
        for name in ("resolver", "port"):
            line = read_line(process, process.stdout, START_LIMIT_S, name)
            if not line.startswith(f"{name} "):
                raise Failed(f"toyweb printed {line!r} instead of its {name}")
            said.append(line.split()[1])
        yield said
    finally:
        stop(process, signal.SIGINT)


def wait_for_usage(process, limit_s):
    """What the process used, from its start to its end."""
    handle = os.pidfd_open(process.pid)
    try:
        if not select.select([handle], [], [], limit_s)[0]:
            raise Failed(f"not done after {limit_s:.0f} s")
    finally:
        os.close(handle)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return usage


def parse_counts(text):
    """The dictionary on the last line, or None."""
    try:
        return ast.literal_eval(text.strip().splitlines()[-1])
    except (IndexError, SyntaxError, ValueError):
        return None


def measure_census(client, program, horo, case, setup):
    """Figures of one census of a fresh toy web, whose counts are right."""
    hosts = case.quick_hosts if setup.quick else case.hosts
    healthy = ("--healthy", str(hosts))
    truth = parse_counts(ask_horo(horo, *healthy, "--truth"))
    list_path = os.path.join(setup.build, "census.hosts")
    with open(list_path, "w") as file:
        file.write(ask_horo(horo, *healthy, "--list"))
    with running_toyweb(horo, hosts, setup) as (resolver, port):
        began = time.monotonic()
        usage, counts = run_census(
            client, program, list_path, setup, resolver=resolver, port=port,
            concurrency=case.concurrency,
        )
        wall_s = time.monotonic() - began
    if counts != truth:
        raise Failed(f"counted {counts}, the truth is {truth}")
    cpu_s = usage.ru_utime + usage.ru_stime
    return {
        "hosts": hosts,
        "user_us_per_host": usage.ru_utime * 1e6 / hosts,
        "system_us_per_host": usage.ru_stime * 1e6 / hosts,
        "cpu_us_per_host": cpu_s * 1e6 / hosts,
        "hosts_per_cpu_s": hosts / cpu_s,
        "hosts_per_s": hosts / wall_s,
    }


def run_census(client, program, list_path, setup, **parameters):
    """Returns what the client used and what it counted."""
    base = os.path.join(setup.build, f"census-{client.name}")
    with (
        open(list_path, "rb") as hosts,
        open(f"{base}.stdout", "wb") as out,
        open(f"{base}.stderr", "wb") as log,
    ):
        process = start(
            [*program, *(a.format(**parameters) for a in client.arguments)],
            setup.server_cpu,
            client.env,
            stdin=hosts,
            stdout=out,
            stderr=log,
        )
    try:
        usage = wait_for_usage(process, setup.micro_limit_s)
    finally:
        stop(process)
    if process.returncode != 0:
        raise Failed(
            f"ended with {process.returncode}: {last_words(f'{base}.stderr')}"
        )
    with open(f"{base}.stdout", errors="replace") as file:
        return usage, parse_counts(file.read())
