#!/usr/bin/env python3
"""Kills, fills, cuts and flips: the report of a study must come out bit-equal, or the fault must be named.

    python3 tools/chaos.py target/debug/transfermap                 # 100 kills, every kind of file damaged in every way
    python3 tools/chaos.py target/debug/transfermap --kills 10 --seed 7

Four studies of seconds each: single and sequential with probes, joint, racing. Prints a line for each case and a count;
exit code 1 when anything was lost, or was wrong and unsaid.
"""

import argparse
import json
import os
import pathlib
import random
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time

TASKS = {"topic": '["sport", "finance", "science", "cooking"]', "polarity": '["negative", "positive"]'}
HEAD = """version = 1
name = "chaos"
seeds = {seeds}
{top}
[[encoder]]
name = "demo"
embedded = "demo-albert"
max_length = 48

[measures]
examples = 48
few_steps = 3
{tables}
[recipe]
epochs = 2
"""
TASK = """
[[task]]
name = "{name}"
labels = {labels}
train = {{ generated = "{name}", limit = 200 }}
validation = {{ generated = "{name}" }}
test = {{ generated = "{name}" }}
"""
RACE = "\n[race]\nlooks = [2, 4]\nbudget = 14\n"
STUDIES = {
    "sequential": HEAD.format(seeds="[1, 2]", top="", tables=""),
    "joint": HEAD.format(seeds="[1, 2]", top='protocols = ["single", "joint"]', tables=""),
    "race": HEAD.format(seeds="[1, 2, 3, 4]", top="", tables=RACE),
}


