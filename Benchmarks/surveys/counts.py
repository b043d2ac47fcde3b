"""Weighted counts alone, without any error: what numpy needs for as many tables of a million rows. counts.py ROWS ITEMS SPLITS"""
import sys
import time

import numpy as np

rows, items, splits = map(int, sys.argv[1:])
random = np.random.default_rng(1)
weights = random.uniform(0.25, 4.25, rows)
codes = [random.integers(0, 5, rows, dtype=np.int32) for _ in range(items)]
groups = [(random.integers(0, size, rows, dtype=np.int32), size) for size in ([5, 12, 8, 6, 10] * splits)[:splits]]
start, processor = time.perf_counter(), time.process_time()
for code in codes:
    for group, size in groups:
        np.bincount(group * 5 + code, weights=weights, minlength=5 * size)
seconds, used = time.perf_counter() - start, time.process_time() - processor
print(f"numpy {np.__version__} bincount, no errors: rows {rows} items {items} splits {splits}:", end=" ")
print(f"seconds {seconds:.3f} processor {used:.3f}")
