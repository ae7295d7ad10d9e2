#!/usr/bin/env python3
"""Loads an exported model with transformers and compares its test probabilities with those that transfermap wrote.

    python tools/check_export.py EXPORTED_FOLDER OUT RUN_ID      (needs torch, transformers, safetensors)

EXPORTED_FOLDER comes from `transfermap export --model OUT/runs/RUN_ID --out EXPORTED_FOLDER`.
"""
import gzip
import json
import sys
from pathlib import Path

import torch
from transformers import AutoConfig, AutoModelForSequenceClassification

folder, out, run = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3]
model, info = AutoModelForSequenceClassification.from_pretrained(folder, output_loading_info=True)
model.eval()
print({k: v for k, v in info.items() if v} or "every tensor found its place")
assert not any(info[k] for k in ("missing_keys", "unexpected_keys", "mismatched_keys"))

record = json.loads((out / "runs" / run / "record.json").read_text())
inputs = json.loads((out / "cache/inputs.json").read_text())
cache = Path(inputs["tokenised"][record["encoder"]][record["targets"][0]])
with gzip.open(cache) as file:
    file.readline()  # the header with the checksum
    split = json.loads(file.read())["test"]
with gzip.open(out / "runs" / run / "predictions.jsonl.gz", "rt") as file:
    expected = torch.tensor([json.loads(line)["probabilities"] for line in file])

# DistilBERT takes no segments, and RoBERTa's tokenizers give none.
segments = getattr(AutoConfig.from_pretrained(folder), "type_vocab_size", 0) > 1
worst = 0.0
with torch.no_grad():
    for ids, types, row in zip(split["input_ids"], split["token_type_ids"], expected):
        more = {"token_type_ids": torch.tensor([types])} if segments else {}
        logits = model(input_ids=torch.tensor([ids]), attention_mask=torch.ones(1, len(ids)), **more).logits
        worst = max(worst, (logits.softmax(-1)[0] - row).abs().max().item())
print(f"{len(expected)} test examples, largest difference of a probability {worst:.1e}")
sys.exit(worst > 1e-5)
