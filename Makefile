# The two commands of the README: make run, make test.

PACKAGES = liblapack-dev libblas-dev libnlopt-dev
# R, for the tests that fit the same data with lme4; installed by continuous integration or with PEERS=1.
PEERS ?= $(CI)
PEER_PACKAGES = $(if $(PEERS),r-base-core r-cran-lme4 r-cran-lmertest r-cran-emmeans r-cran-jsonlite)
SCENARIO ?= scenarios/np-onderwijs.yaml

.PHONY: run test build setup lint format clean

run: build
	.build/release/herstel run $(SCENARIO)

build: setup
	swift build --configuration release --product herstel

test: setup
	tools/install-system-packages $(PEER_PACKAGES)
	swift build --build-tests
	swift test --skip-build --disable-xctest

setup:
	@tools/install-system-packages $(PACKAGES)

lint:
	swift format lint --strict --recursive Package.swift Sources Tests

format:
	swift format --in-place --recursive Package.swift Sources Tests

clean:
	rm -rf .build
