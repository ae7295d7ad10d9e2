#!/usr/bin/env python3
"""Runs every folder of ../shared/cases with what its README expects, a line of pass or fail each.

    python3 tools/cases.py target/debug/transfermap            # all
    python3 tools/cases.py target/debug/transfermap 03 31 -v   # some, with what the program said

Each case runs in a copy of its folder. Where a README leaves a choice (read it, or say what is wrong), both pass. Tokens of
AutoTokenizer are compared where transformers is installed, and left out loudly where not.
"""

import csv
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
CASES = ROOT.parent / "shared" / "cases"
CHECKS = {}


class Failed(Exception):
    pass


class Case:
    """A copy of a case's folder, in which the program is run."""

    def __init__(self, program, name, folder):
        self.program, self.folder = program, folder / name
        shutil.copytree(CASES / name, self.folder)
        if not (folder / "_encoder-bytes").exists():
            shutil.copytree(CASES / "_encoder-bytes", folder / "_encoder-bytes")
        for path in [self.folder, *self.folder.rglob("*")]:
            path.chmod(0o755 if path.is_dir() else 0o644)
        self.log = []

    def run(self, line, code=0, says=(), never=(), one_line=None):
        """Runs `transfermap LINE`; the exit code, what has to be said and what must not be."""
        done = subprocess.run(
            [self.program, *line.split()], cwd=self.folder, capture_output=True, text=True, timeout=600,
            env={"PATH": "/usr/bin:/bin", "HOME": str(self.folder), "HF_HUB_OFFLINE": "1", "NO_COLOR": "1"},
        )
        said = done.stdout + done.stderr
        self.log.append(f"$ transfermap {line}\n{said}")
        codes = code if isinstance(code, tuple) else (code,)
        if done.returncode not in codes:
            raise Failed(f"exit {done.returncode}, not {code}: {first(done.stderr or said)}")
        if done.returncode == 2 and one_line is not False and len(done.stderr.strip().splitlines()) != 1:
            raise Failed(f"more than one line: {done.stderr.strip()[:300]}")
        for words in says:
            if not any(re.search(word, said) for word in words.split(" || ")):
                raise Failed(f"`{words}` is not said: {first(said)}")
        for words in never:
            if re.search(words, said):
                raise Failed(f"`{words}` is said")
        return done.returncode, said

    def read_or_say(self, line, *says):
        """Exit code 0, or one line of error with these words."""
        code, said = self.run(line, (0, 2))
        for words in says if code else ():
            if not any(re.search(word, said) for word in words.split(" || ")):
                raise Failed(f"`{words}` is not said: {first(said)}")
        return code, said

    def edit(self, old, new, to, of="study.toml"):
        text = self.text(of)
        if old not in text:
            raise Failed(f"`{old}` is not in {of}")
        (self.folder / to).write_text(text.replace(old, new))

    def text_of(self, name, text):
        (self.folder / name).write_text(text)

    def text(self, name):
        return (self.folder / name).read_text()

    def holds(self, name, *parts):
        for part in parts:
            if not re.search(part, self.text(name)):
                raise Failed(f"`{part}` is not in {name}:\n{self.text(name)[-700:]}")

    def init(self, data, *parts, check=True):
        """Writes a study for the data, which holds `parts`, tests on no training row, and passes `check`."""
        (self.folder / "init.toml").unlink(missing_ok=True)
        self.run(f"init init.toml {data}")
        self.holds("init.toml", *parts)
        if "same_as" in self.text("init.toml"):
            raise Failed("tests on the training rows")
        if check:
            self.edit('path = "albert/albert-base-v2"', 'path = "../_encoder-bytes"', "init.toml", "init.toml")
            return self.run("check init.toml")[1]
        return ""


def first(text):
    return " / ".join(line for line in text.strip().splitlines() if line.strip())[:400]


def case(name):
    def keep(check):
        CHECKS[name] = check
        return check

    return keep


PLAIN = ('text = \\["text"\\]', 'label = "label"')


@case("01-pandas-index")
def _(c):
    c.init("train.csv", *PLAIN, 'labels = \\["neg", "pos"\\]', "test = 0.2")


@case("03-semicolon")
def _(c):
    c.init("train.csv", *PLAIN, 'separator = ";"')
    c.run("check study.toml", 2, ["semicolons", 'separator = ";"'])
    c.edit('.csv" }', '.csv", separator = ";" }', "s.toml")
    c.run("check s.toml")


@case("04-utf16-excel")
def _(c):
    c.run("check study.toml", 0, ["neg \\d+, pos \\d+"])
    c.init("train.tsv", *PLAIN)


