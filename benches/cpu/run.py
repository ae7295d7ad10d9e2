#!/usr/bin/env python3
"""A training step on a CPU, ours and PyTorch's in turn: one process on two threads, and two processes on a core each.

run.py TRANSFERMAP [--rounds N] [--out FILE]: TRANSFERMAP is a release build; the Python that runs this has torch and
transformers. Run it on a quiet machine. Prints a Markdown table of medians.
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

ROOT = HERE.parent.parent
# Configuration, examples a step, tokens an example, steps.
LOADS = [
    (HERE / "minilm.json", 16, 64, 10),
    (HERE / "minilm.json", 16, 32, 20),
    (HERE / "tiny-albert.json", 16, 64, 50),
    (ROOT / "trainer/assets/demo-albert/config.json", 32, 32, 200),
    (ROOT / "benches/gpu/albert-base-v2.json", 8, 128, 4),
    (HERE / "electra-small.json", 8, 64, 6),
    (HERE / "deberta-v3-xsmall.json", 8, 64, 4),
    (HERE / "t5-small.json", 8, 64, 4),
]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("transfermap", type=pathlib.Path)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", nargs="+", help="names of configurations; all without it")
    parser.add_argument("--out", type=pathlib.Path)
    args = parser.parse_args()
    results = []
    for config, batch, length, steps in LOADS:
        if args.only and config.stem not in args.only:
            continue
        size = ["--config", config, "--batch", batch, "--length", length, "--steps", steps]
        ours = [args.transfermap, "throughput", "--device", "cpu", "--json", *size]
        theirs = [sys.executable, ROOT / "benches/gpu/torch_throughput.py", "--device", "cpu", "--precision", "f32", *size]
        theirs += ["--warmup", 10]
        one, two = {"ours": [], "theirs": []}, {"ours": [], "theirs": []}
        for _ in range(args.rounds):
            one["ours"] += together([ours], {"RAYON_NUM_THREADS": "2"})
            one["theirs"] += together([theirs + ["--threads", 2]])
            pinned = [["taskset", "-c", str(core)] for core in range(2)]
            two["ours"] += together([pin + ours for pin in pinned], {"RAYON_NUM_THREADS": "1"})
            two["theirs"] += together([pin + theirs + ["--threads", 1] for pin in pinned])
        results.append((config, batch, length, one, two))

    torch = results[0][3]["theirs"][0]
    lines = [
        f"- {datetime.date.today()}, {platform.processor() or platform.machine()}, {os.cpu_count()} cores, load average "
        f"{os.getloadavg()[0]:.1f} at the end; torch {torch['torch']}, transformers {torch['transformers']}",
        f"- f32, random weights, steps after 10 of warm-up, medians of {args.rounds} rounds, ours and PyTorch's in turn",
        "",
        "| configuration | batch | one process, 2 threads: ms a step | PyTorch | ratio | peak MB | PyTorch | ratio "
        "| two processes, a core each: examples/s | PyTorch | ratio |",
        "|---|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|",
    ]
    for config, batch, length, one, two in results:
        name = config.parent.name if config.stem == "config" else config.stem
        a, b = middle(one["ours"], "seconds_per_step"), middle(one["theirs"], "seconds_per_step")
        m, n = middle(one["ours"], "peak_mb"), middle(one["theirs"], "peak_mb")
        x, y = 2 * middle(two["ours"], "examples_per_second"), 2 * middle(two["theirs"], "examples_per_second")
        lines.append(
            f"| {name} | {batch} × {length} | {a * 1e3:.1f} | {b * 1e3:.1f} | {a / b:.2f} | {m:.0f} | {n:.0f} | {m / n:.2f} "
            f"| {x:.1f} | {y:.1f} | {x / y:.2f} |"
        )
    text = "\n".join(lines) + "\n"
    if args.out:
        args.out.write_text("# A training step on a CPU\n\n" + text)
    print(text)


if __name__ == "__main__":
    main()
