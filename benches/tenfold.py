#!/usr/bin/env python3
"""Multiplies the built-in rules, to measure what more of them cost: tenfold.py [--times N] FOLDER

FOLDER holds rule files (`src/rule/builtin` of a copy of the tree); each gets N - 1 more of every rule. The letters of a
further rule's fixed bytes and names are moved on in the alphabet, so that it begins with other bytes, has as many, and is told by as
many. Its check is left out: on clean traffic hardly anything comes so far.
"""

import argparse
import json
import pathlib
import tomllib


def moved(byte: str, by: int) -> str:
    for first in "aA":
        if ord(first) <= ord(byte) < ord(first) + 26 and byte.isascii():
            return chr(ord(first) + (ord(byte) - ord(first) + by) % 26)
    return byte


def moved_shape(shape: str, by: int) -> str:
    """The shape with its fixed letters moved: not those of classes, counts, escapes and flags."""
    out, at, inside = [], 0, ""
    while at < len(shape):
        rest = shape[at:]
        if rest.startswith("\\"):
            taken = rest[:2]
        elif rest.startswith(("(?i)", "(?:")) and not inside:
            taken = rest[: rest.index(")") + 1] if rest.startswith("(?i)") else "(?:"
        else:
            taken = rest[0]
        if not inside and taken in ("[", "{"):
            inside = "]" if taken == "[" else "}"
        elif taken == inside:
            inside = ""
        elif not inside and len(taken) == 1:
            taken = moved(taken, by)
        out.append(taken)
        at += len(rest[:2]) if rest.startswith("\\") else len(taken)
    return "".join(out)


def value(it: object) -> str:
    if isinstance(it, dict):
        return "{ " + ", ".join(f"{json.dumps(key)} = {value(part)}" for key, part in it.items()) + " }"
    if isinstance(it, list):
        return "[" + ", ".join(map(value, it)) + "]"
    return json.dumps(it, ensure_ascii=True)


def another(rule: dict, number: int) -> str:
    # Thirteen and its neighbours would give back what is there already for no letter below 26.
    by = 2 * number + 1
    new = {key: it for key, it in rule.items() if key != "check"}
    vendor, _, kind = rule["id"].partition(".")
    new["id"] = f"{vendor}{number}.{kind}"
    new["shapes"] = [moved_shape(shape, by) for shape in rule["shapes"]]
    if "context" in rule:
        new["context"] = ["".join(moved(byte, by) for byte in word) for word in rule["context"]]
    lines = (f"{key} = {value(it)}" for key, it in new.items())
    return "\n[[rule]]\n" + "\n".join(lines) + "\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--times", type=int, default=10)
    options = parser.parse_args()
    for path in sorted(options.folder.glob("*.toml")):
        rules = tomllib.loads(path.read_text())["rule"]
        more = "".join(another(rule, number) for number in range(1, options.times) for rule in rules)
        with path.open("a") as file:
            file.write(more)


if __name__ == "__main__":
    main()
