"""Holds the exported folders below OUT against the run that they are of: ids, segments, probabilities.

    python compare.py OUT        (torch, transformers; see run.sh)
"""

import gzip
import json
import sys
from pathlib import Path

import torch
from transformers import AutoConfig, AutoModelForSequenceClassification, AutoModelForTokenClassification, AutoTokenizer

from folders import FOLDERS, pairs

out = Path(sys.argv[1])
inputs = json.loads((out / "run/cache/inputs.json").read_text())
cases = pairs()
columns = {"one": ([a for a, _ in cases],), "two": tuple(map(list, zip(*cases)))}


def trained(encoder, task):
    """Ids of the test rows as they went into the training, and the probabilities that came out."""
    with gzip.open(inputs["tokenised"][encoder][task]) as file:
        file.readline()  # the header with the checksum
        ids = json.loads(file.read())["test"]["input_ids"]
    with gzip.open(out / f"run/runs/{encoder}/single/{task}/s1/predictions.jsonl.gz", "rt") as file:
        return ids, torch.tensor([json.loads(line)["probabilities"] for line in file])


def classifier(folder):
    """Logits of a batch. Those of T5's encoder alone are the mean of what is said of its tokens."""
    if getattr(AutoConfig.from_pretrained(folder), "pooling", None) is None:
        model = AutoModelForSequenceClassification.from_pretrained(folder).eval()
        if model.config.model_type != "t5":
            return lambda batch: model(**batch).logits
        # transformers takes T5's texts together only where all have as many ends of a text.
        rows = lambda batch: zip(batch["input_ids"], batch["attention_mask"])
        return lambda batch: torch.cat([model(input_ids=ids[mask == 1][None]).logits for ids, mask in rows(batch)])
    model = AutoModelForTokenClassification.from_pretrained(folder).eval()

    def mean(batch):
        mask = batch["attention_mask"][..., None]
        return (model(**batch).logits * mask).sum(1) / mask.sum(1)

    return mean


def differing(tokenizer, task, ids):
    found = tokenizer(*columns[task], truncation=True, max_length=48)["input_ids"]
    return sum(a != b for a, b in zip(found, ids, strict=True))


print(f"Of {len(cases)} texts and {len(cases)} pairs, those whose ids differ from the training's, by AutoTokenizer on the")
print("folder that was trained and on the exported one; the largest difference of a probability, all in one padded batch.")
print()
print("| folder | trained folder | exported, texts | exported, pairs | probability |")
print("|---|--:|--:|--:|--:|")
bad = False
for name, _, _, _, as_meant in FOLDERS:
    cells, worst, before = [], 0.0, 0
    for task in ("one", "two"):
        ids, probabilities = trained(name, task)
        folder = out / "exported" / name / "single" / task
        tokenizer = AutoTokenizer.from_pretrained(folder)
        assert tokenizer.model_max_length == 48, tokenizer.model_max_length
        found = tokenizer(*columns[task], truncation=True)["input_ids"]
        cells.append(sum(a != b for a, b in zip(found, ids, strict=True)))
        logits = classifier(folder)
        with torch.no_grad():
            batch = tokenizer(*columns[task], truncation=True, padding=True, return_tensors="pt")
            worst = max(worst, (logits(batch).softmax(-1) - probabilities).abs().max().item())
        before += differing(AutoTokenizer.from_pretrained(out / name), task, ids)
    bad |= any(cells) or worst > 1e-5 or (as_meant and before > 0)
    note = "" if as_meant else " (it says nothing of case)"
    print(f"| {name} | {before}{note} | {cells[0]} | {cells[1]} | {worst:.1e} |")
sys.exit(bad)
