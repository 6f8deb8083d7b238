#!/usr/bin/env python3
"""Requests per second through a real Envoy: no filter, a wasm filter that only reads, hushgate,
and a Lua filter. `benches/run.sh proxy` builds what this needs and calls it.

The variants take turns within each round, so that a slow minute of the machine meets all of them,
and the median of the rounds counts. Envoy has one worker on a core of its own; wrk and the
upstream share another. Prints Markdown.
"""

import argparse
import json
import os
import pathlib
import random
import shutil
import statistics
import string
import subprocess
import sys
import tempfile
import time
import zlib

import processes
import tables
import variants
from processes import Failure

HERE = pathlib.Path(__file__).resolve().parent
SIZES = (4 << 10, 64 << 10, 1 << 20)
BASE62 = string.digits + string.ascii_uppercase + string.ascii_lowercase


def main():
    options = arguments(variants.NAMES, SIZES)
    check_needs(variants.modules(options.variants))
    processes.end_on_signals()
    cores = sorted(os.sched_getaffinity(0))
    envoy_core, load_core = (cores[0], cores[-1]) if len(cores) > 1 else (None, None)
    with tempfile.TemporaryDirectory(prefix="hushgate-bench-") as scratch:
        scratch = pathlib.Path(scratch)
        bodies, token = make_bodies(options.programs / "corpus", scratch / "bodies")
        with (
            processes.upstream(
                options.programs / "upstream", scratch / "bodies", load_core
            ) as port,
            processes.envoy(
                options.envoy, variants.bootstrap(options.variants, port), scratch, envoy_core
            ) as (child, ports),
        ):
            check_answers(ports, bodies, token)
            load = Load(child, ports, load_core, options)
            print(tables.header(options, cores))
            for size in options.sizes:
                print(tables.table(size, load.measure(size)), flush=True)


class Load:
    """wrk against the listeners, in turns."""

    def __init__(self, envoy, ports, core, options):
        self.envoy, self.ports, self.core, self.options = envoy, ports, core, options

    def measure(self, size):
        """The median of the rounds, by variant."""
        rounds = {name: [] for name in self.options.variants}
        for name in rounds:
            self.run(name, size, seconds=1)  # to warm up; V8 compiles again what is hot
        for _ in range(self.options.rounds):
            for name in rounds:
                rounds[name].append(self.run(name, size, self.options.seconds))
        return {name: median(results) for name, results in rounds.items()}

    def run(self, name, size, seconds):
        command = ["wrk", "-t1", f"-c{self.options.connections}", f"-d{seconds}s", "-s"]
        command += [HERE / "report.lua", f"http://127.0.0.1:{self.ports[name]}/{size}"]
        busy, start = processes.busy_seconds(self.envoy.pid), time.monotonic()
        with processes.running(command, self.core, stdout=subprocess.PIPE, text=True) as child:
            text, _ = child.communicate()
        elapsed = time.monotonic() - start
        busy = processes.busy_seconds(self.envoy.pid) - busy
        lines = [line for line in text.splitlines() if line.startswith("RESULT ")]
        if child.returncode != 0 or not lines:
            raise Failure(f"wrk failed on {name} at {size} bytes")
        result = json.loads(lines[0].removeprefix("RESULT "))
        if result["failed"] or not result["requests"]:
            raise Failure(f"{result['failed']} requests failed on {name} at {size} bytes")
        result["per_second"] = result["requests"] * 1e6 / result["microseconds"]
        result["busy"] = busy / elapsed
        result["cpu_us"] = busy * 1e6 / result["requests"]
        return result


def median(results):
    keys = ("per_second", "cpu_us", "p50_us", "p99_us", "busy")
    middle = {key: statistics.median(result[key] for result in results) for key in keys}
    speeds = [result["per_second"] for result in results]
    middle["spread"] = (max(speeds) - min(speeds)) / middle["per_second"]
    return middle


def make_bodies(corpus, directory):
    """A clean JSON document of each size, and one that leaks; gives them and the token."""
    directory.mkdir()
    bodies = {}
    for size in SIZES:
        made = subprocess.run([corpus, "json-document", str(size)], check=True, capture_output=True)
        bodies[str(size)] = made.stdout
    token = github_token()
    bodies["leak"] = json.dumps({"note": "before", "key": token, "after": "x"}).encode()
    for name, body in bodies.items():
        (directory / name).write_bytes(body)
    return bodies, token.encode()


def github_token():
    """A token of the right form and checksum, new in every run and good for nothing."""
    body = "".join(random.choices(string.ascii_letters + string.digits, k=30))
    number, check = zlib.crc32(body.encode()), ""
    for _ in range(6):
        number, digit = divmod(number, 62)
        check = BASE62[digit] + check
    return "ghp" + "_" + body + check


def check_answers(ports, bodies, token):
    """Nothing is measured that does not do its work: clean bodies pass, the leak does not."""
    for name, port in ports.items():
        for path, body in bodies.items():
            status, answer = processes.fetch(f"http://127.0.0.1:{port}/{path}")
            if status != 200:
                raise Failure(f"{name}: {path} was answered with {status}")
            if path != "leak" and answer != body:
                raise Failure(f"{name}: the clean body {path} was changed{where(answer, body)}")
            redacts = name in ("hushgate", "lua")
            if path == "leak" and (token in answer) == redacts:
                raise Failure(f"{name}: the leak was {'not ' if redacts else ''}redacted")


def where(answer, body):
    """Where two bodies differ, without showing them."""
    at = next((at for at, pair in enumerate(zip(answer, body)) if pair[0] != pair[1]), "the end")
    return f" from {at} on, {len(answer)} bytes instead of {len(body)}"


def check_needs(modules):
    if shutil.which("wrk") is None:
        raise Failure("wrk is missing: apt-get install wrk")
    missing = [path for path in modules if not path.exists()]
    if missing:
        relative = ", ".join(str(path.relative_to(variants.ROOT)) for path in missing)
        raise Failure(f"{relative} missing: run `make wasm` (and `make test`) first")


def arguments(known, default_sizes):
    def names(text):
        chosen = text.split(",")
        if not set(chosen) <= set(known):
            raise argparse.ArgumentTypeError(f"variants are {', '.join(known)}")
        return chosen

    def sizes(text):
        return [int(size) for size in text.split(",")]

    parser = argparse.ArgumentParser(description="Measure requests per second through Envoy")
    parser.add_argument("--envoy", required=True, type=pathlib.Path)
    parser.add_argument("--programs", required=True, type=pathlib.Path,
                        help="directory of the built `corpus` and `upstream`")
    parser.add_argument("--variants", type=names, default=list(known))
    parser.add_argument("--sizes", type=sizes, default=list(default_sizes))
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=3)
    parser.add_argument("--connections", type=int, default=16)
    return parser.parse_args()


if __name__ == "__main__":
    try:
        main()
    except Failure as failure:
        sys.exit(f"bench: {failure}")
    except KeyboardInterrupt:
        sys.exit(130)
