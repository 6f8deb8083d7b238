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
MODULES := hushgate-redact hushgate-inject hushgate-edge hushgate-test-pry hushgate-test-read hushgate-test-trap
# 2.5 MiB.
REDACT_BYTES_MAX := 2621440
BINDGEN := $(shell awk '/^name = "wasm-bindgen"$$/ { getline; gsub(/[^0-9.]/, ""); print }' Cargo.lock)
# Beside the pinned one: sections of tools/versions.toml.
OLD_ENVOYS := envoy-1.36 envoy-1.37 envoy-1.38 envoy-1.39
FUZZ_TARGETS := base64 coding config custom escape hex stream utf16
TARGET ?= $(FUZZ_TARGETS)
SECONDS ?= 600
PYTHON ?= python3
CARGO ?= cargo
# The hook is tried with it. It brings packages of its own, so it is no section of tools/versions.toml.
PRE_COMMIT := 4.7.0
# Measured beside the command line. A crate, with a lock file of its own.
RIPSECRETS := 0.1.11

export RUST_BACKTRACE ?= 1

# ---- what you want done ----------------------------------------------------------------------

.PHONY: help
help: ## list the targets
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  make %-18s %s\n", $$1, $$2 }' Makefile

.PHONY: demo
demo: wasm envoy openbao ## both jobs behind a real Envoy: leaks before and after, and a key from a real vault
	@$(CARGO) run --quiet --locked --package hushgate-test-e2e --bin demo

.PHONY: test
test: test-unit test-cli test-wasm-bindgen test-wasm test-nginx test-vault test-e2e ## every test: native, command line, wasm, simulated host, real vaults, real Envoy

.PHONY: test-unit
test-unit: rust ## the engine and the host crate, natively
	$(CARGO) test --locked --package hushgate --package hushgate-host --package hushgate-test-corpus

.PHONY: test-cli
test-cli: rust pre-commit ## the command line: its tests, and its hook under the real pre-commit
	$(CARGO) test --locked --package hushgate-cli
	cli/tests/pre_commit.sh "$(CURDIR)/target/tools/pre-commit/bin/pre-commit" "$(abspath $(TARGET_DIR))/debug"

