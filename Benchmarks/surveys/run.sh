#!/bin/bash
# Big monitor tables, ours beside R survey and numpy in one go: Benchmarks/surveys/run.sh WORK_FOLDER [ROUNDS]
#
# R survey takes minutes for one table of a million rows, so it gets one item by one split of 20,000 rows, and ours the same rows
# beside it. numpy counts only, without errors: a lower bound. Needs R with survey, python3 with numpy; each is left out when missing.
# PACKAGE is the folder to build in, when not the repository.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
cd "${PACKAGE:-$here/../..}"
work=${1:?usage: Benchmarks/surveys/run.sh WORK_FOLDER [ROUNDS]}
rounds=${2:-3}
mkdir -p "$work"
swift build --configuration release --product survey-benchmark >&2
ours=$(swift build --configuration release --show-bin-path)/survey-benchmark

echo "Load before: $(cut -d' ' -f1-3 /proc/loadavg)"
for round in $(seq "$rounds"); do
  for drawing in schools respondents households; do
    for threads in 1 2; do "$ours" $drawing 1000000 20 5 $threads categories; done
  done
  "$ours" schools 1000000 20 5 2 numbers
  if python3 -c 'import numpy' 2> /dev/null; then python3 "$here/counts.py" 1000000 20 5; fi
  for drawing in schools respondents; do
    "$ours" $drawing 20000 1 1 1 categories "$work/$drawing.csv"
    if Rscript -e 'library(survey)' > /dev/null 2>&1; then Rscript "$here/peer.R" "$work/$drawing.csv"; fi
  done
done
echo "Load after: $(cut -d' ' -f1-3 /proc/loadavg)"
