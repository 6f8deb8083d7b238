#!/usr/bin/env bash
# Runs fuzz targets, two at a time, each for so many seconds.
#
#     fuzz/run.sh <seconds> <target>...
#
# What a target finds is kept in fuzz/artifacts/<target>/, and what it tried last is shown. The corpus stays from run to run,
# so that a longer one builds on the last; `make clean` starts anew.
set -euo pipefail
cd "$(dirname "$0")"

seconds=$1
shift
at_once=2
# Longer texts are slow and say nothing new: some inputs are repeated to reach beyond the limits.
text_bytes_max=1024
# With the same corpus every run makes up the same texts in the same order, as far as its time lets it.
seed=${FUZZ_SEED:-1}
# No test of speed: what takes so long never ends.
hang_seconds=60

# They would take the place of what is said in .cargo/config.toml.
unset RUSTFLAGS CARGO_ENCODED_RUSTFLAGS
cargo build --quiet --release --locked
host=$(rustc --version --verbose | sed -n 's/^host: //p')
built=${CARGO_TARGET_DIR:-../target/fuzz}/$host/release
"$built/seeds" .

fuzz() {
  local target=$1 log
  log=artifacts/$target.log
  mkdir -p "artifacts/$target"
  if "$built/$target" "corpus/$target" -dict=dictionary -max_total_time="$seconds" \
    -max_len=$text_bytes_max -seed=$seed -timeout=$hang_seconds -print_final_stats=1 \
    -artifact_prefix="artifacts/$target/" >"$log" 2>&1; then
    printf 'fuzz %-7s %s\n' "$target" "$(grep --text --extended-regexp '^#[0-9]+\s+DONE' "$log" | tr --squeeze-repeats ' \t' ' ')"
  else
    printf 'fuzz %-7s FAILED: fuzz/%s\n' "$target" "$log" >&2
    grep --text --after-context=3 --extended-regexp 'panicked at|ERROR: libFuzzer|Test unit written' "$log" >&2
    return 1
  fi
}
export -f fuzz
export built seconds text_bytes_max seed hang_seconds

# xargs goes on after a failure, and tells of it at the end.
printf '%s\n' "$@" | xargs --max-procs=$at_once --replace bash -c 'fuzz "$1"' fuzz {}
