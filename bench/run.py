#!/usr/bin/python3
"""The one runner: builds the peers, measures, prints tables of ratios.

    bench/run.py                         everything, a quarter of an hour
    bench/run.py --quick                 does it all work? two minutes
    bench/run.py --case echo-64x64 --peer 'epoll,libuv*,horo-epoll'
    bench/run.py --list                  the names

bench/README.md says what is measured, how, and how to read it.
"""

import sys

sys.dont_write_bytecode = True  # leave no cache in the source tree

import argparse
import fnmatch
import json
import os
import shutil
import signal
from dataclasses import dataclass, field

import build
import machine
import measure
import peers
import report


@dataclass
class Setup:
    """What holds for the whole run."""

    build: str
    meson: str
    server_cpu: int
    load_cpu: int
    rounds: int
    window_s: float
    warmup_s: float
    idle_s: float
    quick: bool
    load: list = field(default_factory=list)
    micro_limit_s: float = 180

    def trace_requests(self, case):
        return case.trace_requests // 10 if self.quick else case.trace_requests


def label(program):
    """Names may repeat between cases: libuv echoes, and libuv has timers."""
    return f"{program.name} ({program.build.name})"


class Run:
    """What has been found out so far; printable at any moment."""

    def __init__(self, setup):
        self.setup = setup
        self.commands = {}  # build name -> command line
        self.skipped = {}  # program -> why
        self.failed = {}  # "program in case" -> why
        self.notes = []
        self.pressures = []  # percent, before each round
        self.results = {}

    def say(self, text):
        print(text, file=sys.stderr, flush=True)

    def note(self, text):
        self.notes.append(text)
        self.say(f"note: {text}")

    def skip(self, program, why):
        self.skipped[label(program)] = why
        self.say(f"skipped: {label(program)}: {why}")

    def fail(self, name, where, why):
        self.failed[f"{name} in {where}"] = why
        self.say(f"FAILED: {name} in {where}: {why}")

    def prepare(self, program):
        """Whether the program can be started; builds it if need be."""
        if program.build.name in self.commands:
            return True
        try:
            self.commands[program.build.name] = build.make(
                program.build, self.setup.build, self.setup.meson, self.say
            )
            return True
        except build.Skip as reason:
            self.skip(program, str(reason))
        except build.Broken as reason:
            self.fail(program.name, "its build", str(reason))
        return False

    def attempt(self, program, case, measurement):
        """One measurement, or None; a program that cannot run is dropped."""
        try:
            return measurement(program, self.commands[program.build.name])
        except measure.Unavailable as reason:
            self.skip(program, str(reason))
        except measure.Failed as reason:
            self.fail(program.name, case.name, str(reason))
        return None


def warn_of_pressure(run):
    pressure = machine.cpu_pressure()
    if pressure is not None:
        run.pressures.append(pressure)
        if pressure > machine.PRESSURE_LIMIT:
            run.say(
                f"warning: tasks waited for a CPU {pressure:.1f} % of the last"
                " 10 s: other work disturbs this round"
            )
    return pressure


def note_pressure(run):
    disturbed = [p for p in run.pressures if p > machine.PRESSURE_LIMIT]
    if disturbed:
        run.note(
            f"other work disturbed {len(disturbed)} of {len(run.pressures)}"
            f" rounds (CPU pressure up to {max(disturbed):.1f} %, wanted below"
            f" {machine.PRESSURE_LIMIT:.0f} %); repeat this on a quiet machine"
            " before quoting a figure"
        )


# ---- measuring ----


def measure_rounds(run, case, programs, measurement):
    """A B C A B C ...: what disturbs a round disturbs all of them."""
    rounds = {program.name: [] for program in programs}
    pressures = []
    count = 1 if getattr(case, "idle", False) else run.setup.rounds
    for index in range(count):
        where = f"{case.name}, round {index + 1} of {count}"
        run.say(where)
        pressures.append(warn_of_pressure(run))
        for program in programs:
            if label(program) in run.skipped:
                continue
            figures = run.attempt(program, case, measurement)
            if figures is not None:
                rounds[program.name].append(figures)
    return {
        "rounds": {name: found for name, found in rounds.items() if found},
        "pressure_percent": pressures,
    }


def run_case(run, case, servers):
    def once(server, program):
        return measure.measure_load(server, program, case, run.setup)

    run.results[case.name] = measure_rounds(run, case, servers, once)
    run.results[case.name]["syscalls"] = {}


