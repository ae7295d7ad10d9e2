#!/usr/bin/env python3
"""Test accuracy and speed of transfermap and transformers on the same trainings: a Markdown table on stdout, exit
status 1 when the means are more than a point apart.

    python benches/sst2/table.py OUT TRANSFORMERS.json
"""
import json
import sys
from pathlib import Path

out, theirs = Path(sys.argv[1]), json.loads(Path(sys.argv[2]).read_text())


def recorded(run):
    record = json.loads((out / "runs" / run["id"] / "record.json").read_text())
    assert record["status"] == "ok", record["reason"]
    accuracy = record["evaluations"][run["targets"][0]]["test"]["scores"]["accuracy"]
    # Training only, as on the other side.
    seconds = record["budget"]["examples"] / record["cost"]["examples_per_second"]
    return accuracy, seconds / record["budget"]["steps"], record["budget"]["steps"]


def mean(values):
    return sum(values) / len(values)


def sd(values):
    return (sum((v - mean(values)) ** 2 for v in values) / (len(values) - 1)) ** 0.5


rows = []
for run in json.loads((out / "plan.json").read_text())["runs"]:
    accuracy, seconds, steps = recorded(run)
    other = theirs["runs"][run["id"]]
    assert steps == other["steps"], (steps, other["steps"])
    rows.append((run["seed"], 100 * accuracy, 100 * other["accuracy"], seconds, other["seconds_per_step"], steps))

print("| seed | transfermap, test accuracy | transformers, test accuracy | s/step, transfermap | s/step, transformers |")
print("| --- | ---: | ---: | ---: | ---: |")
for seed, a, b, s, t, _ in rows:
    print(f"| {seed} | {a:.2f} | {b:.2f} | {s:.2f} | {t:.2f} |")
columns = list(zip(*rows))
cells = [f"{mean(columns[k]):.2f} ± {sd(columns[k]):.2f}" for k in (1, 2)]
print(f"| mean ± sd | {cells[0]} | {cells[1]} | {mean(columns[3]):.2f} | {mean(columns[4]):.2f} |")
difference = mean(columns[1]) - mean(columns[2])
print(f"\nDifference of the means {difference:+.2f} points; {rows[0][5]} steps a run.")
sys.exit(abs(difference) > 1.0)