@case("06-tsv-quoted")
def _(c):
    c.run("check study.toml", 0, ["14 cells look quoted", "separator"])
    c.run("run study.toml --out out --device cpu", 0, ["14 cells look quoted"])
    c.init("train.tsv", 'separator = "\\\\t"')


@case("07-backslash-quotes")
def _(c):
    for command in ("check study.toml", "run study.toml --out out --device cpu"):
        c.run(command, 2, ["train.csv, line 9: .*backslash", "escapechar"])


@case("08-backslash-comma")
def _(c):
    for command in ("check study.toml", "run study.toml --out out --device cpu"):
        c.run(command, 2, ["train.csv, line 10: .*backslash"])


@case("09-jsonl-nan")
def _(c):
    c.run("check study.toml")
    c.init("train.jsonl", *PLAIN)


@case("10-json-array")
def _(c):
    c.run("check study.toml")
    c.edit("train.json", "one.json", "study2.toml")
    c.run("check study2.toml")
    c.init("train.json", *PLAIN)


@case("13-float-labels")
def _(c):
    c.run("check study.toml", 0, ["neg 20, pos 20"])
    c.edit("train.csv", "train.jsonl", "study3.toml")
    c.run("check study3.toml", 0, ["neg 20, pos 20"])
    c.init("train.csv", *PLAIN)


@case("14-bool-labels")
def _(c):
    for file in ("train.csv", "train.jsonl", "train.parquet"):
        c.edit("TRAIN", file, "s.toml")
        c.run("check s.toml", 0, ["False 20, True 20"])


@case("18-nfc-nfd-labels")
def _(c):
    c.run("check study.toml")


@case("19-empty-texts")
def _(c):
    c.run("check study.toml", 0, ["\\d rows without a text: .*train.csv", "1 row without a text: .*test.csv"])
    c.run("run study.toml --out out --device cpu")


@case("21-windows-path")
def _(c):
    c.run("check study.toml", 2, ["line \\d+: .*data\\\\train.csv. holds a tab", "single quotes"], ["\t"])
    c.edit("data\\train", "data\\u-train", "study2.toml")
    c.run("check study2.toml", 2, ["line \\d+", "backslash", "single quotes"], ["\t"])


@case("31-parquet-codecs")
def _(c):
    for codec in ("brotli", "lz4", "zstd", "gzip", "none"):
        c.edit("train.parquet", f"{codec}.parquet", "s.toml")
        c.run("check s.toml", 0, never=["damaged"])


@case("38-parquet-init")
def _(c):
    c.init("train.parquet", *PLAIN)
    (c.folder / "init.toml").unlink()
    c.run("init init.toml train.csv.zip", 2, ["zip", "unpack"])
    c.run("init init.toml none.csv", 2, ["none.csv", "no such file"])
    c.init(".", 'train = { file = "train.parquet"', 'test = { file = "test.csv"')


@case("40-distilbert-sinusoidal")
def _(c):
    c.run("check study.toml")
    c.run("run study.toml --out out --device cpu --keep-models all")
    c.run("export --model out/runs/single/t/s1 --out folder")


@case("41-mlm-without-pooler")
def _(c):
    c.run("check study.toml", 0, ["pooler"])
    c.run("run study.toml --out out --device cpu --keep-models all", 0, ["pooler"])
    c.edit('"enc"', '"albert"', "study2.toml")
    c.run("check study2.toml", 0, ["pooler"])


@case("42-do-lower-case-config")
def _(c):
    c.run("check study.toml")
    c.run("run study.toml --out out --device cpu --keep-models all")
    c.run("export --model out/runs/single/t/s1 --out folder")
    same_ids(c, "enc", "folder")


@case("44-no-tokenizer-json")
def _(c):
    for folder in ("wordpiece", "bpe", "spiece"):
        c.edit('"enc"', f'"{folder}"', "s.toml")
        shutil.rmtree(c.folder / "out", ignore_errors=True)
        c.read_or_say("run s.toml --out out --device cpu", "tokenizer.json", "transformers || save_pretrained")


@case("45-sharded-weights")
def _(c):
    c.read_or_say("run study.toml --out out --device cpu --keep-models all", "split || several files", "save_pretrained || one file")
    c.edit('"enc"', '"other"', "s.toml")
    c.run("run s.toml --out out2 --device cpu", 2, ["other", "model.safetensors"])
    c.edit('"enc"', '"bins"', "s.toml")
    c.run("run s.toml --out out3 --device cpu", 2, ["\\.bin", "safetensors"])


@case("48-roberta-family-names")
def _(c):
    c.read_or_say("run study.toml --out out --device cpu --keep-models all", "camembert", "roberta")
    c.edit('"enc"', '"xlmr"', "s.toml")
    c.read_or_say("check s.toml", "xlm-roberta", "roberta")


