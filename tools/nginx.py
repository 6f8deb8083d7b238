#!/usr/bin/env python3
"""Have NGINX itself check the plain directives of its configurations.

    python3 tools/nginx.py target/tools/bin/nginx nginx/redact.conf

ngx_wasm_module is not at hand: its block `wasm` and its directives `proxy_wasm` are left out here, and read by
`cli/tests/nginx.rs`. All else must pass `nginx -t`. Python 3.9 or later, standard library only.
"""

import pathlib
import re
import subprocess
import sys
import tempfile

# A directive of the module, up to its `;`: a quoted word may hold one.
PROXY_WASM = re.compile(r"^\s*proxy_wasm\s(?:'(?:[^'\\]|\\.)*'|[^;'])*;", re.MULTILINE)
# Debian's build names folders of its own for these.
TEMPORARY = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
WASM = re.compile(r"^wasm\s*\{[^}]*\}", re.MULTILINE)


def main():
    nginx, *names = sys.argv[1:]
    for name in names:
        text = pathlib.Path(name).read_text(encoding="utf-8")
        plain, count = PROXY_WASM.subn("", text)
        plain, blocks = WASM.subn("", plain)
        paths = "".join(f"{kind}_temp_path {kind};" for kind in TEMPORARY)
        plain = plain.replace("http {", "http {" + paths, 1)
        if count == 0 or blocks != 1:
            sys.exit(f"nginx: {name}: {count} proxy_wasm and {blocks} blocks wasm: want some and one")
        check(str(pathlib.Path(nginx).resolve()), name, plain)
        print(f"{name}: {count} proxy_wasm and the block wasm left out, all else is well")


def check(nginx, name, plain):
    with tempfile.TemporaryDirectory() as folder:
        pathlib.Path(folder, "logs").mkdir()
        pathlib.Path(folder, "plain.conf").write_text(plain, encoding="utf-8")
        command = [nginx, "-t", "-q", "-p", folder, "-c", "plain.conf"]
        done = subprocess.run(command, capture_output=True, text=True)
    # The built-in log of a Debian package is not ours to write.
    lines = [line for line in done.stderr.splitlines() if "could not open error log file" not in line]
    if done.returncode != 0 or lines:
        sys.exit(f"nginx: {name}: " + "\n".join(lines or ["refused without a word"]))


if __name__ == "__main__":
    main()
