#!/usr/bin/env bash
# Exported models beside transformers: AutoTokenizer and AutoModel on the folder give the ids and probabilities of the
# training, for every family of tokenizers; a Markdown table.
#
#   benches/exports/run.sh TRANSFERMAP [OUT]
#
# PYTHON names a Python with torch and transformers (python3); where it has none, both go into a virtual environment in
# target/exports-venv. OUT is target/exports. Exit status 1: an id or a probability differs.
set -euo pipefail

if (($# < 1 || $# > 2)); then
  sed -n '2,9s/^# \{0,1\}//p' "$0" >&2
  exit 2
fi
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
transfermap=$(realpath "$1")
out=${2:-$root/target/exports}
python=${PYTHON:-python3}

if ! "$python" -c 'import torch, transformers' 2>/dev/null; then
  venv=$root/target/exports-venv
  [[ -x $venv/bin/python ]] || "$python" -m venv "$venv"
  python=$venv/bin/python
  "$python" -c 'import torch, transformers' 2>/dev/null ||
    "$python" -m pip install --quiet torch 'transformers>=5.24,<6' tokenizers
fi

rm -rf "$out"
mkdir -p "$out"
export HF_HUB_OFFLINE=1
"$python" "$root/benches/exports/folders.py" "$out"
"$transfermap" check "$out/study.toml" >"$out/check.txt"
"$transfermap" run "$out/study.toml" --out "$out/run" --device cpu --workers 1 --keep-models all >"$out/run.txt"
for run in "$out"/run/runs/*/single/*/s1; do
  to=${run#"$out/run/runs/"}
  "$transfermap" export --model "$run" --out "$out/exported/${to%/s1}" >/dev/null
done
{
  echo "- date: $(date -u +%Y-%m-%d)"
  echo "- transfermap $("$transfermap" --version | cut -d' ' -f2), commit $(git -C "$root" rev-parse --short HEAD)"
  "$python" -c 'import tokenizers, torch, transformers as t; print(f"- transformers {t.__version__}, tokenizers {tokenizers.__version__}, torch {torch.__version__}")'
  echo
  "$python" "$root/benches/exports/compare.py" "$out"
} | tee "$out/table.md"