@case("50-config-nulls")
def _(c):
    for folder, code, says in (("padnull", 0, []), ("float", 2, ["num_hidden_layers"]), ("text", 2, ["layer_norm_eps"])):
        c.edit('"enc"', f'"{folder}"', "s.toml")
        shutil.rmtree(c.folder / "out", ignore_errors=True)
        c.run("run s.toml --out out --device cpu", code, says)


@case("55-export-cased")
def _(c):
    c.run("check study.toml")
    c.run("run study.toml --out out --device cpu --keep-models all")
    c.run("export --model out/runs/single/t/s1 --out folder")
    if not (c.folder / "folder/tokenizer_config.json").exists():
        raise Failed("no tokenizer_config.json")
    same_ids(c, "enc", "folder")


@case("60-percent-sign")
def _(c):
    c.run("import --transfers transfers.csv --baselines baselines.csv --out report.json")
    c.run("import --transfers pt.csv --baselines pb.csv --out report.json", 2, ["--scale percent"])
    c.run("import --transfers pt.csv --baselines pb.csv --scale percent --out report.json")
    c.run("analyze report.json", 0, never=["\\+[68]\\d\\.\\d"])
    c.run("import --transfers pt.csv --baselines fb.csv --scale percent --out out2.json", 2, ["fb.csv", "one unit"])
    c.run("import --transfers ft.csv --baselines pb.csv --scale percent --out out2.json", 2, ["ft.csv", "one unit"])


@case("62-mean-sd-cells")
def _(c):
    spread = "the mean is read, the spread left out"
    c.run("import --transfers transfers.csv --baselines baselines.csv --out report.json --scale percent", 0, [spread])
    for file in "abcd":
        c.run(f"import --transfers {file}.csv --out report.json --scale percent", 0, [spread])


@case("63-wide-matrix")
def _(c):
    c.run("import --transfers matrix.csv --out report.json", 2, ["matrix", "--wide"])
    maps = "--map source=train_on --map target=news --map score=mood"
    c.run(f"import --transfers matrix.csv {maps} --out report.json", 2, ["matrix", "--wide"])
    c.run("import --transfers matrix.csv --wide --out report.json", 0, ["sources in rows"])
    c.run("analyze report.json", 0, ["entail", "train|source"])


@case("69-odd-task-names")
def _(c):
    c.run("import --transfers transfers.csv --baselines baselines.csv --out report.json")
    _, said = c.run("analyze report.json")
    table = [line for line in said.splitlines() if re.search("\\d\\.\\d", line)]
    if max(map(len, table)) > 260 and any("x" * 60 in line for line in table):
        raise Failed("a long name widens the table")
    c.run("report report.json --single-file page.html")
    if "<script>alert" in c.text("page.html"):
        raise Failed("a name is markup")
    c.run("export report.json --out site --csv --latex --plots")
    if list(c.folder.parent.glob("up*")):
        raise Failed("a file outside the folder")


@case("72-spelling-differs")
def _(c):
    c.run("import --transfers transfers.csv --baselines baselines.csv --out report.json", 0, ["SST-2.*sst2 || sst2.*SST-2"])
    c.run("analyze report.json", 0, ["SST-2"])


@case("78-duplicates-and-conflicts")
def _(c):
    said = ["repeats? the text and the label", "more than one label", "case or white space"]
    c.run("check study.toml", 0, said)


@case("82-init-many-classes")
def _(c):
    c.init("banking.csv", 'label = "category"', "intent 76")
    c.init("intents.csv", 'label = "label"', "intent 149")


@case("84-fasttext-lines")
def _(c):
    c.run("check study.toml", 2, ["fastText", "sed "])
    c.run("init init.toml train.txt", 2, ["fastText", "sed "])


@case("85-no-header-six-columns")
def _(c):
    c.init("posts.csv", 'kind = "single"', "text = \\[6\\]", "label = 1\n")


@case("87-jsonl-float-label")
def _(c):
    for file, code, says in (
        # Its labels are read as 0 and 1; the study trains on the file that it tests on, which is refused.
        ("float", 2, ["no training example of label", "`test = 0.2`"]),
        ("null", 2, ["null.jsonl, line \\d+: key `label` holds null", "leave"]),
        ("num", 2, ["num.jsonl, line \\d+: key `text` holds the number", "quotes"]),
    ):
        c.edit("F.jsonl", f"{file}.jsonl", "s.toml")
        c.run("check s.toml", code, says)


