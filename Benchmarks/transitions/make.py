"""Writes individual transitions: make.py FILE ROWS SCHOOLS. Needs numpy."""
import sys

import numpy as np

path, rows, schools = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
random = np.random.default_rng(20261121)
school = random.integers(0, schools, rows)
skill = random.normal(size=rows).round(4)
wellbeing = random.normal(size=rows).round(4)
ses = random.integers(0, 2, rows)
sex = random.integers(0, 2, rows)
year = random.integers(0, 5, rows)
effect = random.normal(0, 0.5, schools)
eta = -2.6 - 0.6 * skill - 0.1 * wellbeing + 0.3 * ses - 0.2 * sex - 0.5 * (year == 3) + effect[school]
retained = (random.random(rows) < 1 / (1 + np.exp(-eta))).astype(int)
with open(path, "w") as out:
    out.write("school,retained,skill,wellbeing,ses,sex,year\n")
    for row in zip(school, retained, skill, wellbeing, ses, sex, year):
        s, r, k, w, g, x, y = row
        out.write(f"s{s},{r},{k:.4f},{w:.4f},{'practical' if g else 'theoretical'},{'boy' if x else 'girl'},{2017 + y}/{18 + y}\n")
