"""Puts the throughputs that run.sh measured side by side, as a Markdown table. Usage: table.py FOLDER"""

import json
import pathlib
import sys

MODELS = ("albert-base-v2", "bert-base-uncased")
PRECISIONS = ("f32", "bf16")


def read(folder, program, model, precision):
    """The last line that is a JSON object; a program that failed left none."""
    file = folder / f"throughput-{program}-{model}-{precision}.json"
    lines = file.read_text().splitlines() if file.exists() else []
    objects = [line for line in lines if line.startswith("{")]
    return json.loads(objects[-1]) if objects else None


def cells(result):
    if result is None:
        return "failed", "failed"
    return f"{result['examples_per_second']:.0f}", f"{1000 * result['seconds_per_step']:.1f}"


def main():
    folder = pathlib.Path(sys.argv[1])
    print("| model | precision | transfermap, examples/s | transformers, examples/s | ratio | transfermap, ms/step | transformers, ms/step |")
    print("|---|---|--:|--:|--:|--:|--:|")
    for model in MODELS:
        for precision in PRECISIONS:
            ours, theirs = (read(folder, program, model, precision) for program in ("transfermap", "torch"))
            (our_rate, our_step), (their_rate, their_step) = cells(ours), cells(theirs)
            ratio = f"{ours['examples_per_second'] / theirs['examples_per_second']:.2f}" if ours and theirs else "–"
            print(f"| {model} | {precision} | {our_rate} | {their_rate} | {ratio} | {our_step} | {their_step} |")


if __name__ == "__main__":
    main()