# What ngx_wasm_module adds is read by cli/tests/nginx.rs.
# Debian takes a version off its mirrors when it has a newer one, so that this one may be out of reach: then it says so.
.PHONY: test-nginx
test-nginx: python ## the plain directives of nginx/*.conf, checked by NGINX itself, where it can be fetched
	@if $(PYTHON) tools/fetch.py nginx >/dev/null; \
	  then $(PYTHON) tools/nginx.py target/tools/bin/nginx nginx/*.conf; \
	  else echo "test-nginx: NOT RUN, for the reason above"; fi

.PHONY: nginx-conf
nginx-conf: rust ## print nginx/redact.conf with the filter's configuration of CONFIG=file, checked, escaped and measured
	@$(CARGO) run --quiet --locked --package hushgate-cli -- config nginx --config $(CONFIG)

.PHONY: scan-self
scan-self: rust ## this repository, scanned by its own command line
	$(CARGO) run --quiet --locked --package hushgate-cli -- scan --config .ci/scan.json .

.PHONY: test-wasm-bindgen
test-wasm-bindgen: rust node bindgen ## the engine's tests compiled to wasm, under Node
	PATH="$(CURDIR)/target/tools/bin:$$PATH" \
	CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER="$(CURDIR)/target/tools/bin/wasm-bindgen-test-runner" \
	$(CARGO) test --locked --package hushgate --target wasm32-unknown-unknown --tests

.PHONY: test-wasm
test-wasm: wasm ## the built module under the simulated host
	$(CARGO) test --locked --package hushgate-test-wasm

.PHONY: test-vault
test-vault: rust openbao moto ## the store clients against a real OpenBao, and moto for AWS
	$(CARGO) test --locked --package hushgate-test-vault

.PHONY: test-e2e
test-e2e: wasm envoy openbao moto sdk ## the built module in a real Envoy
	$(CARGO) test --locked --package hushgate-test-e2e

.PHONY: test-envoy-matrix
test-envoy-matrix: wasm envoys openbao moto sdk ## the same, on every Envoy that is supported, oldest first
	tests/e2e/matrix.sh $(OLD_ENVOYS) envoy

# What differs most from the pinned one, and is quick.
.PHONY: test-envoy-oldest
test-envoy-oldest: wasm envoys ## a part of the suite on the oldest Envoy that is supported
	tests/e2e/matrix.sh $(firstword $(OLD_ENVOYS)) -- --test headers --test framing --test records --test delivery

# A part of the above, by itself.
.PHONY: test-sdk
test-sdk: wasm envoy openbao sdk ## the Python clients of OpenAI, Stripe and Anthropic with placeholders, through a real Envoy
	$(CARGO) test --locked --package hushgate-test-e2e --test inject_sdk

.PHONY: lint
lint: rust ## formatting, and clippy with warnings as errors, natively and for wasm
	$(CARGO) fmt --all --check
	$(CARGO) clippy --locked --workspace --all-targets -- --deny warnings
	$(CARGO) clippy --locked --package hushgate --features fuzzing -- --deny warnings
	$(CARGO) clippy --locked --package hushgate --no-default-features -- --deny warnings
	$(CARGO) fmt --manifest-path fuzz/Cargo.toml --check
	$(CARGO) clippy --locked --target wasm32-wasip1 --package hushgate-host \
	  $(addprefix --package ,$(MODULES)) -- --deny warnings

.PHONY: bench
bench: wasm envoy ## speed, as ratios (needs wrk)
	benches/run.sh

.PHONY: bench-cli
bench-cli: rust kingfisher ripsecrets ## speed of `hushgate scan`, beside kingfisher and ripsecrets
	benches/run.sh cli

.PHONY: fuzz
fuzz: fuzz-needs ## the laws, of bytes that a fuzzer makes up: TARGET=stream SECONDS=600
	fuzz/run.sh $(SECONDS) $(TARGET)

.PHONY: fuzz-smoke
fuzz-smoke: fuzz-needs ## the same, half a minute each
	fuzz/run.sh 30 $(FUZZ_TARGETS)

.PHONY: ci
ci: lint test scan-self demo fuzz-smoke ## what CI runs

.PHONY: clean
clean: ## remove everything built or fetched
	rm -rf target dist fuzz/artifacts fuzz/corpus fuzz/dictionary

# ---- what that needs -------------------------------------------------------------------------

.PHONY: tools
tools: rust envoy node bindgen openbao moto sdk ## fetch the pinned tools into target/tools

# Cargo decides what is stale; a module is copied only when its bytes changed, so nothing that
# depends on dist/ sees a new file without a reason.
.PHONY: wasm
wasm: rust ## build the filter and the test modules into dist/
	@$(CARGO) build --locked --target wasm32-wasip1 --profile wasm $(addprefix --package ,$(MODULES))
	@mkdir -p dist/test
	@copy() { cmp --silent "$$1" "$$2" || { cp "$$1" "$$2.new"; mv "$$2.new" "$$2"; echo "$$2"; }; }; \
	size=$$(stat --format %s $(BUILT)/hushgate_redact.wasm); [ $$size -le $(REDACT_BYTES_MAX) ] || \
	  { echo "make: hushgate_redact.wasm has $$size bytes, and $(REDACT_BYTES_MAX) are allowed" >&2; exit 1; }; \
	for module in redact inject edge; do copy $(BUILT)/hushgate_$$module.wasm dist/hushgate_$$module.wasm; done; \
	for module in pry read trap; do copy $(BUILT)/hushgate_test_$$module.wasm dist/test/hushgate_test_$$module.wasm; done

.PHONY: oci
oci: wasm python ## the modules as OCI image layouts in dist/oci, each in both variants
	@$(PYTHON) tools/oci.py dist/oci hushgate_redact hushgate_inject hushgate_edge

.PHONY: wasm-plain
wasm-plain: rust ## build the redacting filter without content codings: dist/hushgate_redact_plain.wasm, less than half as large
	@$(CARGO) build --locked --target wasm32-wasip1 --profile wasm --package hushgate-redact --no-default-features \
	  --target-dir $(TARGET_DIR)/plain
	@mkdir -p dist && cp $(TARGET_DIR)/plain/wasm32-wasip1/wasm/hushgate_redact.wasm dist/hushgate_redact_plain.wasm
	@stat --format "%n: %s bytes" dist/hushgate_redact_plain.wasm

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

# libFuzzer is built from its sources, which are C++.
.PHONY: fuzz-needs
fuzz-needs: rust
	@command -v c++ >/dev/null || { echo "make: a C++ compiler is missing: install g++ (Debian and Ubuntu: apt-get install g++)" >&2; exit 1; }

.PHONY: pre-commit
pre-commit: python
	@[ "$$(target/tools/pre-commit/bin/pre-commit --version 2>/dev/null)" = "pre-commit $(PRE_COMMIT)" ] || { \
	  $(PYTHON) -m venv target/tools/pre-commit && \
	  target/tools/pre-commit/bin/pip install --quiet "pre-commit==$(PRE_COMMIT)"; } || \
	  { echo "make: cannot install pre-commit $(PRE_COMMIT): it needs Python's venv and pip, and a network" >&2; exit 1; }

.PHONY: envoy
envoy: python
	@[ -n "$${HUSHGATE_ENVOY:-}" ] || $(PYTHON) tools/fetch.py envoy >/dev/null

# The pinned one by its own name, even where HUSHGATE_ENVOY names another.
.PHONY: envoys
envoys: python
	@$(PYTHON) tools/fetch.py envoy $(OLD_ENVOYS) >/dev/null

.PHONY: openbao
openbao: python
	@[ -n "$${HUSHGATE_OPENBAO:-}" ] || $(PYTHON) tools/fetch.py openbao >/dev/null

.PHONY: kingfisher
kingfisher: python
	@$(PYTHON) tools/fetch.py kingfisher >/dev/null

.PHONY: ripsecrets
ripsecrets: rust
	@[ "$$(target/tools/bin/ripsecrets --version 2>/dev/null)" = "ripsecrets $(RIPSECRETS)" ] || { \
	  echo "building ripsecrets $(RIPSECRETS) into target/tools"; \
	  $(CARGO) install --quiet --force --locked --root target/tools --version "=$(RIPSECRETS)" ripsecrets; } || \
	  { echo "make: cannot build ripsecrets $(RIPSECRETS): see above; without a network it cannot be fetched" >&2; exit 1; }

# moto has some dozen dependencies: a virtual environment of its own, each wheel by its hash.
.PHONY: moto
moto: python
	@$(PYTHON) tools/wheels.py moto >/dev/null

.PHONY: sdk
sdk: python
	@$(PYTHON) tools/wheels.py sdk >/dev/null

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
