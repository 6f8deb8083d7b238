#!/usr/bin/env bash
# Measures, and prints Markdown: benches/run.sh [engine|codings|v8|rules|proxy|inject|cli|all] [options of proxy, inject or cli]
#
#   engine  the engine natively, beside baselines (criterion)
#   codings what content codings cost: speed (criterion), bytes on the wire, and the module's size after `make wasm wasm-plain`
#   v8      the engine in V8, as a proxy's host runs it (Node)
#   rules   the same with ten times the rules
#   proxy   requests per second through a real Envoy (wrk); needs `make wasm`
#   inject  the same of an injection, beside Envoy's own credential injector
#   cli     `hushgate scan` beside kingfisher and ripsecrets; `make bench-cli` fetches them
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

codings() {
  echo "### Content codings"
  echo
  machine
  export CRITERION_HOME=$target/criterion-codings
  rm -rf "$CRITERION_HOME"
  "$cargo" bench --quiet --locked --package hushgate-bench --bench codings -- --noplot --quiet >&2
  echo "Natively, clean JSON of 1 MiB in pieces of 16 KiB, MB/s of the text:"
  echo
  "$python" benches/criterion_table.py "$CRITERION_HOME"
  cat "$CRITERION_HOME/sizes.md"
  echo
  echo "Modules (those in dist/):"
  echo
  echo "| module | bytes |"
  echo "|---|---|"
  (cd dist 2>/dev/null && stat --format '| %n | %s |' hushgate_*.wasm) || echo "| none: \`make wasm wasm-plain\` | |"
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

# Through Envoy: the heading, the script, and its options.
through() {
  local envoy heading=$1 script=$2
  shift 2
  command -v wrk >/dev/null || fail "wrk is missing: apt-get install wrk"
  envoy=${HUSHGATE_ENVOY:-$(tool envoy)}
  "$cargo" build --quiet --locked --release --package hushgate-bench --bins
  echo "### $heading"
  echo
  "$python" "benches/proxy/$script" --envoy "$envoy" --programs "$target/release" "$@"
}

proxy() {
  through "Through Envoy" bench.py "$@"
}

inject() {
  through "An injection through Envoy" inject.py "$@"
}

# The same, of a copy of the tree with ten times the rules.
rules() {
  local node scratch
  node=${HUSHGATE_NODE:-$(tool node)}
  scratch=$(mktemp -d -t hushgate-bench-XXXXXX)
  # shellcheck disable=SC2064 # The folder is this one.
  trap "rm -rf '$scratch'" EXIT
  git ls-files -z | xargs -0 cp --parents --target-directory "$scratch"
  "$python" benches/tenfold.py "$scratch/src/rule/builtin"
  (cd "$scratch" && "$cargo" rustc --quiet --locked --package hushgate-bench --lib --crate-type cdylib \
    --target wasm32-unknown-unknown --profile wasm --target-dir "$target/tenfold")
  echo "### In V8, with ten times the rules"
  echo
  machine
  "$node" benches/v8.mjs "$target/tenfold/wasm32-unknown-unknown/wasm/hushgate_bench.wasm"
}

# The folder of many files is the source of every dependency, by Cargo.lock: the same on every machine.
# It lies outside of the repository, so that nobody's reading of .gitignore leaves any of it out.
cli() {
  local scratch
  for peer in kingfisher ripsecrets; do
    [ -x "target/tools/bin/$peer" ] || fail "$peer is missing: make bench-cli"
  done
  "$cargo" build --quiet --locked --release --package hushgate-cli
  "$cargo" build --quiet --locked --release --package hushgate-bench --bin corpus
  scratch=$(mktemp -d -t hushgate-bench-XXXXXX)
  # shellcheck disable=SC2064 # The folder is this one.
  trap "rm -rf '$scratch'" EXIT
  mkdir "$scratch/corpus"
  for kind in json html logs js; do
    "$target/release/corpus" "$kind" $((16 << 20)) >"$scratch/corpus/$kind"
  done
  "$cargo" vendor --quiet --locked --versioned-dirs "$scratch/sources" >/dev/null
  echo "### The command line"
  echo
  machine
  "$python" benches/cli/bench.py --hushgate "$target/release/hushgate" --peers target/tools/bin \
    --scratch "$scratch" "$@"
}

part=${1:-all}
[ $# -eq 0 ] || shift
case $part in
  engine | codings | v8 | rules) "$part" ;;
  proxy | inject | cli) "$part" "$@" ;;
  all)
    command -v wrk >/dev/null || fail "wrk is missing: apt-get install wrk"
    engine
    codings
    v8
    proxy "$@"
    inject
    ;;
  *) fail "unknown part: say engine, codings, v8, rules, proxy, inject, cli or all" ;;
esac
