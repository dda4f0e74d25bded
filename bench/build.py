"""Builds the peers with plain compiler calls into a folder of their own.

A program is built again when its sources or its command have changed. What
this machine lacks is a reason to skip a program; a program that has all it
needs and still does not build is broken, and that is an error.
"""

import glob
import hashlib
import os
import shlex
import shutil
import subprocess

REGISTRY = "/usr/share/cargo/registry"
PYTHON = "/usr/bin/python3"
BENCH = os.path.dirname(os.path.abspath(__file__))
LIMIT_S = 300  # for one compiler call
C_FLAGS = ("-O2", "-g", "-Wall", "-Wextra")


class Skip(Exception):
    """This machine cannot have the program; says what is missing."""


class Broken(Exception):
    """The program should have come about and did not."""


def source_path(name):
    return os.path.join(BENCH, name)


def compiler(name):
    """cc and c++, unless CC or CXX say otherwise, as make and meson have it."""
    variable = {"cc": "CC", "c++": "CXX"}.get(name, "")
    return shlex.split(os.environ.get(variable) or name)


def check_need(need):
    if need.how == "tool":
        found = shutil.which(compiler(need.name)[0]) is not None
    elif need.how == "path":
        found = bool(glob.glob(need.name))
    elif need.how == "module":
        found = quiet([PYTHON, "-c", f"import {need.name}"])
    else:
        found = quiet(
            [*compiler("c++"), "-E", "-x", "c++", "-"],
            f"#include <{need.name}>\n",
        ) or quiet([*compiler("cc"), "-E", "-"], f"#include <{need.name}>\n")
    if not found:
        raise Skip(f"no {need.name} (apt-get install {need.package})")


def quiet(command, text=""):
    try:
        result = subprocess.run(
            command,
            input=text,
            text=True,
            capture_output=True,
            timeout=LIMIT_S,
        )
        return result.returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


# ---- recipes: each returns a command, its environment and its folder ----


def c(build, out, language="cc", standard="-std=gnu11"):
    sources = [source_path(s) for s in build.sources if not s.endswith(".h")]
    command = [*compiler(language), standard, *C_FLAGS, "-o", out]
    return [*command, *sources, *build.flags], {}, None


def cxx(build, out):
    return c(build, out, "c++", "-std=c++17")


def go(build, out):
    env = {
        "CGO_ENABLED": "0",
        "GO111MODULE": "off",
        "GOCACHE": os.path.join(os.path.dirname(out), "go-cache"),
        "GOFLAGS": "",
        "GOPROXY": "off",
        "GOTOOLCHAIN": "local",
    }
    sources = [source_path(s) for s in build.sources]
    return ["go", "build", "-o", out, *sources], env, None


def cargo(build, out):
    """Works on a copy of the crate, see copy_crate."""
    crate = out + ".crate"
    env = {
        "CARGO_HOME": os.path.join(crate, "home"),
        "CARGO_TARGET_DIR": os.path.join(crate, "target"),
    }
    command = ["cargo", "build", "--quiet", "--release", "--offline", "-j2"]
    return command, env, crate


RECIPES = {"c": c, "c++": cxx, "go": go, "cargo": cargo}


def copy_crate(build, crate):
    """Into the build folder, where cargo may write its lock file and output,
    and where it is told to read Debian's packaged sources."""
    shutil.rmtree(crate, ignore_errors=True)
    root = os.path.dirname(build.sources[0])
    for name in build.sources:
        target = os.path.join(crate, os.path.relpath(name, root))
        os.makedirs(os.path.dirname(target), exist_ok=True)
        shutil.copyfile(source_path(name), target)
    os.makedirs(os.path.join(crate, ".cargo"))
    with open(os.path.join(crate, ".cargo", "config.toml"), "w") as config:
        config.write(
            '[source.crates-io]\nreplace-with = "debian"\n\n'
            f'[source.debian]\ndirectory = "{REGISTRY}"\n'
        )


# ---- building ----


def fingerprint(build, command):
    digest = hashlib.sha256(repr(command).encode())
    for name in build.sources:
        with open(source_path(name), "rb") as source:
            digest.update(source.read())
    return digest.hexdigest()


def run_compiler(command, env, folder):
    try:
        result = subprocess.run(
            command,
            cwd=folder,
            env={**os.environ, **env},
            capture_output=True,
            text=True,
            timeout=LIMIT_S,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise Broken(f"{command[0]}: {error}") from error
    if result.returncode != 0:
        raise Broken(f"{' '.join(command)} failed:\n{result.stderr.strip()}")


def find_ours(build, meson_folder):
    for folder in (os.path.join(meson_folder, "bench"), meson_folder):
        path = os.path.join(folder, build.name)
        if os.path.isfile(path):
            return [path]
    raise Skip(
        f"{build.name} is not in {meson_folder}"
        " (meson setup -Dbench=true, then ninja)"
    )


def make(build, folder, meson_folder, say):
    """Returns the command line that starts the program. Raises Skip, Broken."""
    for need in build.needs:
        check_need(need)
    if build.recipe == "meson":
        return find_ours(build, meson_folder)
    if build.recipe == "python":
        return [PYTHON, source_path(build.sources[0])]

    out = os.path.join(folder, build.name)
    command, env, work_folder = RECIPES[build.recipe](build, out)
    stamp_path = out + ".stamp"
    stamp = fingerprint(build, command)
    if os.path.exists(out) and os.path.exists(stamp_path):
        with open(stamp_path) as file:
            if file.read() == stamp:
                return [out]
    say(f"building {build.name}")
    if build.recipe == "cargo":
        copy_crate(build, work_folder)
    run_compiler(command, env, work_folder)
    if build.recipe == "cargo":
        shutil.copy2(
            os.path.join(env["CARGO_TARGET_DIR"], "release", build.name), out
        )
    with open(stamp_path, "w") as file:
        file.write(stamp)
    return [out]
