#!/usr/bin/env bash
# Batch runs: what planning, dividing and joining cost, and whether the plan's estimate is right.
# Usage: Benchmarks/batch/run.sh plan|estimate|merge|overhead   (a release build first: make build)
# Needs GNU time. Quiet machine; about 1, 4, 2 and 15 minutes.
set -euo pipefail
cd "$(dirname "$0")/../.."
herstel=$PWD/.build/release/herstel
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
timed() { /usr/bin/time -f "%e s elapsed, %U s user, %M kB" "$@"; }

# A study of the national scenario: how many samples of a Latin hypercube, draws, parts.
study() {
    cat >"$work/$1.yaml" <<YAML
kind: study
title: Benchmark
base: $PWD/scenarios/${5:-np-onderwijs}.yaml
draws: $3
shards: $4
design:
  kind: latin_hypercube
  samples: $2
  seed: 1
  factors:
    - {name: severity, scale: "outcomes[outcome=mathematics].parameters.loss_per_week", low: 0.5, high: 1.1}
    - {name: money, scale: "outcomes[outcome=mathematics].parameters.effect_per_1000_eur", low: 0.5, high: 2, spacing: log}
YAML
}

# A study of one variant: draws, parts, base.
single() {
    study "$1" 2 "$2" "$3" "${4:-np-onderwijs}"
    sed -i '/^design:/,$d' "$work/$1.yaml"
    printf 'design: {kind: list, variants: [{name: base}]}\n' >>"$work/$1.yaml"
}

case ${1:?plan, estimate, merge or overhead} in
plan)
    study plan 1000 200 1
    timed "$herstel" batch plan "$work/plan.yaml" --output "$work/plan"
    ;;
estimate)
    study estimate "${2:-24}" 200 1
    "$herstel" batch plan "$work/estimate.yaml" --output "$work/estimate"
    timed "$herstel" batch submit "$work/estimate" --engine parallel >"$work/commands"
    timed xargs -d '\n' -P "$(nproc)" -I{} sh -c {} <"$work/commands" >/dev/null
    awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) c[$i] = i; next } { s += $c["seconds"] } END { print "measured: " s " s in " NR - 1 " units" }' \
        <("$herstel" batch merge "$work/estimate" --quiet && cat "$work/estimate/units.csv")
    ;;
merge)
    # The unit that is done last joins its variant: its time and the merge's are the time to join 1,000 shards.
    single merge "${2:-1000}" 1000
    "$herstel" batch plan "$work/merge.yaml" --output "$work/merge" --quiet
    timed "$herstel" batch work "$work/merge" --unit 1-999 --quiet
    timed "$herstel" batch work "$work/merge" --unit 1000
    timed "$herstel" batch merge "$work/merge"
    ;;
overhead)
    # 64 units of about ten seconds against one process that does the same draws.
    draws=${2:-1280}
    single overhead "$draws" 64 school-careers
    "$herstel" batch plan "$work/overhead.yaml" --output "$work/overhead"
    "$herstel" batch submit "$work/overhead" --engine parallel >"$work/commands"
    timed xargs -d '\n' -P "$(nproc)" -I{} sh -c {} <"$work/commands" >/dev/null
    timed "$herstel" simulate scenarios/school-careers.yaml --draws "$draws" --sensitivity 0 --output "$work/whole" --quiet
    ;;
esac
