# The two commands of the README: make run, make test.

PACKAGES = liblapack-dev libblas-dev libnlopt-dev
# Programs linked with the reference BLAS and LAPACK use OpenBLAS from the day it is installed; they run without it too.
FASTER_PACKAGES = libopenblas0-pthread
# R, for the tests that fit the same data with lme4, and Slurm, for those of job arrays, which start one of their own;
# installed by continuous integration or with PEERS=1.
PEERS ?= $(CI)
PEER_PACKAGES = $(if $(PEERS),r-base-core r-cran-lme4 r-cran-lmertest r-cran-numderiv r-cran-jsonlite \
	r-cran-pbkrtest r-cran-clubsandwich r-cran-emmeans r-cran-metafor \
	r-cran-survey r-cran-mitools r-cran-sandwich r-cran-nlme r-cran-mass r-cran-nnet r-cran-ordinal \
	r-cran-markovchain r-cran-msm \
	slurm-wlm munge)
SCENARIO ?= scenarios/np-onderwijs.yaml
# The processor that release builds are for: with AVX2 when this one has it, which makes the simulation's kernel about twice as fast
# (Benchmarks/README.md) and changes no digit. `make build MARCH=` for any x86-64 processor, for programs that are carried to
# older machines; MARCH=native for this one alone (faster again with AVX-512).
MARCH ?= $(shell grep -m1 '^flags' /proc/cpuinfo 2>/dev/null | grep -w avx2 | grep -w fma | grep -qw bmi2 && echo x86-64-v3)

.PHONY: run test build setup lint format clean march

run: build
	.build/release/herstel run $(SCENARIO)

build: setup
	swift build --configuration release --product herstel $(if $(MARCH),-Xcc -march=$(MARCH))

test: setup
	tools/install-system-packages $(PEER_PACKAGES)
	swift build --build-tests
	swift test --skip-build --disable-xctest

setup:
	@tools/install-system-packages $(PACKAGES)
	@tools/install-system-packages $(FASTER_PACKAGES) || echo "herstel: going on without OpenBLAS; large models take longer"

march:
	@echo $(MARCH)

lint:
	swift format lint --strict --recursive Package.swift Sources Tests Benchmarks

format:
	swift format --in-place --recursive Package.swift Sources Tests Benchmarks

clean:
	rm -rf .build
