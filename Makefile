# Every command of this repository. `make` alone lists them.
# A line that starts with a target and has `##` is that target's line in the list.

.DEFAULT_GOAL := help
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
MAKEFLAGS += --no-print-directory --no-builtin-rules

TOOLCHAIN := $(shell sed -n 's/^channel *= *"\(.*\)"/\1/p' rust-toolchain.toml)
WASM_TARGETS := wasm32-wasip1 wasm32-unknown-unknown
TARGET_DIR := $(if $(CARGO_TARGET_DIR),$(CARGO_TARGET_DIR),target)
BUILT := $(TARGET_DIR)/wasm32-wasip1/wasm
MODULES := hushgate-redact hushgate-test-read hushgate-test-trap
BINDGEN := $(shell awk '/^name = "wasm-bindgen"$$/ { getline; gsub(/[^0-9.]/, ""); print }' Cargo.lock)
PYTHON ?= python3
CARGO ?= cargo

export RUST_BACKTRACE ?= 1

# ---- what you want done ----------------------------------------------------------------------

.PHONY: help
help: ## list the targets
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  make %-18s %s\n", $$1, $$2 }' Makefile

.PHONY: demo
demo: wasm envoy ## a leaking upstream behind a real Envoy: each leak before and after
	@$(CARGO) run --quiet --locked --package hushgate-test-e2e --bin demo

.PHONY: test
test: test-unit test-wasm-bindgen test-wasm test-e2e ## every test: native, wasm, simulated host, real Envoy

.PHONY: test-unit
test-unit: rust ## the engine and the host crate, natively
	$(CARGO) test --locked --package hushgate --package hushgate-host --package hushgate-test-corpus

.PHONY: test-wasm-bindgen
test-wasm-bindgen: rust node bindgen ## the engine's tests compiled to wasm, under Node
	PATH="$(CURDIR)/target/tools/bin:$$PATH" \
	CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER="$(CURDIR)/target/tools/bin/wasm-bindgen-test-runner" \
	$(CARGO) test --locked --package hushgate --target wasm32-unknown-unknown --tests

.PHONY: test-wasm
test-wasm: wasm ## the built module under the simulated host
	$(CARGO) test --locked --package hushgate-test-wasm

.PHONY: test-e2e
test-e2e: wasm envoy ## the built module in a real Envoy
	$(CARGO) test --locked --package hushgate-test-e2e

.PHONY: lint
lint: rust ## formatting, and clippy with warnings as errors, natively and for wasm
	$(CARGO) fmt --all --check
	$(CARGO) clippy --locked --workspace --all-targets -- --deny warnings
	$(CARGO) clippy --locked --target wasm32-wasip1 --package hushgate-host \
	  $(addprefix --package ,$(MODULES)) -- --deny warnings

.PHONY: bench
bench: wasm envoy ## speed, as ratios (needs wrk)
	benches/run.sh

.PHONY: ci
ci: lint test demo ## what CI runs

.PHONY: clean
clean: ## remove everything built or fetched
	rm -rf target dist

# ---- what that needs -------------------------------------------------------------------------

.PHONY: tools
tools: rust envoy node bindgen ## fetch the pinned tools into target/tools

# Cargo decides what is stale; a module is copied only when its bytes changed, so nothing that
# depends on dist/ sees a new file without a reason.
.PHONY: wasm
wasm: rust ## build the filter and the test modules into dist/
	@$(CARGO) build --locked --target wasm32-wasip1 --profile wasm $(addprefix --package ,$(MODULES))
	@mkdir -p dist/test
	@copy() { cmp --silent "$$1" "$$2" || { cp "$$1" "$$2.new"; mv "$$2.new" "$$2"; echo "$$2"; }; }; \
	copy $(BUILT)/hushgate_redact.wasm dist/hushgate_redact.wasm; \
	copy $(BUILT)/hushgate_test_read.wasm dist/test/hushgate_test_read.wasm; \
	copy $(BUILT)/hushgate_test_trap.wasm dist/test/hushgate_test_trap.wasm

# rustup may be told not to install by itself, so the pinned toolchain is asked for here.
.PHONY: rust
rust:
	@command -v rustup >/dev/null || { echo "make: rustup is missing: install it from https://rustup.rs" >&2; exit 1; }
	@have=$$(rustup component list --installed --toolchain $(TOOLCHAIN) 2>/dev/null || true); \
	missing=""; \
	for part in rustc cargo clippy rustfmt $(addprefix rust-std-,$(WASM_TARGETS)); do \
	  case "$$have" in *"$$part"*) ;; *) missing="$$missing $$part" ;; esac; \
	done; \
	if [ -n "$$missing" ]; then \
	  echo "installing Rust $(TOOLCHAIN):$$missing"; \
	  rustup toolchain install $(TOOLCHAIN) --profile minimal --no-self-update \
	    --component clippy,rustfmt || \
	    { echo "make: rustup cannot install Rust $(TOOLCHAIN): is there a network?" >&2; exit 1; }; \
	  rustup target add --toolchain $(TOOLCHAIN) $(WASM_TARGETS) || \
	    { echo "make: rustup cannot add $(WASM_TARGETS) to Rust $(TOOLCHAIN): is there a network?" >&2; exit 1; }; \
	fi
	@command -v cc >/dev/null || { echo "make: a C linker is missing: install gcc (Debian and Ubuntu: apt-get install gcc libc6-dev)" >&2; exit 1; }

.PHONY: python
python:
	@command -v $(PYTHON) >/dev/null || { echo "make: $(PYTHON) is missing: install Python 3.9 or later with pip" >&2; exit 1; }

.PHONY: envoy
envoy: python
	@[ -n "$${HUSHGATE_ENVOY:-}" ] || $(PYTHON) tools/fetch.py envoy >/dev/null

.PHONY: node
node: python
	@$(PYTHON) tools/fetch.py node >/dev/null

# The runner must be of the very version of the wasm-bindgen crate, hence from Cargo.lock. Its own
# lock file may name a crate that has been withdrawn since; then its dependencies are resolved afresh.
.PHONY: bindgen
bindgen: rust
	@[ -n "$(BINDGEN)" ] || { echo "make: Cargo.lock names no wasm-bindgen: it is needed to choose wasm-bindgen-cli" >&2; exit 1; }
	@if ! target/tools/bin/wasm-bindgen --version 2>/dev/null | grep --quiet --fixed-strings " $(BINDGEN)"; then \
	  echo "building wasm-bindgen-cli $(BINDGEN) into target/tools"; \
	  install() { $(CARGO) install --quiet --force --root target/tools --version "=$(BINDGEN)" "$$@" wasm-bindgen-cli; }; \
	  install --locked 2>/dev/null || install || \
	    { echo "make: cannot build wasm-bindgen-cli $(BINDGEN): see above; without a network it cannot be fetched" >&2; exit 1; }; \
	fi
