#!/usr/bin/env python3
"""Turns what criterion measured into one Markdown table a set of columns: MB/s, medians.

    criterion_table.py DIRECTORY
"""

import json
import pathlib
import sys


def main():
    directory = pathlib.Path(sys.argv[1])
    tables = {}
    for group, columns in by_group(directory).items():
        tables.setdefault(tuple(columns), []).append((group, columns))
    for columns, rows in tables.items():
        print("| input | " + " | ".join(columns) + " |")
        print("|---" * (len(columns) + 1) + "|")
        for group, speeds in rows:
            print(f"| {group} | " + " | ".join(f"{speeds[name]:,.0f}" for name in columns) + " |")
        print()


def by_group(directory):
    """MB/s by group and function, in the order in which they were measured."""
    found = sorted(directory.glob("*/*/new/benchmark.json"), key=lambda path: path.stat().st_mtime)
    groups = {}
    for path in found:
        about = json.loads(path.read_text(encoding="utf-8"))
        estimates = json.loads((path.parent / "estimates.json").read_text(encoding="utf-8"))
        nanoseconds = estimates["median"]["point_estimate"]
        speed = about["throughput"]["Bytes"] * 1000 / nanoseconds
        groups.setdefault(about["group_id"], {})[about["function_id"]] = speed
    return groups


if __name__ == "__main__":
    main()
