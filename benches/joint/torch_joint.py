"""A joint training step of K tasks in PyTorch, to stand beside `transfermap throughput --tasks K --method M`.

One step: for every task a forward and a backward pass on a batch of its own; the body moves by the mean of the tasks'
gradients (`equal`, summed up in place) or by PCGrad's (Yu et al. 2020, arXiv:2001.06782: each gradient is projected off
those that it conflicts with, in a random order, and the mean is taken), every head by its own gradient; one clipping of
the global norm to 1, one step of AdamW. Weights, token ids and labels are random; no input is padded. Prints one JSON
object.
"""

import argparse
import json
import pathlib
import random
import resource
import time

import torch
from transformers import AutoConfig, AutoModel


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--config", type=pathlib.Path, required=True)
    parser.add_argument("--tasks", type=int, required=True)
    parser.add_argument("--method", choices=["equal", "pcgrad"], required=True)
    parser.add_argument("--batch", type=int, required=True)
    parser.add_argument("--length", type=int, required=True)
    parser.add_argument("--steps", type=int, required=True)
    parser.add_argument("--warmup", type=int, default=10)
    parser.add_argument("--threads", type=int, required=True)
    return parser.parse_args()


def projected(gradients):
    """PCGrad's mean of flat gradients."""
    total = torch.zeros_like(gradients[0])
    for i, gradient in enumerate(gradients):
        gradient = gradient.clone()
        others = [j for j in range(len(gradients)) if j != i]
        random.shuffle(others)
        for j in others:
            dot = torch.dot(gradient, gradients[j])
            if dot < 0:
                gradient -= dot / torch.dot(gradients[j], gradients[j]) * gradients[j]
        total += gradient
    return total / len(gradients)


def main():
    args = arguments()
    torch.manual_seed(1)
    random.seed(1)
    torch.set_num_threads(args.threads)
    config = AutoConfig.for_model(**json.loads(args.config.read_text()))
    body = AutoModel.from_config(config).train()
    heads = torch.nn.ModuleList(
        torch.nn.Sequential(torch.nn.Dropout(0.1), torch.nn.Linear(config.hidden_size, 2)) for _ in range(args.tasks)
    )
    parameters = list(body.parameters())
    optimizer = torch.optim.AdamW([*parameters, *heads.parameters()], lr=5e-5, weight_decay=0.01)
    shape = (args.steps + args.warmup, args.tasks, args.batch, args.length)
    ids = torch.randint(5, config.vocab_size, shape)
    labels = torch.randint(0, 2, shape[:3])
    mask = torch.ones(shape[2:], dtype=torch.long)
    entropy = torch.nn.CrossEntropyLoss()

    def train(step):
        gradients = []
        for task, head in enumerate(heads):
            loss = entropy(head(body(input_ids=ids[step, task], attention_mask=mask).pooler_output), labels[step, task])
            if args.method == "equal":
                (loss / args.tasks).backward()
            else:
                loss.backward()
                gradients.append(torch.cat([p.grad.flatten() for p in parameters]))
                for p in parameters:
                    p.grad = None
        if gradients:
            for p, part in zip(parameters, projected(gradients).split([p.numel() for p in parameters])):
                p.grad = part.view_as(p)
        torch.nn.utils.clip_grad_norm_([*parameters, *heads.parameters()], 1.0)
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)

    for step in range(args.warmup):
        train(step)
    start = time.perf_counter()
    for step in range(args.warmup, args.warmup + args.steps):
        train(step)
    seconds = (time.perf_counter() - start) / args.steps
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"seconds_per_step": seconds, "peak_mb": peak, "torch": torch.__version__}))


if __name__ == "__main__":
    main()