def trace_case(run, case, servers):
    result = run.results[case.name]
    run.say(f"{case.name}, system calls")
    for server in servers:
        if server.name not in result["rounds"]:
            continue
        try:
            result["syscalls"][server.name] = measure.measure_syscalls(
                server, run.commands[server.build.name], case, run.setup
            )
        except measure.Unavailable as reason:
            run.note(f"{case.name}: no system calls counted: {reason}")
            return
        except measure.Failed as reason:
            run.fail(server.name, f"{case.name} under strace", str(reason))


def run_micro_case(run, case, programs):
    def once(micro, program):
        return measure.measure_micro(program, micro, run.setup)

    run.results[case.name] = measure_rounds(run, case, programs, once)


def run_census_case(run, case, clients, horo):
    def once(client, program):
        return measure.measure_census(client, program, horo, case, run.setup)

    run.results[case.name] = measure_rounds(run, case, clients, once)


# ---- choosing ----


def chosen(pattern_lists, names, what):
    """The names that match one of the comma-separated patterns; all if none."""
    patterns = [p for text in pattern_lists or () for p in text.split(",") if p]
    for pattern in patterns:
        if not fnmatch.filter(names, pattern):
            print(
                f"run.py: --{what} {pattern}: there is none; choose from"
                f" {', '.join(names)}",
                file=sys.stderr,
            )
            raise SystemExit(2)
    if not patterns:
        return set(names)
    return {n for n in names for p in patterns if fnmatch.fnmatch(n, p)}


def all_program_names():
    names = [server.name for server in peers.SERVERS]
    for case in (*peers.MICRO_CASES, *peers.CENSUS_CASES):
        names += [p.name for p in case.programs if p.name not in names]
    return names


def print_names():
    print("cases:")
    for case in peers.ALL_CASES:
        print(f"  {case.name:<16} {case.what}")
    print("programs:")
    for name in all_program_names():
        print(f"  {name}")


def parse_cpus(text):
    allowed = sorted(os.sched_getaffinity(0))
    if text is None:
        return allowed[0], allowed[min(1, len(allowed) - 1)]
    try:
        server_cpu, load_cpu = (int(part) for part in text.split(","))
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not like 0,1") from None
    for cpu in (server_cpu, load_cpu):
        if cpu not in allowed:
            raise argparse.ArgumentTypeError(
                f"CPU {cpu} is not one of {', '.join(map(str, allowed))}"
            )
    return server_cpu, load_cpu


def positive(convert):
    def parse(text):
        value = convert(text)
        if not 0 < value <= 3600:
            raise argparse.ArgumentTypeError(
                f"{text} is not between 0 and 3600"
            )
        return value

    parse.__name__ = convert.__name__
    return parse


def parse_arguments():
    top = os.path.dirname(build.BENCH)
    parser = argparse.ArgumentParser(
        description=__doc__.partition("\n")[0],
        epilog="Exit status: 0, 1 if a program failed, 2 for a wrong call.",
    )
    add = parser.add_argument
    for what in ("case", "peer"):
        add(
            f"--{what}",
            action="append",
            metavar="NAMES",
            help="only these: comma-separated, * and ? match",
        )
    add("--list", action="store_true", help="print the names and leave")
    add("--quick", action="store_true", help="2 short rounds: does it work?")
    add("--rounds", type=positive(int), metavar="N", help="default 5")
    add("--seconds", type=positive(float), metavar="S", help="default 2")
    add("--cpus", type=parse_cpus, metavar="A,B", help="server's, generator's")
    add(
        "--build",
        default=os.path.join(top, "build", "bench"),
        metavar="DIR",
        help="where the peers are built; default build/bench",
    )
    add("--horo", metavar="DIR", help="meson's; default the parent of --build")
    add("--json", metavar="FILE", help="write every figure there too")
    return parser.parse_args()


def make_setup(arguments):
    server_cpu, load_cpu = arguments.cpus or parse_cpus(None)
    folder = os.path.abspath(arguments.build)
    quick = arguments.quick
    return Setup(
        build=folder,
        meson=os.path.abspath(arguments.horo or os.path.dirname(folder)),
        server_cpu=server_cpu,
        load_cpu=load_cpu,
        rounds=arguments.rounds or (2 if quick else 5),
        window_s=arguments.seconds or (0.3 if quick else 2.0),
        warmup_s=0.1 if quick else 0.5,
        idle_s=1.0 if quick else 3.0,
        quick=quick,
    )


# ---- printing ----


