# Everything a developer types. Every target installs what it needs, says what it is about to do, and is quick the second time.

# One folder for everything that is compiled.
export CARGO_TARGET_DIR := $(CURDIR)/target

CARGO ?= cargo
# Minutes for each fuzz target.
MINUTES ?= 1
# What make chaos is told besides: `CHAOS='--only kill --seed 1'`, `CHAOS='--soak 20'`.
CHAOS ?=

# The policies' workspace and the examples stand beside the root's. So does tests/fuzz, which links crates of both.
GUESTS := plugins/Cargo.toml $(wildcard examples/*/Cargo.toml)
# The root's workspace links policies, too, to race them natively; cargo gives a library that is also a component's module one name in
# a folder, whichever workspace compiled it. So each workspace has a folder of its own.
GUESTS_CARGO = CARGO_TARGET_DIR=$(CARGO_TARGET_DIR)/guests-native $(CARGO)
# What is fuzzed has a folder of its own for the same reason. The flags are those of libFuzzer's coverage, which a stable compiler has.
FUZZ_CARGO = CARGO_TARGET_DIR=$(CARGO_TARGET_DIR)/fuzz $(CARGO)
FUZZ_FLAGS := -Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 -Cllvm-args=-sanitizer-coverage-inline-8bit-counters \
  -Cllvm-args=-sanitizer-coverage-pc-table -Cllvm-args=-sanitizer-coverage-trace-compares --cfg fuzzing -Ccodegen-units=16
FUZZ_HOST = $(shell rustc --print host-tuple)
FUZZ_BIN = target/fuzz/$(FUZZ_HOST)/release
LAWS := $(basename $(notdir $(wildcard tests/fuzz/fuzz_targets/*.rs)))
# What builds policies. The binary cannot be compiled before the policies it holds, so everything else is compiled first, and in one
# call: cargo unites the features of what it builds together, and would compile the sandbox twice for two selections.
WORKSHOP := --workspace --exclude tollgate --bins
SAY := @printf '\n== %s\n'
# Installs Debian's packages, where one may.
BY_APT = { [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null && printf '\n== installing %s by apt\n' "$(1)" && apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $(1) >/dev/null; }

# What makes components of Python and JavaScript, and what holds the SDKs to their types. Other versions make other components.
COMPONENTIZE_PY := 0.25.1
MYPY := 1.19.0
JCO := 1.35.0
LANGUAGES := $(CARGO_TARGET_DIR)/languages
PYTHON = PYTHONDONTWRITEBYTECODE=1 PYTHONPATH=$(CURDIR)/plugins/sdk-python/src:. $(LANGUAGES)/venv/bin/python

.DEFAULT_GOAL := help
# Each step keeps all cores busy by itself.
.NOTPARALLEL:
.PHONY: help build test demo bench fuzz laws chaos lint clean setup workshop policies guests browser binary release-policies test-guests languages matrix test-host lint-deny cargo

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

build: release-policies ## the self-contained binary target/release/tollgate (15 minutes the first time, on two cores)
	$(SAY) "build: target/release/tollgate, optimised"
	$(CARGO) build --release --workspace --bins
	@ls -l target/release/tollgate

test: binary guests browser test-guests languages test-host ## all tests (25 minutes the first time, on two cores; five later)

demo: binary guests ## real agent telemetry through all policies, before and after (10 minutes the first time, seconds later)
	$(SAY) "demo: a gate with the stock policies and one of a user, and telemetry of real agents sent to it"
	@target/debug/demo

bench: build ## the table of ratios in the README (20 minutes the first time, then 3)
	$(SAY) "bench: ratios within one run, optimised"
	$(CARGO) bench --workspace --bench ratios --bench cases --bench saves

fuzz: cargo ## each fuzz target for a minute, or MINUTES=n (10 minutes to compile the first time)
	$(SAY) "fuzz: the laws, instrumented"
	cd tests/fuzz && RUSTFLAGS="$(FUZZ_FLAGS)" $(FUZZ_CARGO) build --release --features libfuzzer --target $(FUZZ_HOST)
	$(SAY) "fuzz: $(MINUTES) minute(s) a target; what breaks a law is left in target/fuzz/found"
	@mkdir -p target/fuzz/found; failed=; for law in $(LAWS); do \
	  printf '\n-- %s\n' "$$law"; \
	  mkdir -p "target/fuzz/corpus/$$law"; \
	  FUZZ_SEEDS=target/fuzz/seeds $(FUZZ_BIN)/$$law -max_total_time=$$(($(MINUTES) * 60)) -rss_limit_mb=2048 -timeout=30 -max_len=65536 -print_final_stats=1 \
	    -verbosity=0 "-artifact_prefix=target/fuzz/found/$$law-" "target/fuzz/corpus/$$law" "target/fuzz/seeds/$$law" \
	    || failed="$$failed $$law"; \
	done; if [ -n "$$failed" ]; then echo "laws that do not hold:$$failed"; exit 1; fi

laws: cargo ## the laws that are fuzzed, over their seeds and a moment of changes to them (5 minutes to compile the first time)
	$(SAY) "laws: what fuzzers hold them to, for a minute"
	$(FUZZ_CARGO) test --manifest-path tests/fuzz/Cargo.toml

chaos: build ## everything that can break, broken on purpose and counted (10 minutes, once it is built)
	$(SAY) "chaos: the table of faults, with an optimised gate"
	target/release/chaos $(CHAOS)

lint: policies lint-deny ## format, clippy, documentation, licenses (5 minutes the first time)
	$(SAY) "lint: format"
	@for manifest in Cargo.toml $(GUESTS) $(wildcard tests/fuzz/Cargo.toml); do \
	  echo "$$manifest"; $(CARGO) fmt --manifest-path $$manifest --all --check || exit 1; \
	done
	$(SAY) "lint: clippy"
	$(CARGO) clippy --workspace --all-targets -- -D warnings
	@for manifest in $(GUESTS); do \
	  echo "$$manifest"; $(GUESTS_CARGO) clippy --manifest-path $$manifest --workspace --all-targets -- -D warnings || exit 1; \
	done
	$(SAY) "lint: documentation"
	RUSTDOCFLAGS="-D warnings" $(CARGO) doc --workspace --no-deps
	@for manifest in $(GUESTS); do \
	  echo "$$manifest"; RUSTDOCFLAGS="-D warnings" $(GUESTS_CARGO) doc --manifest-path $$manifest --workspace --no-deps || exit 1; \
	done

clean: ## remove everything that was built
	rm -rf target plugins/target $(wildcard examples/*/target examples/*/node_modules) tests/fuzz/target

setup: workshop
	target/debug/forge setup

# Development builds serve test and demo alike: their dependencies are optimised, and what one compiled the other has.
workshop: cargo
	$(SAY) "workshop: what builds policies, and the sandbox they are compiled for (7 minutes the first time, on two cores)"
	$(CARGO) build $(WORKSHOP)

policies: workshop
	$(SAY) "policies: the stock ones, which the binary holds (3 minutes the first time)"
	target/debug/forge stock

guests: workshop
	$(SAY) "guests: the hostile policy and the examples"
	target/debug/forge guests

# The playground is tried in a real one. Where none can be installed, its tests say that they were skipped.
browser:
	@command -v chromedriver >/dev/null || $(call BY_APT,chromium chromium-driver) || \
	printf '\n== browser: no chromium with chromedriver here, and none can be installed: the tests of the playground in a browser are skipped\n'

binary: policies
	$(SAY) "binary: target/debug/tollgate, a development build"
	$(CARGO) build --workspace --bins

release-policies: cargo
	$(SAY) "policies: the stock ones, for the sandbox (the first time, this compiles the sandbox optimised: 8 minutes on two cores)"
	$(CARGO) build --release $(WORKSHOP)
	target/release/forge stock

test-guests: cargo
	$(SAY) "test: policies and SDK, natively"
	@for manifest in $(GUESTS); do \
	  echo "$$manifest"; $(GUESTS_CARGO) test --manifest-path $$manifest --workspace || exit 1; \
	done

test-host: binary guests
	$(SAY) "test: the host"
	rm -rf target/end-to-end
	$(CARGO) test --workspace
	$(SAY) "test: no planted secret in anything that the gates of the tests left behind"
	target/debug/canaries

# The marks name the versions that are there.
languages: $(LANGUAGES)/python-$(COMPONENTIZE_PY)-$(MYPY) $(LANGUAGES)/javascript-$(JCO)
	$(SAY) "languages: the SDKs of Python and JavaScript, natively"
	cd plugins/sdk-python && $(PYTHON) -m unittest discover --start-directory tests
	cd examples/cost-python && $(PYTHON) -m unittest discover --start-directory tests
	cd plugins/sdk-python && $(LANGUAGES)/venv/bin/mypy --cache-dir $(LANGUAGES)/mypy
	cd plugins/sdk-js && node --test --test-reporter=dot && $(LANGUAGES)/node_modules/.bin/tsc --project tsconfig.json
	cd examples/cost-js && npm install --omit=dev --no-package-lock --offline --no-audit --no-fund --silent && node --test --test-reporter=dot

$(LANGUAGES)/python-$(COMPONENTIZE_PY)-$(MYPY):
	@python3 -c 'import ensurepip, venv' 2>/dev/null || $(call BY_APT,python3 python3-venv) || { echo "install Python 3.11 or later with venv, then call make again"; exit 1; }
	$(SAY) "languages: componentize-py and mypy, in target/languages/venv (a download of 60 MB, half a minute)"
	rm -rf $(LANGUAGES)/venv $(LANGUAGES)/python-*
	python3 -m venv $(LANGUAGES)/venv
	$(LANGUAGES)/venv/bin/pip install --quiet --disable-pip-version-check componentize-py==$(COMPONENTIZE_PY) mypy==$(MYPY)
	@touch $@

$(LANGUAGES)/javascript-$(JCO):
	@command -v npm >/dev/null || $(call BY_APT,nodejs npm) || { echo "install Node.js 20 or later with npm (https://nodejs.org), then call make again"; exit 1; }
	$(SAY) "languages: jco, in target/languages/node_modules (a download of 70 MB, a quarter of a minute)"
	rm -rf $(LANGUAGES)/node_modules $(LANGUAGES)/javascript-*
	@mkdir -p $(LANGUAGES) && echo '{"private": true}' > $(LANGUAGES)/package.json
	npm install --prefix $(LANGUAGES) --no-package-lock --no-audit --no-fund --silent @bytecodealliance/jco@$(JCO)
	@touch $@

matrix: binary languages ## what a policy costs in Rust, Python and JavaScript: the table in docs/languages.md (2 minutes)
	$(SAY) "matrix: the policy of examples/cost in three languages, built and measured in one run"
	python3 tests/languages.py target/debug/tollgate $(LANGUAGES)

lint-deny: cargo
	@command -v cargo-deny >/dev/null || { echo "installing cargo-deny (four minutes)"; $(CARGO) install --locked cargo-deny --target-dir target/tools; }
	$(SAY) "lint: what the lock files hold"
	@for manifest in Cargo.toml $(GUESTS); do \
	  echo "$$manifest"; $(CARGO) deny --manifest-path $$manifest --config $(CURDIR)/deny.toml check bans licenses sources || exit 1; \
	done

cargo:
	@command -v $(CARGO) >/dev/null || { echo "cargo is missing: install Rust 1.95 (https://rustup.rs), then call make again"; exit 1; }
