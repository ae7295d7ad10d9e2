#!/usr/bin/env python3
"""What joint training costs: a step of K tasks against K steps of one, `equal` and `pcgrad`, ours and PyTorch's in turn.

run.py TRANSFERMAP [--rounds N] [--out FILE]: TRANSFERMAP is a release build; the Python that runs this has torch and
transformers. Both use as many threads as the machine has cores. Prints a Markdown table of medians.
"""

import argparse
import datetime
import os
import pathlib
import platform
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
from measure import middle, together  # noqa: E402

LOADS = [(1, "equal"), (2, "equal"), (2, "pcgrad"), (5, "equal"), (5, "pcgrad"), (10, "equal"), (10, "pcgrad")]
BATCH, LENGTH, STEPS = 16, 64, 20


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("transfermap", type=pathlib.Path)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--out", type=pathlib.Path)
    args = parser.parse_args()
    threads = str(os.cpu_count())
    config = HERE.parent / "cpu" / "tiny-albert.json"
    size = ["--config", config, "--batch", BATCH, "--length", LENGTH, "--steps", STEPS]
    program = [args.transfermap, "throughput", "--device", "cpu", "--json", *size]
    torch = [sys.executable, HERE / "torch_joint.py", *size, "--threads", threads]
    ours, theirs = {load: [] for load in LOADS}, {load: [] for load in LOADS}
    for _ in range(args.rounds):
        for load in LOADS:
            kind = ["--tasks", load[0], "--method", load[1]]
            ours[load] += together([program + kind], {"RAYON_NUM_THREADS": threads})
            theirs[load] += together([torch + kind])

    single = [middle(results[LOADS[0]], "seconds_per_step") for results in (ours, theirs)]
    lines = [
        f"- {datetime.date.today()}, {platform.processor() or platform.machine()}, {threads} threads, load average "
        f"{os.getloadavg()[0]:.1f} at the end; torch {theirs[LOADS[0]][0]['torch']}",
        f"- {config.name}, batches of {BATCH} × {LENGTH} tokens a task, {STEPS} steps after 10 of warm-up, medians of "
        f"{args.rounds} rounds, ours and PyTorch's in turn",
        "",
        "| tasks | method | ms a step | / K single steps | peak MB | PyTorch, ms | / K single steps | peak MB | ours / PyTorch |",
        "|--:|---|--:|--:|--:|--:|--:|--:|--:|",
    ]
    for load in LOADS:
        a, b = (middle(results[load], "seconds_per_step") for results in (ours, theirs))
        lines.append(
            f"| {load[0]} | {load[1]} | {a * 1e3:.0f} | {a / load[0] / single[0]:.2f} "
            f"| {middle(ours[load], 'peak_mb'):.0f} | {b * 1e3:.0f} | {b / load[0] / single[1]:.2f} "
            f"| {middle(theirs[load], 'peak_mb'):.0f} | {a / b:.2f} |"
        )
    text = "\n".join(lines) + "\n"
    if args.out:
        args.out.write_text("# What a joint step costs\n\n" + text)
    print(text)


if __name__ == "__main__":
    main()
