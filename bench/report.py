"""Turns figures into tables: server CPU per request first, always."""

from statistics import median

NOTHING = "-"


def table(headings, rows, groups=()):
    """Left-aligned first column, right-aligned rest. Groups are (title, number
    of columns) and make a line of their own above the headings."""
    cells = [headings, *rows]
    widths = [max(len(row[i]) for row in cells) for i in range(len(headings))]
    lines = []
    if groups:
        lines.append(group_line(groups, widths))
    for row in cells:
        first = row[0].ljust(widths[0])
        rest = (text.rjust(width) for text, width in zip(row[1:], widths[1:]))
        lines.append("  ".join((first, *rest)).rstrip())
    return "\n".join(lines)


def group_line(groups, widths):
    parts = []
    column = 0
    for title, count in groups:
        width = sum(widths[column : column + count]) + 2 * (count - 1)
        parts.append(title.center(width, "-") if title else " " * width)
        column += count
    return "  ".join(parts).rstrip()


def number(value, form):
    return NOTHING if value is None else format(value, form)


def ratio(value, reference):
    return None if value is None or not reference else value / reference


def summary(rounds):
    def of(name, pick):
        return pick([figures[name] for figures in rounds])

    return {
        "rounds": len(rounds),
        "cpu_ns_min": of("cpu_ns_per_request", min),
        "cpu_ns_median": of("cpu_ns_per_request", median),
        "requests_per_s_best": of("requests_per_s", max),
        "requests_per_s_median": of("requests_per_s", median),
        "p50_us": of("p50_us", median),
        "p99_us": of("p99_us", median),
        "p999_us": of("p999_us", median),
        "peak_memory_bytes": of("peak_memory_bytes", max),
    }


def least(summaries, servers, field):
    """The best figure that one of these servers reached, or None."""
    return min(
        (summaries[s.name][field] for s in servers if s.name in summaries),
        default=None,
    )


def add_ratios(summaries, servers):
    """To the better hand-written loop of the same kind, and to the best p50 of
    the other runtimes."""
    others = [s for s in servers if s.kind == "other"]
    for server in servers:
        figures = summaries.get(server.name)
        if figures is None:
            continue
        kind = "epoll" if server.kind == "other" else server.kind
        hands = [s for s in servers if s.by_hand and s.kind == kind]
        for pick in ("min", "median"):
            best = least(summaries, hands, f"cpu_ns_{pick}")
            figures[f"cpu_{pick}_ratio"] = ratio(
                figures[f"cpu_ns_{pick}"], best
            )
        figures["p50_ratio"] = ratio(
            figures["p50_us"], least(summaries, others, "p50_us")
        )


ECHO_GROUPS = (
    ("", 1),
    (" CPU ns/request ", 4),
    (" requests/s ", 2),
    (" latency us ", 3),
    ("syscalls", 1),
)
ECHO_HEADINGS = (
    "server",
    "min",
    "median",
    "x hand",
    "median",
    "best",
    "median",
    "p50",
    "p99",
    "x best",
    "/request",
)


def echo_table(result):
    rows = []
    order = sorted(
        result["summary"].items(), key=lambda item: item[1]["cpu_ns_min"]
    )
    for name, figures in order:
        calls = result["syscalls"].get(name)
        rows.append(
            (
                name,
                number(figures["cpu_ns_min"], ".0f"),
                number(figures["cpu_ns_median"], ".0f"),
                number(figures["cpu_min_ratio"], ".2f"),
                number(figures["cpu_median_ratio"], ".2f"),
                number(figures["requests_per_s_best"], ".0f"),
                number(figures["requests_per_s_median"], ".0f"),
                number(figures["p50_us"], ".1f"),
                number(figures["p99_us"], ".1f"),
                number(figures["p50_ratio"], ".2f"),
                number(None if calls is None else sum(calls.values()), ".3f"),
            )
        )
    return table(ECHO_HEADINGS, rows, ECHO_GROUPS)


def syscall_lines(syscalls):
    """Which calls they are, those seen at least once in a thousand requests."""
    lines = []
    for name, calls in syscalls.items():
        common = sorted(calls.items(), key=lambda item: -item[1])
        text = ", ".join(f"{call} {n:.3f}" for call, n in common if n >= 0.001)
        lines.append(f"  {name}: {text or 'less than 0.001 of any'}")
    return "\n".join(lines)


def idle_table(result):
    percents = {
        name: rounds[0]["idle_cpu_percent"]
        for name, rounds in result["rounds"].items()
    }
    order = sorted(percents.items(), key=lambda item: item[1])
    return table(
        ("server", "CPU % idle"),
        [(name, f"{percent:.2f}") for name, percent in order],
    )


UNITS = {"ns": ("ns", ".2f"), "bytes": ("B", ".0f")}


def micro_row_style(metric):
    """yield_2_ns is the row "yield 2, ns", with two decimal places."""
    name, _, suffix = metric.rpartition("_")
    if suffix in UNITS:
        unit, form = UNITS[suffix]
        return f"{name.replace('_', ' ')}, {unit}", form
    return metric.replace("_", " "), ".0f"


def micro_table(case, result):
    """A row per figure, two columns per program; our ratios come last."""
    names = [p.name for p in case.programs if p.name in result["rounds"]]
    ours = [p.name for p in case.programs if p.ours and p.name in names]
    headings = ["each"]
    for name in names:
        headings += [f"{name} min", "median"]
    headings += [f"{name} / {case.reference}" for name in ours]
    metrics = {m: None for name in names for m in result["rounds"][name][0]}
    rows = []
    for metric in metrics:
        picked = {
            name: [r[metric] for r in result["rounds"][name] if metric in r]
            for name in names
        }
        title, form = micro_row_style(metric)
        row = [title]
        for name in names:
            values = picked[name]
            row.append(number(min(values, default=None), form))
            row.append(number(median(values) if values else None, form))
        reference = min(picked.get(case.reference, ()), default=None)
        for name in ours:
            row.append(
                number(ratio(min(picked[name], default=None), reference), ".2f")
            )
        rows.append(tuple(row))
    return table(tuple(headings), rows)


CENSUS_GROUPS = (
    ("", 1),
    (" CPU us/host ", 4),
    (" of which, min ", 2),
    (" hosts/CPU-s ", 2),
    (" hosts/s ", 1),
)


def census_table(case, result):
    """The client's CPU first; the toy web's is not in it."""
    rounds = result["rounds"]

    def of(name, field, pick):
        return pick([r[field] for r in rounds[name]])

    def compared(name, pick):
        if case.reference not in rounds:
            return None
        mine = of(name, "cpu_us_per_host", pick)
        return ratio(mine, of(case.reference, "cpu_us_per_host", pick))

    rows = [
        (
            name,
            number(of(name, "cpu_us_per_host", min), ".1f"),
            number(of(name, "cpu_us_per_host", median), ".1f"),
            number(compared(name, min), ".2f"),
            number(compared(name, median), ".2f"),
            number(of(name, "user_us_per_host", min), ".1f"),
            number(of(name, "system_us_per_host", min), ".1f"),
            number(of(name, "hosts_per_cpu_s", max), ".0f"),
            number(of(name, "hosts_per_cpu_s", median), ".0f"),
            number(of(name, "hosts_per_s", median), ".0f"),
        )
        for name in sorted(
            rounds, key=lambda name: of(name, "cpu_us_per_host", min)
        )
    ]
    headings = ("client", "min", "median", f"x {case.reference}", "median")
    headings += ("user", "system", "best", "median", "median")
    return table(headings, rows, CENSUS_GROUPS)
