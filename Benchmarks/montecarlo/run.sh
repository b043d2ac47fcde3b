#!/bin/bash
# The scenario kernel, ours beside its peers in one go: Benchmarks/montecarlo/run.sh WORK_FOLDER [ROUNDS]
#
# Needs gcc, python3 with numpy and polars (for the inputs), and the peers of ../shared/bench/mc (or BENCH=folder). MARCH sets the processor ours is built
# for, as for make build. The tuned C program needs AVX-512; numba comes from pip, and is left out when pip cannot have it.
# Programs take turns, because a machine that others use too changes its speed: read the ratios.
set -euo pipefail
cd "$(dirname "$0")/../.."
work=${1:?usage: Benchmarks/montecarlo/run.sh WORK_FOLDER [ROUNDS]}
rounds=${2:-3}
bench=${BENCH:-../shared/bench/mc}
march=${MARCH-$(make --silent march)}
mkdir -p "$work"
flags="-O3 -march=native -fno-math-errno -fopenmp"

swift build --configuration release --product montecarlo-benchmark ${march:+-Xcc -march=$march} >&2
ours=$(swift build --configuration release --show-bin-path)/montecarlo-benchmark
gcc $flags "$bench/mc_plain.c" -o "$work/mc_plain" -lm
peers="plain"
if grep -qw avx512f /proc/cpuinfo; then
  gcc $flags "$bench/mc_tuned.c" -o "$work/mc_tuned" -lmvec -lm
  peers="$peers tuned"
fi
python=python3
if python3 -m venv "$work/venv" && "$work/venv/bin/pip" install --quiet numpy polars numba >&2; then
  python=$work/venv/bin/python
  peers="$peers numba"
fi
[ -e "$work/check_z.f64" ] || "$python" "$bench/mc_inputs.py" "$work"

echo "Built for: ${march:-any processor of this kind}"
"$work/mc_plain" "$work" 3 1 "$work/plain.bin" check > /dev/null
"$ours" "$work" 3 1 "$work/ours.bin" check > /dev/null
echo "Largest differences from plain C on the check set (bound 2e-13; counts exactly):"
"$python" "$bench/mc_check.py" "$work/plain.bin" "$work/ours.bin"
"$ours" "$work" 40 1 "$work/one.bin" > /dev/null
"$ours" "$work" 40 2 "$work/two.bin" > /dev/null
cmp "$work/one.bin" "$work/two.bin" && echo "One and two threads: the same bytes"

: > "$work/runs.txt"
run() { # NAME COMMAND...: its kernel's seconds, and the processor seconds of the whole process
  local name=$1 out
  shift
  out=$( { TIMEFORMAT='CPU %U %S'; time "$@"; } 2>&1 )
  sed -n "s/.*\"kernel_s\": \([0-9.]*\).*/\1/p" <<< "$out" | tr '\n' ' ' > "$work/last"
  awk -v name="$name" -v wall="$(cat "$work/last")" '/^CPU/ { print name, wall + 0, $2 + $3 }' <<< "$out" >> "$work/runs.txt"
  echo "$name: $out" | tr '\n' ' ' >&2
  echo >&2
}
for round in $(seq "$rounds"); do
  run ours-1 "$ours" "$work" 1000 1
  run ours-2 "$ours" "$work" 1000 2
  for peer in $peers; do
    case $peer in
      plain) run plain-2 "$work/mc_plain" "$work" 1000 2 ;;
      tuned) run tuned-1 "$work/mc_tuned" "$work" 1000 1
        run tuned-2 "$work/mc_tuned" "$work" 1000 2 ;;
      numba) run numba-2 "$python" "$bench/mc_numba.py" "$work" 1000 2 philox ;;
    esac
  done
  run numpy-1 "$python" "$bench/mc_numpy.py" "$work" 1000
done

echo "Medians of $rounds; ratios to ours with two threads on the clock, and to ours with one thread in processor time"
"$python" - "$work/runs.txt" << 'END'
import collections, statistics, sys
runs = collections.defaultdict(list)
for line in open(sys.argv[1]):
    name, wall, cpu = line.split()
    runs[name].append((float(wall), float(cpu)))
median = {name: [statistics.median(v[i] for v in values) for i in (0, 1)] for name, values in runs.items()}
print(f"{'program-threads':16} {'kernel s':>9} {'ratio':>6} {'processor s':>12} {'ratio':>6}")
for name, (wall, cpu) in median.items():
    print(f"{name:16} {wall:9.2f} {wall / median['ours-2'][0]:6.2f} {cpu:12.2f} {cpu / median['ours-1'][1]:6.2f}")
print(f"two threads: {median['ours-1'][0] / median['ours-2'][0] / 2:.0%} of ideal on the clock, "
      f"{median['ours-1'][1] / median['ours-2'][1]:.0%} in processor time")
END
