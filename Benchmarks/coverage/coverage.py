#!/usr/bin/env python3
"""Recovery of truth: how often Herstel's intervals cover what the data were drawn from.

coverage.py [--first 1] [--last 500] [--output runs/coverage] [--herstel .build/release/herstel] [--keep]

Draws a data set for every seed from truth.yaml with 'herstel synth', fits model.yaml to it with 'herstel fit', and compares
every fixed effect, growth, deviation, delay, equity gap and change of gap with its true value, which is computed here from
truth.yaml and never read from Herstel. Writes coverage.csv (a row a quantity) and replicates.csv (a row a quantity and data
set), prints a table, and ends with status 1 when a 95% interval covered in fewer than 93% or more than 97% of the data sets.

Which interval: fixed effects have a 95% interval in estimates.csv. Deviations and changes of gap have a 90% interval in
growth.csv and gaps.csv; its quantile, (conf_high - conf_low) / 2 standard errors, gives the degrees of freedom, and these the
95% interval. Growth, gap and delay are written with a standard error only; their degrees of freedom are taken to be the
smallest of the slopes in estimates.csv. Needs Python 3.8 or later and nothing else.
"""
import argparse
import csv
import math
import re
import shutil
import subprocess
import sys
import time
from collections import namedtuple
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from statistics import NormalDist, mean, stdev

HERE = Path(__file__).resolve().parent
PROCESSES = 2
LOWEST, HIGHEST = 0.93, 0.97
TEACHING_WEEKS = 40    # the default of a model file

Quantity = namedtuple("Quantity", "kind name")
Finding = namedtuple("Finding", "estimate se low high covers90")    # low, high: of 95%


# The truth, from its file

def effects_of(path, section):
    """The terms and numbers of a block like 'fixed:' of a YAML file."""
    block = re.search(rf"^{section}:\n((?:  .*\n)+)", path.read_text(), re.M).group(1)
    return {frozenset(term.split(":")): float(value)
            for term, value in re.findall(r'^  "?([^"\n]+?)"?: (-?[\d.]+)$', block, re.M)}


def list_of(path, pattern):
    """The items of the first flow sequence after a pattern."""
    return re.search(pattern + r".*?\[(.*?)\]", path.read_text(), re.S).group(1).replace(" ", "").split(",")


class Truth:
    """Every true value: sums of the declared coefficients that are active in a cell."""

    def __init__(self, truth, model):
        self.fixed = effects_of(truth, "fixed")
        self.cohorts, self.groups = list_of(truth, r"\n  cohort:"), list_of(truth, r"\n  ses:")
        self.baseline = list_of(model, r"\nbaseline:")
        self.components = self.variances(truth.read_text())

    @staticmethod
    def variances(text):
        """Variances and covariance by group, term and other term, as variance_components.csv names them."""
        number = r"([\d.-]+)"
        pupil = re.search(rf'pupil: {{"\(Intercept\)": {number}, time: {number}, correlation: {number}}}', text)
        intercept, slope, correlation = map(float, pupil.groups())
        school = float(re.search(rf'school: {{"\(Intercept\)": {number}}}', text).group(1))
        residual = float(re.search(rf"residual_sd: {number}", text).group(1))
        return {("pupil", "(Intercept)", ""): intercept ** 2, ("pupil", "time", ""): slope ** 2,
                ("pupil", "(Intercept)", "time"): correlation * intercept * slope,
                ("school", "(Intercept)", ""): school ** 2, ("Residual", "", ""): residual ** 2}

    def coefficient(self, term):
        return self.fixed.get(frozenset(term.split(":")), 0.0)

    def growth(self, cohort, group):
        active = {"time", "cohort" + cohort, "ses" + group}
        return sum(value for term, value in self.fixed.items() if "time" in term and term <= active)

    def baseline_growth(self, kind, cohort, group):
        """The mean of the baseline cohorts, or their least-squares line read at the cohort's year."""
        growths = [self.growth(name, group) for name in self.baseline]
        if kind == "mean":
            return mean(growths)
        years = [int(name[:4]) for name in self.baseline]
        centre = mean(years)
        slope = (sum((year - centre) * growth for year, growth in zip(years, growths))
                 / sum((year - centre) ** 2 for year in years))
        return mean(growths) + slope * (int(cohort[:4]) - centre)

    def deviation(self, kind, cohort, group):
        return self.growth(cohort, group) - self.baseline_growth(kind, cohort, group)

    def delay(self, kind, cohort, group):
        return -self.deviation(kind, cohort, group) * TEACHING_WEEKS / self.baseline_growth(kind, cohort, group)

    def gap(self, cohort):
        high, low = self.groups
        return self.growth(cohort, low) - self.growth(cohort, high)

    def change(self, cohort):
        return self.gap(cohort) - mean(self.gap(name) for name in self.baseline)

    def value(self, quantity):
        functions = {"growth": self.growth, "deviation": self.deviation, "delay": self.delay, "gap": self.gap,
                     "change of gap": self.change}
        if quantity.kind == "variance":
            return self.components[quantity.name]
        return functions.get(quantity.kind, self.coefficient)(*quantity.name)


