"""What is measured: the programs, the cases, and the Debian package of each.

A program is a line in one of these tables. `kind` says which hand-written loop
it is compared with: epoll, uring, or other, which is compared with epoll's
because that is what every other runtime here stands on.
"""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Need:
    """Something that must be on the machine, and the package that brings it."""

    how: str  # tool | header | path | module
    name: str
    package: str


@dataclass(frozen=True)
class Build:
    """How a program comes about; recipe names a function of build.py."""

    name: str  # of the file below the build folder
    recipe: str  # c | c++ | go | cargo | python | meson
    sources: tuple = ()
    flags: tuple = ()
    needs: tuple = ()


@dataclass(frozen=True)
class Server:
    name: str
    kind: str  # epoll | uring | other
    build: Build
    arguments: tuple = ("{port}",)
    env: dict = field(default_factory=dict)
    by_hand: bool = False  # the loop others of its kind are compared with
    ours: bool = False
    package: str = ""  # whose version the report names


@dataclass(frozen=True)
class Micro:
    """A program that measures itself and prints {"..._ns": figure, ...}; the
    last part of a name is the unit, if report.UNITS has it."""

    name: str
    build: Build
    arguments: tuple = ()
    env: dict = field(default_factory=dict)
    ours: bool = False
    package: str = ""


@dataclass(frozen=True)
class Client:
    """A program that takes a census of the hosts on its standard input, and
    prints a dictionary of the products that it found."""

    name: str
    build: Build
    arguments: tuple = ("{resolver}", "{port}", "{concurrency}")
    env: dict = field(default_factory=dict)
    ours: bool = False
    package: str = ""


@dataclass(frozen=True)
class Case:
    """A load that every server is put under."""

    name: str
    what: str
    connections: int
    size: int = 64
    churn: bool = False
    idle: bool = False  # measures the silence after the load, once
    trace_requests: int = 0  # so many under strace, in a run of their own


@dataclass(frozen=True)
class MicroCase:
    name: str
    what: str
    programs: tuple
    reference: str  # the program whose figures ours are divided by


@dataclass(frozen=True)
class CensusCase:
    """Many hosts of a toy web, each asked for its product."""

    name: str
    what: str
    hosts: int
    quick_hosts: int
    concurrency: int
    programs: tuple
    reference: str


# ---- the programs ----

CC = Need("tool", "cc", "gcc")
CXX = Need("tool", "c++", "g++")
GO = Need("tool", "go", "golang-go")
CARGO = Need("tool", "cargo", "cargo")
RUSTC = Need("tool", "rustc", "rustc")
LIBURING = Need("header", "liburing.h", "liburing-dev")
LIBUV = Need("header", "uv.h", "libuv1-dev")
BOOST_CONTEXT = Need(
    "header", "boost/context/detail/fcontext.hpp", "libboost-context-dev"
)
BOOST = Need("header", "boost/asio.hpp", "libboost-dev")
TOKIO = Need("path", "/usr/share/cargo/registry/tokio-1.*", "librust-tokio-dev")
PYTHON = Need("tool", "/usr/bin/python3", "python3")
UVLOOP = Need("module", "uvloop", "python3-uvloop")

LOAD = Build("load", "c", ("load.c", "histogram.h"), needs=(CC,))

LIBUV_ECHO = Build(
    "echo-libuv",
    "c",
    ("echo/libuv.c", "echo/listen.h"),
    ("-luv",),
    (CC, LIBUV),
)
PYTHON_ECHO = Build(
    "echo-python", "python", ("echo/python.py",), needs=(PYTHON,)
)
UVLOOP_ECHO = Build(
    "echo-uvloop", "python", ("echo/python.py",), needs=(PYTHON, UVLOOP)
)


def by_hand(name, kind, source, *, headers=(), flags=(), needs=(), package=""):
    return Server(
        name,
        kind,
        Build(
            f"echo-{name}",
            "c",
            (source, "echo/listen.h", *headers),
            flags,
            (CC, *needs),
        ),
        by_hand=True,
        package=package,
    )


# ---- horo's own programs: built by meson, skipped while they do not exist ----