class Campaign:
    def __init__(self, program, work, seed):
        self.program, self.work, self.random = program, work, random.Random(seed)
        self.passed = self.failed = 0
        self.good = {}

    def study(self, name):
        path = self.work / f"{name}.toml"
        path.write_text(STUDIES[name] + "".join(TASK.format(name=n, labels=l) for n, l in TASKS.items()))
        return path

    def command(self, name, out, *more):
        return [self.program, "run", self.study(name), "--out", out, "--device", "cpu", "--checkpoint-every", "0", *more]

    def run(self, name, out, *more, **how):
        done = subprocess.run(self.command(name, out, *more), capture_output=True, text=True, errors="replace", timeout=600, **how)
        return done.returncode, done.stdout + done.stderr

    def undisturbed(self, name):
        if name not in self.good:
            out = self.work / f"good-{name}"
            code, said = self.run(name, out, "--workers", "1")
            if code:
                sys.exit(f"the study {name} does not run at all: {said[-500:]}")
            self.good[name] = out
        return self.good[name]

    def say(self, ok, what):
        self.passed += ok
        self.failed += not ok
        if not ok:
            print(f"FAIL  {what}", flush=True)

    def settle(self, name, out, what, words=()):
        """After a disturbance: `run` again, and the report is that of the undisturbed study, or a word is said."""
        code, said = self.run(name, out, "--workers", "1")
        same = code == 0 and numbers(out) == numbers(self.undisturbed(name))
        lines = [line for line in said.splitlines() if not line.startswith(("start ", "done ", "/"))]
        named = any(word in line for word in words for line in lines)
        left = [p for p in out.rglob(".tmp*") if "stale" not in p.parts] if same else []
        claims = list((out / "claims").glob("*.json")) if same else []
        self.say((same or (named and code in (1, 2))) and not left and not claims, f"{what}: exit {code}, same {same}, named {named}, left {left + claims}")
        return same

    def kills(self, count):
        for i in range(count):
            name = self.random.choice(list(STUDIES))
            self.undisturbed(name)
            out = self.work / "out"
            shutil.rmtree(out, ignore_errors=True)
            times = 0
            for _ in range(self.random.randint(1, 4)):
                parent = subprocess.Popen(self.command(name, out, "--workers", str(self.random.randint(1, 2))), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
                time.sleep(self.random.uniform(0.05, 3.0))
                whom = self.random.choice(["parent", "child", "both"])
                children = children_of(parent.pid)
                victims = {"parent": [parent.pid], "child": children[:1], "both": [*children, parent.pid]}[whom]
                for pid in victims:
                    try:
                        os.kill(pid, signal.SIGKILL)
                        times += 1
                    except ProcessLookupError:
                        pass
                parent.wait(timeout=600)
            self.settle(name, out, f"kill {i}: {name}, {times} processes")

    def damage(self):
        name = "sequential"
        good = self.undisturbed(name)
        kinds = {
            "record of a source": "runs/single/topic/s1/record.json",
            "record": "runs/sequential/topic--polarity/s2/record.json",
            "weights": "runs/single/polarity/s1/model.safetensors",
            "predictions": "runs/sequential/polarity--topic/s1/predictions.jsonl.gz",
            "plan": "plan.json",
            "inputs": "cache/inputs.json",
            "study": "study.toml",
            "report": "report.json",
            "configuration": "cache/encoders/demo/config.json",
            "tokenizer": "cache/encoders/demo/tokenizer.json",
            "cache": sorted((good / "cache").glob("*.json.gz"))[0].relative_to(good),
        }
        for probe in ("features.probe", "gradients.probe", "on-topic.probe", "sentence.probe", "gram.probe"):
            found = sorted((good / "probes").rglob(probe))
            if found:
                kinds[probe] = found[0].relative_to(good)
        for kind, file in kinds.items():
            whole = (good / file).read_bytes()
            others = [p for p in good.rglob(f"*{pathlib.Path(file).suffix}") if p.is_file() and p.read_bytes() != whole]
            ways = {
                "cut": whole[: len(whole) // 2],
                "emptied": b"",
                "a bit flipped": flipped(whole, self.random.randrange(8 * len(whole))),
                "another bit flipped": flipped(whole, self.random.randrange(8 * len(whole))),
                "a byte appended": whole + b"x",
            }
            if others:
                ways["swapped"] = self.random.choice(others).read_bytes()
            for way, bytes_ in ways.items():
                out = self.work / "out"
                shutil.rmtree(out, ignore_errors=True)
                shutil.copytree(good, out)
                (out / file).write_bytes(bytes_)
                # A dependent is missing, so that sources, tokens and probes are read again.
                shutil.rmtree(out / "runs/sequential/topic--polarity/s1", ignore_errors=True)
                self.settle(name, out, f"{kind}, {way}", [str(file), "/".join(pathlib.Path(file).parts[1:-1])])
                shutil.rmtree(out)
                shutil.copytree(good, out)
                (out / file).write_bytes(bytes_)
                done = subprocess.run([self.program, "verify", out], capture_output=True, text=True, timeout=120)
                self.say(done.returncode == 1 and str(file) in done.stdout, f"verify: {kind}, {way}: exit {done.returncode}: {done.stdout[-200:]}")
        done = subprocess.run([self.program, "verify", good], capture_output=True, text=True, timeout=120)
        self.say(done.returncode == 0, f"verify of a whole folder: {done.stdout[-300:]}")

    def places(self):
        name = "sequential"
        out = self.work / "out"
        for limit in (20_000, 100_000, 300_000):
            shutil.rmtree(out, ignore_errors=True)

            def limited():
                resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

            code, said = self.run(name, out, "--workers", "1", preexec_fn=limited)
            failed = [p for p in out.rglob("record.json") if '"status":"failed"' in p.read_text()]
            self.say(code == 2 and "free some space" in said and not failed, f"files of at most {limit}: exit {code}: {said[-300:]}")
            self.settle(name, out, f"after files of at most {limit}")
        shutil.rmtree(out, ignore_errors=True)
        parent = subprocess.Popen(self.command(name, out), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(2)
        shutil.rmtree(out, ignore_errors=True)
        parent.wait(timeout=600)
        self.settle(name, out, "the output folder removed while it runs")
        shutil.rmtree(out, ignore_errors=True)
        (out / "claims").mkdir(parents=True)
        claim = out / "claims" / "single__topic__s1.json"
        claim.write_text(json.dumps({"run": "single/topic/s1", "host": "elsewhere", "pid": 1, "started": "2999-01-01T00:00:00Z"}))
        os.utime(claim, (4e9, 4e9))
        self.settle(name, out, "a claim of the future")


def flipped(data, bit):
    data = bytearray(data)
    data[bit // 8] ^= 1 << bit % 8
    return bytes(data)


def children_of(pid):
    found = subprocess.run(["ps", "-o", "pid=", "--ppid", str(pid)], capture_output=True, text=True).stdout
    return [int(word) for word in found.split()]


def numbers(out):
    report = json.loads((out / "report.json").read_text())
    for run in report["runs"]:
        run.pop("provenance"), run.pop("cost")
    for measure in report["measures"]:
        measure.pop("cost_seconds")
    return report


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program", type=pathlib.Path)
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="chaos-") as work:
        campaign = Campaign(asked.program.resolve(), pathlib.Path(work), asked.seed)
        began = time.time()
        for part in (campaign.damage, campaign.places, lambda: campaign.kills(asked.kills)):
            part()
        print(f"{campaign.passed + campaign.failed} cases, {campaign.failed} failed, seed {asked.seed}, {time.time() - began:.0f} s")
        sys.exit(campaign.failed > 0)


main()