# Intervals

def t_quantile(probability, df):
    """Student's quantile by Fisher and Cornish's expansion (Abramowitz and Stegun 26.7.5); six digits from 20 df on."""
    z = NormalDist().inv_cdf(probability)
    terms = [(z ** 3 + z) / 4, (5 * z ** 5 + 16 * z ** 3 + 3 * z) / 96,
             (3 * z ** 7 + 19 * z ** 5 + 17 * z ** 3 - 15 * z) / 384]
    return z + sum(term / df ** power for power, term in enumerate(terms, 1))


def df_of(quantile90):
    """The degrees of freedom of which this is the quantile of a two-sided 90% interval."""
    low, high = 20.0, 1e9
    if not t_quantile(0.95, high) <= quantile90 <= t_quantile(0.95, low):
        sys.exit(f"a 90% interval has the quantile {quantile90}: not one of Student's with 20 df or more")
    for _ in range(200):
        middle = math.sqrt(low * high)
        low, high = (middle, high) if t_quantile(0.95, middle) > quantile90 else (low, middle)
    return low


def exact_interval(count, n):
    """Clopper and Pearson's 95% interval of a proportion, from the number of misses."""
    def at_most(misses, rate):
        if rate <= 0 or misses >= n:
            return 1.0
        return sum(math.exp(math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1)
                            + k * math.log(rate) + (n - k) * math.log1p(-rate)) for k in range(misses + 1))

    def rate_where(is_low):
        low, high = 0.0, 1.0
        for _ in range(60):
            middle = (low + high) / 2
            low, high = (middle, high) if is_low(middle) else (low, middle)
        return low
    misses = n - count
    highest = 1.0 if misses == n else rate_where(lambda rate: at_most(misses, rate) > 0.025)
    lowest = 0.0 if misses == 0 else rate_where(lambda rate: 1 - at_most(misses - 1, rate) < 0.025)
    return 1 - highest, 1 - lowest


def is_outside(count, n):
    # In integers, so that 465 of 500 is not decided by a rounding.
    return 100 * count < round(100 * LOWEST) * n or 100 * count > round(100 * HIGHEST) * n


def chance_outside(n):
    """The probability that the coverage of n data sets is outside 93-97% when it is 95%."""
    return sum(math.exp(math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1)
                        + k * math.log(0.95) + (n - k) * math.log(0.05)) for k in range(n + 1) if is_outside(k, n))


# One data set

def rows_of(path):
    with open(path, newline="") as file:
        return list(csv.DictReader(file))


def finding(row, columns, truth, df=None, interval=False):
    """An estimate with its 95% interval; its own degrees of freedom where the file has a 90% interval."""
    estimate, se = (float(row[name]) for name in columns)
    covers90 = None
    if interval:
        low, high = float(row["conf_low"]), float(row["conf_high"])
        df = df_of((high - low) / (2 * se))
        covers90 = low <= truth <= high
    half = t_quantile(0.975, df) * se
    return Finding(estimate, se, estimate - half, estimate + half, covers90)