HORO_ECHO = Build("horo_echo", "meson")
HORO_TIMERS = Build("horo_timers", "meson")
HORO_SYNC = Build("horo_sync", "meson")
HORO_CHANNEL = Build("horo_channel", "meson")
HORO_GATHER = Build("horo_gather", "meson")
HORO_GENERATOR = Build("horo_generator", "meson")
HORO_TASKS = Build("horo_tasks", "meson")
HORO_SWITCH = Build("horo_switch", "meson")
HORO_MEMORY = Build("horo_memory", "meson")
HORO = Build("horo", "meson")
HORO_CENSUS = (
    *("census", "--quiet", "--format", "dict"),
    *("--concurrency", "{concurrency}"),
    *("--resolver", "{resolver}", "--port", "{port}", "-"),
)

HORO_SERVERS = (
    Server(
        "horo-epoll", "epoll", HORO_ECHO, env={"HORO_BACKEND": "epoll"}, ours=True
    ),
    Server(
        "horo-uring", "uring", HORO_ECHO, env={"HORO_BACKEND": "uring"}, ours=True
    ),
)

# ---- the peers ----

PEER_SERVERS = (
    by_hand("epoll", "epoll", "echo/epoll.c"),
    by_hand(
        "uring-oneshot",
        "uring",
        "echo/uring_oneshot.c",
        headers=("echo/ring.h",),
        flags=("-luring",),
        needs=(LIBURING,),
        package="liburing-dev",
    ),
    by_hand(
        "uring-multishot",
        "uring",
        "echo/uring_multishot.c",
        headers=("echo/ring.h",),
        flags=("-luring",),
        needs=(LIBURING,),
        package="liburing-dev",
    ),
    Server(
        "libuv",
        "other",
        LIBUV_ECHO,
        ("{port}", "write"),
        package="libuv1-dev",
    ),
    Server(
        "libuv-try",
        "other",
        LIBUV_ECHO,
        ("{port}", "try"),
        package="libuv1-dev",
    ),
    Server(
        "asio",
        "other",
        Build("echo-asio", "c++", ("echo/asio.cc",), ("-pthread",), (CXX, BOOST)),
        package="libboost-dev",
    ),
    Server(
        "go",
        "other",
        Build("echo-go", "go", ("echo/go/main.go",), needs=(GO,)),
        env={"GOMAXPROCS": "1"},
        package="golang-go",
    ),
    Server(
        "tokio",
        "other",
        Build(
            "echo-tokio",
            "cargo",
            ("echo/tokio/Cargo.toml", "echo/tokio/src/main.rs"),
            needs=(CC, CARGO, RUSTC, TOKIO),
        ),
        package="librust-tokio-dev",
    ),
    Server(
        "asyncio",
        "other",
        PYTHON_ECHO,
        ("{port}", "asyncio"),
        package="python3",
    ),
    Server(
        "uvloop",
        "other",
        UVLOOP_ECHO,
        ("{port}", "uvloop"),
        package="python3-uvloop",
    ),
)

SERVERS = HORO_SERVERS + PEER_SERVERS

# ---- the cases ----

CASES = (
    Case("echo-64x1", "64 B, 1 connection", 1, trace_requests=2000),
    Case("echo-64x64", "64 B, 64 connections", 64, trace_requests=20000),
    Case("echo-64x500", "64 B, 500 connections", 500, trace_requests=20000),
    Case(
        "echo-16kx16",
        "16 KiB, 16 connections",
        16,
        size=16 * 1024,
        trace_requests=10000,
    ),
    Case(
        "churn",
        "connect, one echo of 64 B, close; 16 at once",
        16,
        churn=True,
        trace_requests=2000,
    ),
    Case("idle", "64 connections, silent after a short load", 64, idle=True),
)



