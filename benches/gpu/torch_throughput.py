"""Training throughput of transformers' model for a config.json, to stand beside `transfermap throughput`.

One step is what a training step is in both programs: forward, cross-entropy, backward, clipping of the global gradient
norm to 1, AdamW with decay groups. Weights, token ids and labels are random; no input is padded. Prints one JSON object.
"""

import argparse
import json
import pathlib
import time

import torch
import transformers
from transformers import AutoConfig, AutoModelForSequenceClassification

FIRST_ORDINARY_TOKEN = 5
NO_DECAY = ("bias", "LayerNorm.weight", "layer_norm.weight", "relative_attention_bias.weight")


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--config", type=pathlib.Path, required=True)
    parser.add_argument("--device", default="cuda")
    parser.add_argument("--precision", choices=["f32", "bf16"], required=True)
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--length", type=int, default=128)
    parser.add_argument("--steps", type=int, default=30)
    parser.add_argument("--warmup", type=int, default=10)
    parser.add_argument("--threads", type=int, help="on a CPU; PyTorch's own choice without it")
    return parser.parse_args()


def adamw(model, device):
    named = list(model.named_parameters())
    groups = [
        {"params": [p for n, p in named if not n.endswith(NO_DECAY)], "weight_decay": 0.01},
        {"params": [p for n, p in named if n.endswith(NO_DECAY)], "weight_decay": 0.0},
    ]
    return torch.optim.AdamW(groups, lr=5e-5, fused=device.type == "cuda")


def synchronize(device):
    if device.type == "cuda":
        torch.cuda.synchronize(device)


def main():
    args = arguments()
    device = torch.device(args.device)
    # Burn multiplies f32 matrices in TF32 where the card can, and has no switch for it.
    torch.backends.cuda.matmul.allow_tf32 = True
    torch.backends.cudnn.allow_tf32 = True
    torch.manual_seed(1)
    if args.threads:
        torch.set_num_threads(args.threads)

    config = AutoConfig.for_model(**json.loads(args.config.read_text()), num_labels=2)
    model = AutoModelForSequenceClassification.from_config(config).to(device).train()
    optimizer = adamw(model, device)
    shape = (args.steps + args.warmup, args.batch, args.length)
    token_ids = torch.randint(FIRST_ORDINARY_TOKEN, config.vocab_size, shape)
    if config.model_type == "t5":
        # Its classifier reads the last token that ends a text, and wants as many in every row.
        token_ids[..., -1] = config.eos_token_id
    labels = torch.randint(0, config.num_labels, shape[:2])
    mask = torch.ones(shape[1:], dtype=torch.long, device=device)

    def train(step):
        with torch.autocast(device.type, dtype=torch.bfloat16, enabled=args.precision == "bf16"):
            loss = model(
                input_ids=token_ids[step].to(device), attention_mask=mask, labels=labels[step].to(device)
            ).loss
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        return loss

    for step in range(args.warmup):
        train(step)
    synchronize(device)
    start = time.perf_counter()
    for step in range(args.warmup, args.warmup + args.steps):
        loss = train(step)
    synchronize(device)
    seconds = time.perf_counter() - start
    if not torch.isfinite(loss):
        raise SystemExit(f"the loss is {loss.item()} after {args.steps} steps")

    print(
        json.dumps(
            {
                "examples_per_second": args.batch * args.steps / seconds,
                "seconds_per_step": seconds / args.steps,
                "device": torch.cuda.get_device_name(device) if device.type == "cuda" else "cpu",
                "config": args.config.stem,
                "precision": args.precision,
                "batch": args.batch,
                "length": args.length,
                "steps": args.steps,
                "warmup_steps": args.warmup,
                "attention": model.config._attn_implementation,
                "torch": torch.__version__,
                "cuda": torch.version.cuda,
                "transformers": transformers.__version__,
            }
        )
    )


if __name__ == "__main__":
    main()