def findings_of(folder, truth):
    """Every quantity that the results of a fit report."""
    found = {}
    estimates = rows_of(folder / "estimates.csv")
    for row in estimates:
        numbers = [float(row[name]) for name in ("estimate", "std_error", "conf_low", "conf_high")]
        found[Quantity("fixed effect", (row["term"],))] = Finding(*numbers, None)
    df = min(float(row["df"]) for row in estimates if "time" in row["term"].split(":"))

    def add(kind, name, row, columns, **more):
        quantity = Quantity(kind, name)
        found[quantity] = finding(row, columns, truth.value(quantity), **more)

    for row in rows_of(folder / "growth.csv"):
        name = (row["cohort"], row["ses"])
        add("growth", name, row, ("growth", "growth_se"), df=df)
        if row["deviation"]:
            name = (row["baseline_kind"],) + name
            add("deviation", name, row, ("deviation", "deviation_se"), interval=True)
            add("delay", name, row, ("delay_weeks", "delay_weeks_se"), df=df)
    for row in rows_of(folder / "gaps.csv"):
        add("gap", (row["cohort"],), row, ("gap", "gap_se"), df=df)
        if row["change"]:
            add("change of gap", (row["cohort"],), row, ("change", "change_se"), interval=True)
    for row in rows_of(folder / "variance_components.csv"):
        name = (row["group"], row["term"], row["with_term"])
        found[Quantity("variance", name)] = Finding(float(row["variance"]), None, None, None, None)
    return found


