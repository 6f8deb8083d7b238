#!/usr/bin/env python3
"""How fast `hushgate scan` is, beside two others: kingfisher and ripsecrets, and `wc -l`, which
reads every byte and does next to nothing with it.
`benches/run.sh cli` makes the inputs, builds what this needs and calls it.

Each program runs as a whole process, the programs taking turns within each round; the best run
counts, since whatever else a machine does only makes one slower. What a program needs to start (rules
to compile or to load) is measured on a folder with one byte in it, and taken off. A row is for one
core or for two: the process may use no other ones, and is told to use as many threads.
Prints Markdown.
"""

import argparse
import os
import pathlib
import re
import subprocess
import sys
import time

# Nobody asks the network, and all look at the same: files as they are, no archive unpacked, no history.
PROGRAMS = {
    "hushgate": lambda tools, jobs, files: [tools["hushgate"], "scan", "--threads", str(jobs)],
    "kingfisher": lambda tools, jobs, files: [
        tools["kingfisher"], "scan", "--no-validate", "--no-update-check", "--git-history", "none",
        "--no-extract-archives", "--jobs", str(jobs),
    ],
    # It takes as many threads as it has cores.
    "ripsecrets": lambda tools, jobs, files: [tools["ripsecrets"]],
    "wc -l": lambda tools, jobs, files: [
        "sh", "-c", f'find "$1" -type f -print0 | xargs -0 -n {max(1, min(500, files // jobs))} -P {jobs} wc -l', "sh",
    ],
}
# 0: nothing found; the others: something found.
GOOD_EXITS = {"hushgate": (0, 1), "kingfisher": (0, 200), "ripsecrets": (0, 1), "wc -l": (0,)}
# How findings are counted.
COUNTS = {
    "hushgate": lambda out, err: int(re.search(rb"^hushgate: ([\d,]+) findings?", err, re.M)[1].replace(b",", b"")),
    "kingfisher": lambda out, err: int(re.search(rb"Findings\.+: ([\d,]+)", out)[1].replace(b",", b"")),
    "ripsecrets": lambda out, err: len(out.splitlines()),
    "wc -l": lambda out, err: 0,
}


class Failure(Exception):
    """What went wrong, in a line."""


def main():
    options = arguments()
    tools = {"hushgate": options.hushgate}
    for name in ("kingfisher", "ripsecrets"):
        tools[name] = str(options.peers / name)
    os.environ["KF_RULE_CACHE_DIR"] = str(options.scratch / "rules")
    os.environ["NO_COLOR"] = "1"
    empty = options.scratch / "empty"
    empty.mkdir(exist_ok=True)
    (empty / "one").write_bytes(b"\n")
    inputs = [options.scratch / name for name in ("corpus", "sources")]
    print("Best of", options.rounds, "rounds.", ", ".join(version(tools[name]) for name in tools) + ".\n")
    print("| input | cores | program | start-up, ms | after it, ms | MB/s after it | findings | hushgate is faster by |")
    print("|---|---|---|---|---|---|---|---|")
    cores = sorted(os.sched_getaffinity(0))
    for folder in inputs:
        files, size = contents(folder)
        for used in (cores[:1], cores[:2]):
            runs = measure(tools, {empty: 1, folder: files}, used, options)
            row(f"{folder.name}: {files:,} files, {size >> 20} MiB", len(used), runs, empty, folder, size)


def arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--hushgate", required=True)
    parser.add_argument("--peers", type=pathlib.Path, required=True)
    parser.add_argument("--scratch", type=pathlib.Path, required=True)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--slow-seconds", type=float, default=20, help="a program that takes longer runs once")
    parser.add_argument("--limit-seconds", type=float, default=600, help="and is ended after this")
    return parser.parse_args()


def version(program):
    told = subprocess.run([program, "--version"], capture_output=True, text=True, check=True)
    return told.stdout.strip()


def contents(folder):
    sizes = [path.stat().st_size for path in folder.rglob("*") if path.is_file()]
    return len(sizes), sum(sizes)


def measure(tools, folders, cores, options):
    """The best time of each program on each folder, and what it found there."""
    best = {}
    for turn in range(options.rounds + 1):
        for name in PROGRAMS:
            for folder, files in folders.items():
                known = best.get((name, folder))
                if known and known[0] > options.slow_seconds:
                    continue
                seconds, findings = run(name, tools, folder, files, cores, options.limit_seconds)
                # Turn 0 fills caches, of files and of compiled rules. It counts where it is the only one.
                if turn == 1 or not known or seconds < known[0]:
                    best[name, folder] = (seconds, findings)
    return best


def run(name, tools, folder, files, cores, limit):
    """Runs a program on a folder; how long that took, and how much it found."""
    command = PROGRAMS[name](tools, len(cores), files) + [str(folder)]
    started = time.perf_counter()
    try:
        done = subprocess.run(
            command, stdin=subprocess.DEVNULL, capture_output=True, timeout=limit,
            preexec_fn=lambda: os.sched_setaffinity(0, cores),
        )
    except subprocess.TimeoutExpired:
        if files == 1:
            raise Failure(f"{name} needs more than {limit} s to start") from None
        return limit, None
    seconds = time.perf_counter() - started
    if done.returncode not in GOOD_EXITS[name]:
        raise Failure(f"{name} ended with {done.returncode} on {folder.name}: {done.stderr[-500:]}")
    return seconds, COUNTS[name](done.stdout, done.stderr)


def row(title, cores, runs, empty, folder, size):
    def after(name):
        return max(runs[name, folder][0] - runs[name, empty][0], 1e-6)

    for name in PROGRAMS:
        findings = runs[name, folder][1]
        found = "not at its end" if findings is None else "" if name == "wc -l" else f"{findings:,}"
        ratio = "" if name == "hushgate" else f"{after(name) / after('hushgate'):.1f}"
        ratio = f"over {ratio}" if findings is None else ratio
        print(
            f"| {title} | {cores} | {name} | {runs[name, empty][0] * 1e3:.0f} | {after(name) * 1e3:,.0f} "
            f"| {size / after(name) / 1e6:,.0f} | {found} | {ratio} |",
            flush=True,
        )


if __name__ == "__main__":
    try:
        main()
    except Failure as failure:
        sys.exit(f"bench: {failure}")