def words(ours, folder, *arguments):
    """What Go and asyncio have for a word of asyncio's vocabulary."""
    return (
        Micro("horo", ours, arguments, ours=True),
        Micro(
            "go",
            Build(f"{folder}-go", "go", (f"{folder}/go/main.go",), needs=(GO,)),
            arguments,
            env={"GOMAXPROCS": "1"},
            package="golang-go",
        ),
        Micro(
            "asyncio",
            Build(
                f"{folder}-python",
                "python",
                (f"{folder}/python.py",),
                needs=(PYTHON,),
            ),
            arguments,
            package="python3",
        ),
    )


MICRO_CASES = (
    MicroCase(
        "timers",
        "one million armed timers",
        (
            Micro("horo", HORO_TIMERS, ours=True),
            Micro(
                "libuv",
                Build("timers-libuv", "c", ("timers/libuv.c",), ("-luv",), (CC, LIBUV)),
                package="libuv1-dev",
            ),
        ),
        reference="libuv",
    ),
    MicroCase(
        "tasks",
        "yield, spawn and join",
        (
            Micro("horo", HORO_TASKS, ours=True),
            Micro(
                "go",
                Build("tasks-go", "go", ("tasks/go/main.go",), needs=(GO,)),
                env={"GOMAXPROCS": "1"},
                package="golang-go",
            ),
            Micro(
                "asyncio",
                Build("tasks-python", "python", ("tasks/python.py",), needs=(PYTHON,)),
                package="python3",
            ),
        ),
        reference="go",
    ),
    MicroCase(
        "switch",
        "from one stack to another, without a scheduler",
        (
            Micro("horo", HORO_SWITCH, ours=True),
            Micro(
                "boost",
                Build(
                    "switch-boost",
                    "c++",
                    ("switch/boost.cc",),
                    ("-lboost_context",),
                    (CXX, BOOST_CONTEXT),
                ),
                package="libboost-context-dev",
            ),
            Micro(
                "swapcontext",
                Build("switch-ucontext", "c", ("switch/ucontext.c",), needs=(CC,)),
                package="libc6",
            ),
        ),
        reference="boost",
    ),
    MicroCase(
        "lock",
        "a lock, free and handed over",
        words(HORO_SYNC, "lock", "lock"),
        reference="go",
    ),
    MicroCase(
        "semaphore",
        "a semaphore, free and handed over",
        words(HORO_SYNC, "lock", "semaphore"),
        reference="go",
    ),
    MicroCase(
        "channel",
        "items through queues and channels",
        words(HORO_CHANNEL, "channel"),
        reference="go",
    ),
    MicroCase(
        "gather",
        "ten thousand calls gathered",
        words(HORO_GATHER, "gather"),
        reference="go",
    ),
    MicroCase(
        "generator",
        "a step of a generator",
        words(HORO_GENERATOR, "generator"),
        reference="go",
    ),
    MicroCase(
        "memory",
        "one million live tasks asleep, ours with guarded stacks",
        (
            Micro("horo", HORO_MEMORY, ("1000000",), ours=True),
            Micro(
                "go",
                Build("memory-go", "go", ("memory/go/main.go",), needs=(GO,)),
                ("1000000",),
                env={"GOMAXPROCS": "1"},
                package="golang-go",
            ),
            Micro(
                "asyncio-100k",  # a tenth of them
                Build("memory-python", "python", ("memory/python.py",), needs=(PYTHON,)),
                ("100000",),
                package="python3",
            ),
        ),
        reference="go",
    ),
)

CENSUS_CASES = (
    CensusCase(
        "census",
        "plain HTTP, names and all, 200 hosts at a time, all sound",
        hosts=20000,
        quick_hosts=2000,
        concurrency=200,
        programs=(
            Client(
                "horo-epoll",
                HORO,
                HORO_CENSUS,
                env={"HORO_BACKEND": "epoll"},
                ours=True,
            ),
            Client(
                "horo-uring",
                HORO,
                HORO_CENSUS,
                env={"HORO_BACKEND": "uring"},
                ours=True,
            ),
            Client(
                "go",
                Build("census-go", "go", ("census/go/main.go",), needs=(GO,)),
                env={"GOMAXPROCS": "1"},
                package="golang-go",
            ),
        ),
        reference="go",
    ),
)

ALL_CASES = (*CASES, *MICRO_CASES, *CENSUS_CASES)
