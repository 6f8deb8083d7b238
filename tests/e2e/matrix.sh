#!/usr/bin/env bash
# The end-to-end suite on one Envoy after the other: `make test-envoy-matrix`.
#
#     tests/e2e/matrix.sh envoy-1.36 envoy        # programs of target/tools/bin
#     tests/e2e/matrix.sh envoy-1.36 -- --test headers
#
# What follows `--` goes to `cargo test`. Every version runs, also after one that failed; the last
# lines say how each went, and the exit code is 0 only if all passed.
set -euo pipefail
cd "$(dirname "$0")/../.."

programs=() arguments=()
while [ $# -gt 0 ] && [ "$1" != -- ]; do
  programs+=("$1")
  shift
done
[ $# -eq 0 ] || arguments=("${@:2}")

results=() status=0
for program in "${programs[@]}"; do
  path="$PWD/target/tools/bin/$program"
  # `.../<version>/Clean/RELEASE/BoringSSL`: told by the program itself, not by its name.
  version=$("$path" --version | sed -n 's|^.*version: [0-9a-f]*/\([^/]*\)/.*|\1|p')
  [ -n "$version" ] || { echo "matrix: $path says no version" >&2; exit 2; }
  echo "== Envoy $version"
  log=target/e2e-$version.log
  if HUSHGATE_ENVOY="$path" "${CARGO:-cargo}" test --locked --package hushgate-test-e2e \
       --no-fail-fast "${arguments[@]}" 2>&1 | tee "$log"; then
    result=passed
  else
    result=FAILED status=1
  fi
  tests=$(awk '/^test result:/ { passed += $4; failed += $6 } END { print passed + 0 " passed, " failed + 0 " failed" }' "$log")
  # A suite that ran no test has shown nothing.
  [ "${tests%% *}" -gt 0 ] || { result=FAILED; status=1; }
  results+=("$(printf 'Envoy %-8s %-7s %s' "$version" "$result" "$tests")")
done
printf '%s\n' "${results[@]}"
exit $status