@case("attack")
def _(c):
    for command in ("analyze good-report.json", "report good-report.json --single-file g.html"):
        c.run(command)
    overflow = ["single/|sequential/", "confusion matrix"]
    for command in ("analyze F", "report F --single-file o.html", "recommend F --target topic", "export F --out o"):
        c.run(command.replace("F", "confusion-overflow.json"), 2, overflow)
    c.run("analyze score-against-predictions.json", 0, ["contradicts? (itself|themselves)", "accuracy 1 is", "contradicts_itself|not that of"])
    for command in ("analyze F", "recommend F --target topic", "report F --single-file t.html", "export F --out t"):
        c.run(command.replace("F", "terminal-escapes.json"), (0, 2), never=["\x1b", "\x07"])
    c.run("export csv-formula.json --csv --out f")
    for path in (c.folder / "f").glob("*.csv"):
        cells = [cell for row in csv.reader(path.open(newline="")) for cell in row]
        formulas = [cell for cell in cells if cell[:1] in tuple("=+-@\t\r") and not is_number(cell)]
        if formulas:
            raise Failed(f"{path.name} holds {formulas[0]!r}")
    for file in ("config-ok", "tokenizer-padding"):
        c.run(f"check {file}.toml")
    for file, key in (("hidden", "hidden_size"), ("vocab", "vocab_size"), ("layers", "num_hidden_layers")):
        for command in ("check F", "run F --out r --device cpu"):
            c.run(command.replace("F", f"config-{file}-huge.toml"), 2, [f"{key} is 10+"])
    for file, words in (
        ("names-differ-in-case", ["rte.*RTE"]),
        ("name-300", ["300 characters"]),
        ("name-reserved", ["`CON`"]),
        ("epochs-1e300", ["epochs"]),
    ):
        c.run(f"check {file}.toml", 2, words)
    c.text_of("pipe.toml", c.text("small.toml").replace('{ generated = "topic", limit = 200 }', '{ file = "f.tsv" }', 1).replace("[[task]]", '[[task]]\ntext = ["t"]', 1))
    os.mkfifo(c.folder / "f.tsv")
    c.run("check pipe.toml", 2, ["no regular file"])
    tasks = "".join(f'[[task]]\nname = "t{i}"\nlabels = ["a", "b"]\ntrain = {{ generated = "polarity" }}\ntest = {{ generated = "polarity" }}\n' for i in range(20_000))
    c.text_of("many.toml", c.text("small.toml").split("[[task]]")[0] + tasks)
    c.run("check many.toml", 2, ["20000 tasks.*too many"])
    for script in ("damaged_out.py", "hub_page.py"):
        done = subprocess.run([sys.executable, c.folder / script, c.program], capture_output=True, text=True, timeout=1800)
        c.log.append(done.stdout + done.stderr)
        if done.returncode or "FAIL" in done.stdout or "pass" not in done.stdout:
            raise Failed(f"{script}: {first(done.stdout + done.stderr)}")


def is_number(cell):
    try:
        float(cell)
    except ValueError:
        return False
    return True


def same_ids(c, one, other):
    """AutoTokenizer of two folders gives the same ids for the texts of train.csv."""
    try:
        from transformers import AutoTokenizer
    except ImportError:
        print("      AutoTokenizer NOT compared: transformers is not installed", flush=True)
        return
    texts = [row[0] for row in csv.reader((c.folder / "train.csv").open())]
    ids = [AutoTokenizer.from_pretrained(c.folder / folder)(texts)["input_ids"] for folder in (one, other)]
    if differ := sum(a != b for a, b in zip(*ids)):
        raise Failed(f"{differ} of {len(texts)} texts have other ids")


def main():
    words = [word for word in sys.argv[1:] if word != "-v"]
    if not words:
        sys.exit(__doc__)
    program, wanted = pathlib.Path(words[0]).resolve(), words[1:]
    if not CASES.is_dir():
        print(f"SKIPPED: {CASES} is absent, so NOTHING was checked")
        return
    if not program.is_file():
        sys.exit(f"{program}: no such program; build it first")
    folders = sorted(path.name for path in CASES.iterdir() if path.is_dir() and not path.name.startswith("_"))
    failed = 0
    for name in folders:
        if wanted and not any(name.startswith(start) for start in wanted):
            continue
        with tempfile.TemporaryDirectory() as scratch:
            run = Case(program, name, pathlib.Path(scratch))
            try:
                if name not in CHECKS:
                    raise Failed("tools/cases.py has no check of it")
                CHECKS[name](run)
                print(f"pass  {name}", flush=True)
            except (Failed, subprocess.TimeoutExpired, OSError) as error:
                failed += 1
                print(f"FAIL  {name}: {error}", flush=True)
            if "-v" in sys.argv:
                print("\n".join(run.log))
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
