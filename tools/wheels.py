#!/usr/bin/env python3
"""Install a pinned set of Python packages below target/tools and print where.

    python3 tools/wheels.py moto
    python3 tools/wheels.py sdk

`tools/<name>.txt` pins it. The directory is named after the pins and the Python that runs this, for
some of the wheels are compiled; `target/tools/<name>` points to it, and is put on PYTHONPATH by the
tests. A second run does nothing.
Python 3.10 or later, standard library and pip only.
"""

import hashlib
import pathlib
import subprocess
import sys
import tempfile

from fetch import TOOLS, Failure, explain, link

HERE = pathlib.Path(__file__).resolve().parent


def main(name):
    pins = HERE / f"{name}.txt"
    digest = hashlib.sha256(pins.read_bytes()).hexdigest()[:12]
    home = TOOLS / f"{name}-{digest}-{sys.implementation.cache_tag}"
    if not home.exists():
        TOOLS.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=f".{name}-", dir=TOOLS) as scratch:
            install(name, pins, pathlib.Path(scratch) / "staged", home)
    link(TOOLS / name, home)
    print(home)


def install(name, pins, staged, home):
    """Has pip install into `staged`, then renames to `home`."""
    command = [sys.executable, "-m", "pip", "install", "--no-deps", "--no-input", "--no-compile"]
    command += ["--disable-pip-version-check", "--only-binary=:all:", "--require-hashes"]
    command += ["--root-user-action=ignore", "--target", str(staged), "--requirement", str(pins)]
    print(f"fetching {name} ...", file=sys.stderr)
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    if done.returncode != 0:
        raise Failure(explain(name, name, done.stdout + done.stderr))
    try:
        staged.rename(home)
    except OSError:
        # Another run was faster: what it installed came from the same checked wheels.
        if not home.exists():
            raise


if __name__ == "__main__":
    if sys.argv[1:] not in (["moto"], ["sdk"]):
        sys.exit("usage: wheels.py moto|sdk")
    try:
        main(sys.argv[1])
    except (Failure, OSError) as error:
        sys.exit(f"{sys.argv[1]}: {error}")
