"""How far two outputs of one study are apart, run by run. Usage: difference.py A/report.json B/report.json

For the question of determinism: the largest difference of a training loss, of the loss on test, and of the primary
metric (a metric of counts, so it moves by whole examples). Prints one JSON object.
"""

import json
import sys


def runs(path):
    with open(path) as file:
        return {run["id"]: run for run in json.load(file)["runs"] if run["status"] == "ok"}


def largest(pairs):
    return max((abs(a - b) for a, b in pairs), default=0.0)


def main():
    a, b = (runs(path) for path in sys.argv[1:3])
    if a.keys() != b.keys() or not a:
        raise SystemExit(f"the runs differ: {sorted(a.keys() ^ b.keys()) or 'there are none'}")
    first, last, test, accuracy = [], [], [], []
    for name in a:
        one, other = a[name], b[name]
        losses = list(zip(one["curve"]["loss"], other["curve"]["loss"], strict=True))
        first.append(losses[0])
        last.append(losses[-1])
        for target in one["targets"]:
            pair = [run["evaluations"][target]["test"]["scores"] for run in (one, other)]
            test.append(tuple(scores["log_loss"] for scores in pair))
            accuracy.append(tuple(scores["accuracy"] for scores in pair))
    print(
        json.dumps(
            {
                "runs": len(a),
                "equal_runs": sum(a[name]["curve"] == b[name]["curve"] for name in a),
                "first_loss": largest(first),
                "last_loss": largest(last),
                "test_log_loss": largest(test),
                "test_accuracy": largest(accuracy),
                "mean_accuracy_difference": sum(y - x for x, y in accuracy) / len(accuracy),
            }
        )
    )


if __name__ == "__main__":
    main()
