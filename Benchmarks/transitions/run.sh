#!/bin/bash
# A million transitions in 1,000 schools, ours beside glmer: Benchmarks/transitions/run.sh WORK_FOLDER [ROWS] [SCHOOLS]
#
# glmer takes a quarter of an hour for a million rows. Needs R with lme4 and python3 with numpy.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
work=${1:?usage: Benchmarks/transitions/run.sh WORK_FOLDER [ROWS] [SCHOOLS]}
mkdir -p "$work"
python3 "$here/make.py" "$work/transitions.csv" "${2:-1000000}" "${3:-1000}"
cp "$here/model.yaml" "$work/"
cd "$here/../.."
swift build --configuration release --product herstel >&2
ours=$(swift build --configuration release --show-bin-path)/herstel
echo "Load before: $(cut -d' ' -f1-3 /proc/loadavg)"
/usr/bin/time -f "ours: %e s elapsed, %U s of processor, %M KB" "$ours" fit "$work/model.yaml" --output "$work/out" --verbose | head -24
/usr/bin/time -f "glmer: %e s elapsed, %U s of processor, %M KB" Rscript "$here/peer.R" "$work/transitions.csv"
echo "Load after: $(cut -d' ' -f1-3 /proc/loadavg)"
