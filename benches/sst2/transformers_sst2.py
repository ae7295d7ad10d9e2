#!/usr/bin/env python3
"""The trainings of a transfermap study once more, with transformers and PyTorch: same rows, same recipe, same seeds.

    python benches/sst2/transformers_sst2.py ENCODER_FOLDER OUT      (needs torch, transformers, numpy)

OUT is the output folder of `transfermap run`. The token ids come from its cache, so both sides see the same rows and
the same tokens; head, order and dropout are drawn by PyTorch. Prints JSON: test accuracy by seed on both sides.
"""
import gzip
import json
import sys
import time
from pathlib import Path

import torch
import transformers
from transformers import AutoModelForSequenceClassification, get_linear_schedule_with_warmup

encoder, out = Path(sys.argv[1]), Path(sys.argv[2])
transformers.logging.set_verbosity_error()

plan = json.loads((out / "plan.json").read_text())
inputs = json.loads((out / "cache/inputs.json").read_text())


def tokens(encoder_name, task):
    """The splits, tokenised."""
    with gzip.open(inputs["tokenised"][encoder_name][task]) as file:
        file.readline()  # the header with the checksum
        return json.loads(file.read())


def collate(split, rows, pad):
    width = max(len(split["input_ids"][i]) for i in rows)
    fill = lambda values, with_what: torch.tensor([v + [with_what] * (width - len(v)) for v in values])
    ids = [split["input_ids"][i] for i in rows]
    return {
        "input_ids": fill(ids, pad),
        "token_type_ids": fill([split["token_type_ids"][i] for i in rows], 0),
        "attention_mask": fill([[1] * len(v) for v in ids], 0),
        "labels": torch.tensor([split["labels"][i] for i in rows]),
    }


def train(run):
    recipe, task = run["recipe"], run["targets"][0]
    data = tokens(run["encoder"], task)
    rows = len(data["train"]["labels"])
    assert recipe["head"] == "reset" and recipe["gradient_accumulation_steps"] == 1 and not recipe["group_by_length"]
    assert recipe["lr_scheduler_type"] == "linear" and recipe["precision"] == "f32" and recipe["max_steps"] is None
    torch.manual_seed(run["seed"])
    labels = len(data["labels"])
    model = AutoModelForSequenceClassification.from_pretrained(encoder, num_labels=labels, dtype=torch.float32)
    pad = model.config.pad_token_id or 0
    plain = ("bias", "LayerNorm.weight", "layer_norm.weight")
    named = list(model.named_parameters())
    groups = [
        {"params": [p for n, p in named if not n.endswith(plain)], "weight_decay": recipe["weight_decay"]},
        {"params": [p for n, p in named if n.endswith(plain)], "weight_decay": 0.0},
    ]
    betas = (recipe["adam_beta1"], recipe["adam_beta2"])
    optimizer = torch.optim.AdamW(groups, lr=recipe["learning_rate"], betas=betas, eps=recipe["adam_epsilon"])
    size = recipe["batch_size"]
    steps = int(-(-rows // size) * recipe["epochs"])
    warmup = -(-steps * recipe["warmup_ratio"] // 1)
    schedule = get_linear_schedule_with_warmup(optimizer, warmup, steps)
    model.train()
    start = time.perf_counter()
    for _ in range(int(recipe["epochs"])):
        order = torch.randperm(rows).tolist()
        for first in range(0, rows, size):
            loss = model(**collate(data["train"], order[first : first + size], pad)).loss
            loss.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), recipe["max_grad_norm"])
            optimizer.step()
            schedule.step()
            optimizer.zero_grad()
    seconds = time.perf_counter() - start
    model.eval()
    right, test = 0, data["test"]
    with torch.no_grad():
        for first in range(0, len(test["labels"]), 64):
            batch = collate(test, range(first, min(first + 64, len(test["labels"]))), pad)
            right += (model(**batch).logits.argmax(-1) == batch["labels"]).sum().item()
    return {"accuracy": right / len(test["labels"]), "steps": steps, "seconds_per_step": seconds / steps}


result = {
    "torch": torch.__version__,
    "transformers": transformers.__version__,
    "threads": torch.get_num_threads(),
    "runs": {run["id"]: train(run) for run in plan["runs"]},
}
print(json.dumps(result, indent=1))
