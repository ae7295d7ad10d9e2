#!/usr/bin/env python3
"""Says in what two builds of transfermap differ: in imports, analyses, exported tables.

    tools/compare-analyses.py OLD NEW [--report FILE]... [--taskweb FOLDER]

OLD and NEW are binaries. The samples of www/samples are always compared; --report adds reports (the demo's, say) and
--taskweb the folder of TaskWeb's published results, which both builds import as docs/import.md says, whole and one
setting of it. Numbers of `analyze --json` must agree to 1e-12; p values, and what hangs on a quantile, to 1e-9 of their
size. Text must be the same, but for what INTENDED rewrites. Exit code 1 where anything else differs.
"""

import argparse
import csv
import difflib
import json
import math
import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

# Fields whose numbers are p values, or come from a quantile of a distribution.
BY_QUANTILE = re.compile(
    r"^(p|p_.*|q_bh|.*_p|(.*_)?ci(_.*)?|interval|.*detectable.*)$"
)

# The same in tables for programs.
CSV_BY_QUANTILE = re.compile(r"(^|_)(p|low|high)(_|$)|^q_bh$|detectable")

# (file, what is rewritten in both builds' text, as what, why): differences that are wanted. Whatever else stands in these
# files is compared.
INTENDED = [
    (r"transfer\.tex$", r" (\?|--)(?= *(&|\\))", "", "the LaTeX map says `?` for undecided and `--` for untested, as others do"),
    (r"transfer\.tex$", r"; the others are undecided or untested\.|, \? undecided, -- untested\.", ".", "and its note names them"),
    (r"pairs\.tex$", r"llrrrrrl[lr]", "llrrrrrll", "flags are words, and stand left"),
    (r"correlation\.tex$", r"chance corrected", "chance-corrected", "outcomes have their words from core"),
]

TASKWEB = [
    "--transfers", "transfers.csv.gz", "--baselines", "baselines.csv", "--map", "encoder=model", "--map", "variant=adaptation",
]
IMPORTS = {
    "taskweb": TASKWEB + [
        "--measures", "predictor_roe.csv", "--relevance", "published_transfer.csv",
        "--map", "relevance=0.5*relative_change+0.5*(0.2*positive_fraction-0.1)", "--keep-out-of-range",
    ],
    "taskweb-t5l": TASKWEB + ["--where", "model=t5l", "--where", "adaptation=finetune"],
}


class Comparison:
    """What was compared, and what differs."""

    def __init__(self):
        self.numbers, self.texts = 0, 0
        self.largest = {"plain": (0.0, ""), "by quantile": (0.0, "")}
        self.differences, self.intended = [], {}

    def differ(self, place, old, new):
        self.differences.append(f"{place}: {str(old)[:200]} → {str(new)[:200]}")

    def rewritten(self, place, text):
        for where, what, instead, why in INTENDED:
            if re.search(where, place):
                text, count = re.subn(what, instead, text)
                self.intended[why] = self.intended.get(why, 0) + count
        return text

    def values(self, place, field, old, new):
        if isinstance(old, dict) and isinstance(new, dict):
            for key in list(old) + [k for k in new if k not in old]:
                if (key in old) != (key in new):
                    self.differ(f"{place}.{key}", old.get(key, "absent"), new.get(key, "absent"))
                else:
                    self.values(f"{place}.{key}", key, old[key], new[key])
            if list(old) != list(new) and set(old) == set(new):
                self.differ(f"{place}, order of fields", list(old), list(new))
        elif isinstance(old, list) and isinstance(new, list):
            if len(old) != len(new):
                self.differ(f"{place}, entries", len(old), len(new))
            for i, (a, b) in enumerate(zip(old, new)):
                self.values(f"{place}[{i}]", field, a, b)
        elif is_number(old) and is_number(new):
            self.number(place, field, old, new)
        else:
            self.texts += 1
            if old != new:
                self.differ(place, old, new)

    def number(self, place, field, old, new):
        self.numbers += 1
        if old == new:
            return
        loose = bool(BY_QUANTILE.match(field)) or ".band[" in place
        size = max(abs(old), abs(new))
        # Of p values the relative error counts, however small they are.
        off = abs(old - new) / (size if loose else max(size, 1.0))
        kind = "by quantile" if loose else "plain"
        self.largest[kind] = max(self.largest[kind], (off, place))
        if not off <= (1e-9 if loose else 1e-12):
            self.differ(place, old, new)

    def rows(self, place, old, new):
        """A table for programs: heads as text, cells as numbers where they are some."""
        old, new = (list(csv.reader(text.splitlines())) for text in (old, new))
        heads = old[0] if old else []
        if len(old) != len(new):
            self.differ(f"{place}, rows", len(old), len(new))
        for i, (a, b) in enumerate(zip(old, new)):
            if len(a) != len(b):
                self.differ(f"{place}, row {i}", a, b)
            for head, x, y in zip(heads, a, b):
                try:
                    self.number(f"{place}, row {i}, {head}", "p" if CSV_BY_QUANTILE.search(head) else head, float(x), float(y))
                except ValueError:
                    self.texts += 1
                    if x != y:
                        self.differ(f"{place}, row {i}, {head}", x, y)

    def lines(self, place, old, new):
        self.texts += 1
        old, new = self.rewritten(place, old), self.rewritten(place, new)
        if old == new:
            return
        for line in difflib.unified_diff(old.splitlines(), new.splitlines(), lineterm="", n=0):
            if line.startswith(("---", "+++", "@@")):
                continue
            self.differ(place, *((line[1:], "") if line[0] == "-" else ("", line[1:])))


