#!/usr/bin/env bash
# Measures, and prints Markdown: benches/run.sh [engine|v8|proxy|all] [options of the proxy part]
#
#   engine  the engine natively, beside baselines (criterion)
#   v8      the engine in V8, as a proxy's host runs it (Node)
#   proxy   requests per second through a real Envoy (wrk); needs `make wasm`
#
# HUSHGATE_ENVOY and HUSHGATE_NODE name programs to use instead of the pinned ones.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root"
target=${CARGO_TARGET_DIR:-$root/target}
python=${PYTHON:-python3}
cargo=${CARGO:-cargo}
export PYTHONDONTWRITEBYTECODE=1

fail() {
  echo "bench: $1" >&2
  exit 1
}

# Path of a pinned program, fetched if need be.
tool() {
  "$python" tools/fetch.py "$1" | tail -n 1
}

machine() {
  local name
  name=$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1)
  echo "$(date +%F), ${name:-$(uname -m)}, $(nproc) cores, Linux $(uname -r), $(rustc --version)," \
    "load $(cut -d' ' -f1 /proc/loadavg) at the start"
  echo
}

engine() {
  echo "### Natively"
  echo
  machine
  export CRITERION_HOME=$target/criterion
  rm -rf "$CRITERION_HOME" # results of an older corpus or set of rules would mix in
  "$cargo" bench --quiet --locked --package hushgate-bench --bench engine -- --noplot --quiet >&2
  "$python" benches/criterion_table.py "$CRITERION_HOME"
}

v8() {
  local node
  node=${HUSHGATE_NODE:-$(tool node)}
  "$cargo" rustc --quiet --locked --package hushgate-bench --lib --crate-type cdylib \
    --target wasm32-unknown-unknown --profile wasm
  echo "### In V8"
  echo
  machine
  "$node" benches/v8.mjs "$target/wasm32-unknown-unknown/wasm/hushgate_bench.wasm"
}

proxy() {
  local envoy
  command -v wrk >/dev/null || fail "wrk is missing: apt-get install wrk"
  envoy=${HUSHGATE_ENVOY:-$(tool envoy)}
  "$cargo" build --quiet --locked --release --package hushgate-bench --bins
  echo "### Through Envoy"
  echo
  "$python" benches/proxy/bench.py --envoy "$envoy" --programs "$target/release" "$@"
}

part=${1:-all}
[ $# -eq 0 ] || shift
case $part in
  engine | v8) "$part" ;;
  proxy) proxy "$@" ;;
  all)
    command -v wrk >/dev/null || fail "wrk is missing: apt-get install wrk"
    engine
    v8
    proxy "$@"
    ;;
  *) fail "unknown part: say engine, v8, proxy or all" ;;
esac
