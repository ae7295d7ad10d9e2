"""Writes small model folders of every family of tokenizers, random weights, and a study on all of them.

    python folders.py OUT        (torch, transformers)
"""

import json
import sys
from pathlib import Path

import torch
from tokenizers import Tokenizer
from transformers import AutoConfig, AutoModelForSequenceClassification, T5EncoderModel

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tests/fixtures"))
import make_tokenizers as make  # noqa: E402
from texts import TEXTS  # noqa: E402

make.CHARACTERS = make.characters(TEXTS)

LAYERS = {"num_hidden_layers": 2, "num_attention_heads": 2, "hidden_size": 16, "intermediate_size": 32}
FIRST = {"max_position_embeddings": 64, "pad_token_id": 0}
AFTER_PADDING = LAYERS | {"max_position_embeddings": 66, "pad_token_id": 1, "type_vocab_size": 1}
SIZES = {
    "bert": LAYERS | FIRST,
    "albert": LAYERS | FIRST | {"embedding_size": 8},
    "distilbert": FIRST | {"n_layers": 2, "n_heads": 2, "dim": 16, "hidden_dim": 32},
    "roberta": AFTER_PADDING,
    "electra": LAYERS | FIRST | {"embedding_size": 8},
    "deberta-v2": LAYERS | {"max_position_embeddings": 64, "relative_attention": True, "position_buckets": 8,
                            "norm_rel_ebd": "layer_norm", "share_att_key": True, "pos_att_type": ["p2c", "c2p"],
                            "position_biased_input": False},
    "t5": {"num_layers": 2, "num_decoder_layers": 1, "num_heads": 2, "d_model": 16, "d_kv": 8, "d_ff": 32,
           "feed_forward_proj": "gated-gelu", "decoder_start_token_id": 0},
    "camembert": AFTER_PADDING,
    "xlm-roberta": AFTER_PADDING,
}

# The tokenizer of albert/albert-base-v2, where ../shared is there.
PUBLISHED = Path(__file__).resolve().parents[3] / "shared/data/albert-base-v2/tokenizer.json"

BERT, ALBERT = {"tokenizer_class": "BertTokenizer"}, {"tokenizer_class": "AlbertTokenizer"}

# Name, model, tokenizer, tokenizer_config.json, whether AutoTokenizer reads the folder as it is meant: by its defaults
# it puts into lower case what says nothing.
FOLDERS = [
    ("bert-uncased", "bert", make.bert(), BERT | {"do_lower_case": True}, True),
    ("bert-cased", "bert", make.bert(lowercase=False), BERT | {"do_lower_case": False}, True),
    ("bert-cased-by-settings", "bert", make.bert(), BERT | {"do_lower_case": False}, True),
    ("bert-cased-silent", "bert", make.bert(lowercase=False), None, False),
    ("bert-accents-kept", "bert", make.bert(strip_accents=False), BERT | {"strip_accents": False}, True),
    ("bert-cased-no-accents", "bert", make.bert(lowercase=False, strip_accents=True),
     BERT | {"do_lower_case": False, "strip_accents": True}, True),
    ("bert-byte-pairs", "bert", make.roberta(False), {"tokenizer_class": "PreTrainedTokenizerFast"}, True),
    ("distilbert-uncased", "distilbert", make.bert(), {"tokenizer_class": "DistilBertTokenizer"}, True),
    ("distilbert-cased", "distilbert", make.bert(lowercase=False), BERT | {"do_lower_case": False}, True),
    ("albert", "albert", make.albert(), ALBERT | {"do_lower_case": True}, True),
    ("albert-cased", "albert", make.albert(lower=False), ALBERT | {"do_lower_case": False}, True),
    ("albert-accents-kept", "albert", make.albert(keep_accents=True), ALBERT | {"keep_accents": True}, True),
    ("albert-word-pieces", "albert", make.bert(), BERT | {"do_lower_case": True}, True),
    ("roberta", "roberta", make.roberta(False), None, True),
    ("roberta-prefix-space", "roberta", make.roberta(True), {"add_prefix_space": True}, True),
    ("roberta-prefix-by-settings", "roberta", make.roberta(False), {"add_prefix_space": True}, True),
    ("camembert", "camembert", make.xlm_roberta(), {"tokenizer_class": "XLMRobertaTokenizer"}, True),
    ("xlm-roberta", "xlm-roberta", make.xlm_roberta(), None, True),
    ("electra", "electra", make.bert(), {"tokenizer_class": "ElectraTokenizer", "do_lower_case": True}, True),
    ("electra-cased", "electra", make.bert(lowercase=False), {"do_lower_case": False}, True),
    ("deberta-v3", "deberta-v2", make.deberta(), {"tokenizer_class": "DebertaV2Tokenizer", "do_lower_case": False}, True),
    ("deberta-v3-silent", "deberta-v2", make.deberta(), None, True),
    ("deberta-v3-uncased-by-settings", "deberta-v2", make.deberta(), {"do_lower_case": True}, True),
    ("t5", "t5", make.t5(), None, True),
    ("t5-mean", "t5", make.t5(), {"tokenizer_class": "T5Tokenizer", "extra_ids": 0}, True),
]
if PUBLISHED.is_file():
    FOLDERS.append(("albert-published", "albert", Tokenizer.from_file(str(PUBLISHED)), ALBERT, True))