def print_report(run, servers):
    for case in peers.CASES:
        result = run.results.get(case.name)
        if not result or not result["rounds"]:
            continue
        print(f"\n== {case.name}: {case.what} ==")
        if case.idle:
            print(report.idle_table(result))
            continue
        result["summary"] = {
            name: report.summary(rounds)
            for name, rounds in result["rounds"].items()
        }
        report.add_ratios(result["summary"], servers)
        print(report.echo_table(result))
        if result["syscalls"]:
            print("system calls per request:")
            print(report.syscall_lines(result["syscalls"]))
    for case in peers.MICRO_CASES:
        result = run.results.get(case.name)
        if result and result["rounds"]:
            print(f"\n== {case.name}: {case.what} ==")
            print(report.micro_table(case, result))
    for case in peers.CENSUS_CASES:
        result = run.results.get(case.name)
        if result and result["rounds"]:
            print(f"\n== {case.name}: {case.what} ==")
            print(report.census_table(case, result))


def print_remarks(run, versions):
    if versions:
        text = ", ".join(f"{name} {v}" for name, v in versions.items())
        print(f"\nversions: {text}")
    for name, why in run.skipped.items():
        print(f"skipped: {name}: {why}")
    for note in run.notes:
        print(f"note: {note}")
    for name, why in run.failed.items():
        print(f"FAILED: {name}: {why}")


def write_json(path, run, versions):
    record = {
        "machine": machine.describe(),
        "versions": versions,
        "settings": vars(run.setup),
        "results": run.results,
        "skipped": run.skipped,
        "failed": run.failed,
        "notes": run.notes,
    }
    with open(path, "w") as file:
        json.dump(record, file, indent=1)
        file.write("\n")


# ---- the run ----


def check_writable(folder, json_path):
    """Now, rather than after a quarter of an hour."""
    try:
        os.makedirs(folder, exist_ok=True)
        if json_path is not None:
            open(json_path, "a").close()
    except OSError as error:
        print(f"run.py: {error.filename}: {error.strerror}", file=sys.stderr)
        raise SystemExit(2) from None


def select_programs(arguments):
    names = chosen(arguments.peer, all_program_names(), "peer")
    case_names = [c.name for c in peers.ALL_CASES]
    wanted = chosen(arguments.case, case_names, "case")
    cases = [c for c in peers.CASES if c.name in wanted]
    servers = [s for s in peers.SERVERS if s.name in names] if cases else []
    micros, censuses = (
        [
            (case, [p for p in case.programs if p.name in names])
            for case in table
            if case.name in wanted
        ]
        for table in (peers.MICRO_CASES, peers.CENSUS_CASES)
    )
    return cases, servers, micros, censuses


def run_censuses(run, censuses):
    """The toy web is a part of the horo program: without it, none."""
    for case, clients in censuses:
        try:
            horo = build.make(peers.HORO, "", run.setup.meson, run.say)
        except build.Skip as reason:
            run.note(f"{case.name}: no toy web: {reason}")
            return
        if clients:
            run_census_case(run, case, clients, horo)


def measure_all(run, cases, servers, micros, censuses):
    servers[:] = [s for s in servers if run.prepare(s)]
    for _, programs in micros + censuses:
        programs[:] = [p for p in programs if run.prepare(p)]
    if cases and servers:
        run.setup.load = build.make(peers.LOAD, run.setup.build, "", run.say)
    else:
        cases = []
    if not run.setup.quick:
        machine.wait_for_calm()
    for case in cases:
        run_case(run, case, servers)
    for case, programs in micros:
        if programs:
            run_micro_case(run, case, programs)
    run_censuses(run, censuses)
    # Last, because strace keeps both CPUs busy with switching.
    traced = [case for case in cases if case.trace_requests]
    if traced and shutil.which("strace") is None:
        run.note("system calls not counted: no strace (apt-get install strace)")
        return
    for case in traced:
        trace_case(run, case, servers)


def end_on_signal(number, frame):
    raise KeyboardInterrupt


def main():
    arguments = parse_arguments()
    if arguments.list:
        print_names()
        return 0
    cases, servers, micros, censuses = select_programs(arguments)
    setup = make_setup(arguments)
    check_writable(setup.build, arguments.json)
    run = Run(setup)
    status = 0
    if setup.server_cpu == setup.load_cpu:
        run.note(
            "server and generator share one CPU: only CPU per request counts"
        )
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, end_on_signal)
    try:
        measure_all(run, cases, servers, micros, censuses)
    except (build.Skip, build.Broken) as reason:
        run.fail("the load generator", "its build", str(reason))
    except KeyboardInterrupt:
        run.note("interrupted: what follows is what had been measured")
        status = 130
    finally:
        measure.stop_all()
    note_pressure(run)
    for line in machine.changed_sysctls():
        run.note(line)
    programs = servers + [p for _, ps in micros + censuses for p in ps]
    versions = machine.package_versions(programs)
    print_report(run, servers)
    print_remarks(run, versions)
    if arguments.json:
        write_json(arguments.json, run, versions)
    return status or (1 if run.failed else 0)


sys.exit(main())