def replicate(seed, options, truth):
    """Draws, fits and reads one data set; the text of the error when herstel refused it."""
    folder = options.output / f"seed-{seed}"
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copy(HERE / "model.yaml", folder)
    commands = [["synth", HERE / "truth.yaml", "--output", folder / "scores.csv", "--seed", seed],
                ["fit", folder / "model.yaml", "--output", folder / "run"]]
    for command in commands:
        done = subprocess.run([str(options.herstel), *map(str, command), "--threads", "1", "--quiet"],
                              stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        if done.returncode != 0:
            return seed, done.stderr.strip() or f"exit status {done.returncode}"
    found = findings_of(folder / "run", truth)
    if not options.keep:
        shutil.rmtree(folder)
    return seed, found


# All of them

COLUMNS = ["kind", "quantity", "truth", "data_sets", "bias", "bias_mcse", "mean_se", "sd", "se_over_sd", "covered",
           "coverage", "exact_low", "exact_high", "coverage_90"]


def summary(quantity, findings, truth):
    n = len(findings)
    errors = [finding.estimate - truth for finding in findings]
    row = {"kind": quantity.kind, "quantity": " ".join(filter(None, quantity.name)), "truth": round(truth, 10), "data_sets": n,
           "bias": mean(errors), "sd": stdev(errors), "bias_mcse": stdev(errors) / math.sqrt(n)}
    if quantity.kind == "variance":
        return row
    row["mean_se"] = mean(finding.se for finding in findings)
    row["se_over_sd"] = row["mean_se"] / row["sd"]
    row["covered"] = sum(finding.low <= truth <= finding.high for finding in findings)
    row["coverage"] = row["covered"] / n
    row["exact_low"], row["exact_high"] = exact_interval(row["covered"], n)
    if findings[0].covers90 is not None:
        row["coverage_90"] = sum(finding.covers90 for finding in findings) / n
    return row


def write_csv(path, columns, rows):
    with open(path, "w", newline="") as file:
        writer = csv.DictWriter(file, columns, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def cells(row):
    """A summary as the cells of the printed table."""
    text = [row["kind"], row["quantity"], f"{row['truth']:.3f}", f"{row['bias']:+.4f}", f"{row['bias_mcse']:.4f}"]
    if row["kind"] == "variance":
        return text + ["", f"{row['sd']:.3f}"] + [""] * 4
    ninety = f"{100 * row['coverage_90']:.1f}" if "coverage_90" in row else ""
    mark = " *" if is_outside(row["covered"], row["data_sets"]) else ""
    return text + [f"{row['mean_se']:.3f}", f"{row['sd']:.3f}", f"{row['se_over_sd']:.3f}",
                   f"{100 * row['coverage']:.1f}{mark}", f"{100 * row['exact_low']:.1f}-{100 * row['exact_high']:.1f}", ninety]


def print_table(rows):
    """A table that is Markdown and lines up."""
    table = [["kind", "quantity", "truth", "bias", "its error", "mean SE", "SD", "SE/SD", "95%", "exact", "90%"]]
    table += [cells(row) for row in rows]
    widths = [max(len(line[column]) for line in table) for column in range(len(table[0]))]
    for position, line in enumerate(table):
        print("| " + " | ".join(cell.ljust(width) for cell, width in zip(line, widths)) + " |")
        if position == 0:
            print("| " + " | ".join("-" * width for width in widths) + " |")


def print_ranges(rows):
    for kind in dict.fromkeys(row["kind"] for row in rows if row["kind"] != "variance"):
        of_kind = [row for row in rows if row["kind"] == kind]
        coverages = [100 * row["coverage"] for row in of_kind]
        ratios = [row["se_over_sd"] for row in of_kind]
        biases = [abs(row["bias"] / row["bias_mcse"]) for row in of_kind]
        print(f"{kind} ({len(of_kind)}): coverage {min(coverages):.1f} to {max(coverages):.1f}%, mean {mean(coverages):.1f}%; "
              f"SE/SD {min(ratios):.3f} to {max(ratios):.3f}; largest bias {max(biases):.1f} Monte Carlo errors")


def parse_options():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--first", type=int, default=1, help="the first seed")
    parser.add_argument("--last", type=int, default=500, help="the last seed")
    parser.add_argument("--output", type=Path, default=Path("runs/coverage"), help="the folder for the results")
    parser.add_argument("--herstel", type=Path, default=HERE.parent.parent / ".build/release/herstel", help="the program")
    parser.add_argument("--keep", action="store_true", help="keep every data set and its fit")
    options = parser.parse_args()
    if options.last - options.first < 1:
        parser.error("expected at least two seeds")
    return options


def main():
    options = parse_options()
    truth = Truth(HERE / "truth.yaml", HERE / "model.yaml")
    start = time.monotonic()
    with ThreadPoolExecutor(PROCESSES) as pool:
        results = list(pool.map(lambda seed: replicate(seed, options, truth), range(options.first, options.last + 1)))
    seconds = time.monotonic() - start
    refused = [(seed, result) for seed, result in results if isinstance(result, str)]
    for seed, message in refused:
        print(f"seed {seed}: {message}", file=sys.stderr)
    results = [(seed, result) for seed, result in results if not isinstance(result, str)]
    if len(results) < 2:
        sys.exit("fewer than two fits: nothing to compare")

    kinds = ["fixed effect", "growth", "deviation", "delay", "gap", "change of gap", "variance"]
    quantities = sorted(results[0][1], key=lambda quantity: kinds.index(quantity.kind))
    rows = [summary(quantity, [found[quantity] for _, found in results], truth.value(quantity)) for quantity in quantities]
    write_csv(options.output / "coverage.csv", COLUMNS, rows)
    write_csv(options.output / "replicates.csv", ["seed", "kind", "quantity", "truth", "estimate", "se", "low", "high"], (
        {"seed": seed, "kind": quantity.kind, "quantity": " ".join(filter(None, quantity.name)),
         "truth": round(truth.value(quantity), 10), "estimate": found[quantity].estimate, "se": found[quantity].se,
         "low": found[quantity].low, "high": found[quantity].high}
        for seed, found in results for quantity in quantities))

    print_table(rows)
    n, judged = len(results), [row for row in rows if row["kind"] != "variance"]
    outside = [row for row in judged if is_outside(row["covered"], n)]
    print(f"\n{n} data sets, seeds {options.first} to {options.last}, {len(refused)} refused; "
          f"{seconds:.0f} s on {PROCESSES} processes. "
          f"One standard error of a coverage of 95% is {100 * math.sqrt(0.95 * 0.05 / n):.2f} percentage points.")
    print_ranges(rows)
    print(f"Outside {100 * LOWEST:.0f}-{100 * HIGHEST:.0f}% (*): {len(outside)} of {len(judged)}; were every coverage 95%, chance "
          f"alone would put {len(judged) * chance_outside(n):.1f} outside on average.")
    return 1 if outside or refused else 0


if __name__ == "__main__":
    sys.exit(main())
