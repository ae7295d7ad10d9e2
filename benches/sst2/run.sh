#!/usr/bin/env bash
# The same fine-tuning of a pretrained encoder with transfermap and with transformers, on one CPU; a Markdown table.
#
#   benches/sst2/run.sh TRANSFERMAP [OUT]
#
# PYTHON names a Python with torch and transformers (python3). OUT is benches/results/sst2-DATE. Exit status 1: the
# means over three seeds are more than a point apart.
set -euo pipefail

if (($# < 1 || $# > 2)); then
  sed -n '2,7s/^# \{0,1\}//p' "$0" >&2
  exit 2
fi
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
transfermap=$(realpath "$1")
out=${2:-$root/benches/results/sst2-$(date -u +%Y-%m-%d)}
python=${PYTHON:-python3}
encoder=$root/models/all-minilm-l6-v2

[[ -d $encoder ]] || "$root/tools/fetch-minilm.sh"
mkdir -p "$out"
"$transfermap" run "$root/benches/sst2/study.toml" --device cpu --workers 1 --out "$out/run"
"$python" "$root/benches/sst2/transformers_sst2.py" "$encoder" "$out/run" >"$out/transformers.json"

status=0
{
  echo "- date: $(date -u +%Y-%m-%d)"
  echo "- CPU: $(nproc) cores, $(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1)"
  echo "- transfermap $("$transfermap" --version | cut -d' ' -f2), commit $(git -C "$root" rev-parse --short HEAD)"
  "$python" -c 'import json, sys; print("- torch {torch}, {threads} threads; transformers {transformers}".format(**json.load(open(sys.argv[1]))))' "$out/transformers.json"
  echo "- all-MiniLM-L6-v2, SST-2, 2,000 training rows, 2 epochs, batch 16, learning rate 5e-5; test: the 872 dev rows"
  echo
  "$python" "$root/benches/sst2/table.py" "$out/run" "$out/transformers.json" || status=$?
} | tee "$out/table.md"
exit "$status"