def is_number(value):
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def run(binary, *args, cwd=None):
    done = subprocess.run([binary, *map(str, args)], capture_output=True, cwd=cwd)
    if done.returncode:
        sys.exit(f"{binary} {' '.join(map(str, args))}: exit code {done.returncode}\n{done.stderr.decode()[-2000:]}")
    return done.stdout


def strict(constant):
    raise ValueError(f"{constant} is no JSON")


def compare_report(all_of_it, binaries, report, scratch):
    """`analyze --json` and every exported table of a report; `report` has one path for each build."""
    name = Path(report[0]).name
    old, new = (json.loads(run(b, "analyze", r, "--json"), parse_constant=strict) for b, r in zip(binaries, report))
    all_of_it.values(name, "", old, new)
    folders = []
    for build, binary, path in zip(["old", "new"], binaries, report):
        folders.append(scratch / build / Path(name).stem)
        run(binary, "export", path, "--csv", "--latex", "--out", folders[-1])
    names = sorted({f.name for folder in folders for f in folder.iterdir()})
    for table in names:
        old, new = ((folder / table).read_text() if (folder / table).is_file() else "" for folder in folders)
        compare = all_of_it.rows if table.endswith(".csv") else all_of_it.lines
        compare(f"{name}, {table}", old, new)


def import_taskweb(all_of_it, binaries, folder, scratch):
    """Imports with both builds; gives the reports."""
    made = []
    for name, args in IMPORTS.items():
        reports = [scratch / build / f"{name}.json" for build in ["old", "new"]]
        for binary, report in zip(binaries, reports):
            report.parent.mkdir(exist_ok=True)
            run(binary, "import", *args, "--out", report, cwd=folder)
        old, new = (json.loads(r.read_text(), parse_constant=strict) for r in reports)
        all_of_it.values(f"{name}, imported", "", old, new)
        made.append(reports)
    return made


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("old")
    parser.add_argument("new")
    parser.add_argument("--report", action="append", default=[], type=Path)
    parser.add_argument("--taskweb", type=Path)
    given = parser.parse_args()
    binaries = [str(Path(b).resolve()) for b in (given.old, given.new)]
    all_of_it = Comparison()
    with tempfile.TemporaryDirectory() as scratch:
        scratch = Path(scratch)
        reports = [[r, r] for r in sorted((ROOT / "www/samples").glob("*.json")) + [r.resolve() for r in given.report]]
        if given.taskweb:
            reports += import_taskweb(all_of_it, binaries, given.taskweb.resolve(), scratch)
        for report in reports:
            before = len(all_of_it.differences)
            compare_report(all_of_it, binaries, report, scratch)
            print(f"{Path(report[0]).name}: {len(all_of_it.differences) - before} differences", flush=True)
    print(f"{all_of_it.numbers} numbers and {all_of_it.texts} texts compared")
    for kind, (off, place) in all_of_it.largest.items():
        print(f"largest deviation, {kind}: {off:.1e} {place}")
    for why, count in all_of_it.intended.items():
        print(f"rewritten by intent, {count} times in both: {why}")
    for difference in all_of_it.differences[:200]:
        print(f"DIFFERS {difference}")
    if len(all_of_it.differences) > 200:
        print(f"… and {len(all_of_it.differences) - 200} more")
    return 1 if all_of_it.differences else 0


if __name__ == "__main__":
    sys.exit(main())
