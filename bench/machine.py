"""What the machine is, and whether others keep it busy."""

import os
import platform
import shutil
import subprocess
import time

PRESSURE_LIMIT = 5.0  # percent of the last ten seconds
CALM_LIMIT_S = 20


def cpu_pressure():
    """Percent of the last 10 s in which a task waited for a CPU, or None."""
    try:
        with open("/proc/pressure/cpu") as file:
            return float(file.readline().split("avg10=")[1].split()[0])
    except (OSError, IndexError, ValueError):
        return None


def wait_for_calm():
    """Our own compilers have just run; let the ten seconds forget them."""
    deadline = time.monotonic() + CALM_LIMIT_S
    while (cpu_pressure() or 0) > PRESSURE_LIMIT:
        if time.monotonic() > deadline:
            return
        time.sleep(0.5)


def cpu_model():
    try:
        with open("/proc/cpuinfo") as file:
            for line in file:
                if line.startswith("model name"):
                    return line.split(":", 1)[1].strip()
    except OSError:
        pass
    return platform.machine()


# What an untouched kernel says; other values allow more mappings or memory.
DEFAULT_SYSCTLS = {"vm/max_map_count": "65530", "vm/overcommit_memory": "0"}


def changed_sysctls():
    """Lines about settings that are not the kernel's own."""
    changed = []
    for name, default in DEFAULT_SYSCTLS.items():
        try:
            with open(f"/proc/sys/{name}") as file:
                value = file.read().strip()
        except OSError:
            continue
        if value != default:
            title = name.replace("/", ".")
            changed.append(f"{title} is {value}, by default {default}")
    return changed


def describe():
    return {
        "cpu": cpu_model(),
        "cpus": os.cpu_count(),
        "kernel": platform.release(),
    }


def package_versions(programs):
    names = sorted({p.package for p in programs if p.package})
    if shutil.which("dpkg-query") is None or not names:
        return {}
    text = subprocess.run(
        ["dpkg-query", "-W", "-f", "${Package} ${Version}\n", *names],
        capture_output=True,
        text=True,
    ).stdout
    return dict(line.split(" ", 1) for line in text.splitlines())
