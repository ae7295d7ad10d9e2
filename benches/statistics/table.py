"""Puts criterion's times beside numpy's and scipy's. Usage: table.py CRITERION_FOLDER < times, as common.py prints."""

import json
import pathlib
import sys

# Name of the bench, what it is, and the most that it may take in milliseconds.
JOBS = [
    ("qap/spearman/complete", "QAP, Spearman, 9,999 permutations of 22 × 22", 50),
    ("qap/spearman/missing", "the same with a tenth of the cells missing", None),
    ("qap/spearman/complete-30-measures", "the same of 30 measures, with p of the maximum", None),
    ("qap/pearson/complete", "QAP, Pearson, 9,999 permutations of 22 × 22", None),
    ("qap/kendall_tau_b/complete", "QAP, Kendall τ-b, 9,999 permutations of 22 × 22", None),
    ("tests/24,696 runs", "tests and intervals, 3,087 pairs × 8 seeds (24,696 runs)", 2000),
    ("analysis/24,696 runs", "from a report of as many runs: join, tests, intervals, verdicts, correlations, selection", 2000),
    ("bootstrap/population of 20 pairs, accuracy", "bootstrap over seeds and 1,000 examples, 1,000 resamples of 20 pairs × 8 seeds", 1000),
]


def criterion(folder):
    """Shortest time of one iteration by bench, in milliseconds."""
    times = {}
    for file in folder.glob("**/new/benchmark.json"):
        sample = json.loads((file.parent / "sample.json").read_text())
        shortest = min(time / count for time, count in zip(sample["times"], sample["iters"], strict=True))
        times[json.loads(file.read_text())["full_id"]] = shortest / 1e6
    return times


def cell(milliseconds):
    return "–" if milliseconds is None else f"{milliseconds:,.1f}"


def main():
    ours = criterion(pathlib.Path(sys.argv[1]))
    rows = (line.rsplit("\t", 1) for line in sys.stdin.read().splitlines())
    theirs = {name: 1000 * float(seconds) for name, seconds in rows}
    print("| job | at most | transfermap | numpy | scipy, called for each |")
    print("| --- | ---: | ---: | ---: | ---: |")
    missed = []
    for name, what, limit in JOBS:
        time = ours[name]
        print(f"| {what} | {cell(limit)} | {cell(time)} | {cell(theirs.get(name + ', numpy'))} | {cell(theirs.get(name + ', scipy'))} |")
        if limit is not None and time > limit:
            missed.append(what)
    if missed:
        sys.exit("over the limit: " + "; ".join(missed))


if __name__ == "__main__":
    main()