else:
    print(f"SKIPPED: {PUBLISHED} is absent, so the published tokenizer is not compared", file=sys.stderr)

STUDY = """version = 1
name = "exports"
seeds = [1]
protocols = ["single"]

[recipe]
max_steps = 1
batch_size = 8
learning_rate = 1e-12
weight_decay = 0.0
hidden_dropout_prob = 0.0
attention_probs_dropout_prob = 0.0
classifier_dropout_prob = 0.0

[measures]
select = "none"

[[task]]
name = "one"
text = ["a"]
label = "label"
labels = ["neg", "pos"]
train = { file = "train.jsonl" }
test = { file = "test.jsonl" }

[[task]]
name = "two"
kind = "pair"
text = ["a", "b"]
label = "label"
labels = ["neg", "pos"]
train = { file = "train.jsonl" }
test = { file = "test.jsonl" }
"""


def pairs():
    # transfermap reads texts without the blanks at their ends.
    texts = [text.strip() for text in TEXTS]
    return [(text, texts[(7 * i + 3) % len(texts)]) for i, text in enumerate(texts)]


def rows(path, texts):
    labels = ["neg", "pos"] * len(texts)
    lines = [json.dumps({"a": a, "b": b, "label": label}) for (a, b), label in zip(texts, labels)]
    path.write_text("\n".join(lines) + "\n")


def main():
    out = Path(sys.argv[1])
    torch.manual_seed(1)
    study = STUDY
    for name, kind, tokenizer, settings, _ in FOLDERS:
        folder = out / name
        size = max(tokenizer.get_vocab(with_added_tokens=True).values()) + 1
        config = AutoConfig.for_model(kind, vocab_size=size, **SIZES[kind])
        mean = name == "t5-mean"
        # As people have it: T5EncoderModel's tensors, and a study that says how they are pooled.
        model = T5EncoderModel(config) if mean else AutoModelForSequenceClassification.from_config(config)
        with torch.no_grad():
            for parameter in model.parameters():
                parameter.add_(torch.randn_like(parameter) * 0.3)
        model.save_pretrained(folder)
        tokenizer.save(str(folder / "tokenizer.json"))
        if settings is not None:
            (folder / "tokenizer_config.json").write_text(json.dumps(settings))
        study += f'\n[[encoder]]\nname = "{name}"\npath = "{name}"\nmax_length = 48\n' + 'pooling = "mean"\n' * mean
    (out / "study.toml").write_text(study)
    rows(out / "test.jsonl", pairs())
    rows(out / "train.jsonl", [(f"train {i}: {a}", b) for i, (a, b) in enumerate(pairs()) if i < 24])


if __name__ == "__main__":
    main()
