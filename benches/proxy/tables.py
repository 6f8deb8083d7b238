"""The results as Markdown, with the machine they come from."""

import datetime
import os
import pathlib
import platform
import subprocess

import variants

# Below this share of its core, Envoy was not what limited the figure.
BUSY_MIN = 0.9


def header(options, cores):
    """What has to be known to judge the figures."""
    version = subprocess.run([options.envoy, "--version"], capture_output=True, text=True)
    envoy = version.stdout.strip().rpartition("version: ")[2].split("/")
    pinned = f"Envoy on core {cores[0]}, wrk and upstream on core {cores[-1]}"
    lines = [
        f"- {datetime.date.today()}, {processor()}, {len(cores)} cores, Linux {platform.release()},"
        f" load {os.getloadavg()[0]:.2f} at the start",
        f"- Envoy {envoy[1] if len(envoy) > 1 else 'unknown'}, one worker;"
        f" {pinned if len(cores) > 1 else 'everything on one core'}",
        f"- {options.connections} connections, {options.rounds} rounds of {options.seconds} s,"
        " variants in turns, medians",
    ]
    return "\n".join(lines) + "\n"


def table(size, results):
    """One size of body: a row a variant, with its ratio to the two limits."""
    lines = [
        f"Clean JSON, {size // 1024} KiB:\n",
        "| | requests/s | to no filter | to wasm that only reads | MB/s of body"
        " | Envoy's CPU, µs a request | p50 ms | p99 ms | spread | Envoy's core busy |",
        "|---" * 10 + "|",
    ]
    for name, result in results.items():
        lines.append(
            f"| {variants.TITLES[name]} | {result['per_second']:,.0f} "
            f"| {ratio(result, results.get('none'))} | {ratio(result, results.get('read'))} "
            f"| {result['per_second'] * size / 1e6:,.0f} "
            f"| {result['cpu_us']:,.0f} "
            f"| {result['p50_us'] / 1000:.2f} | {result['p99_us'] / 1000:.2f} "
            f"| {result['spread']:.0%} | {result['busy']:.0%} |"
        )
    return "\n".join([*lines, *starved(results, variants.TITLES)]) + "\n"


def starved(results, titles):
    """A line that says where Envoy was not the limit, if anywhere."""
    names = [name for name, result in results.items() if result["busy"] < BUSY_MIN]
    if not names:
        return []
    return [
        f"\nEnvoy did not fill its core in: {', '.join(titles[name] for name in names)}."
        " The load side was the limit, or other programs ran: ratios to these say less."
    ]


def ratio(result, limit):
    return f"{result['per_second'] / limit['per_second']:.2f}" if limit else "–"


def processor():
    """The processor's name as the kernel gives it."""
    for line in pathlib.Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()
