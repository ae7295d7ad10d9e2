#!/usr/bin/env bash
# The whole GPU check: parity, five runs of the demo twice, and training throughput beside transformers', on one machine
# in one run. Parity is of every architecture that has fixtures; throughput of ALBERT-base and BERT-base, with random
# weights. The demo's runs are compared with each other and with the CPU's.
#
#   benches/gpu/run.sh TRANSFERMAP [OUT]
#
# TRANSFERMAP is a binary built with `--features cuda`. PYTHON names a Python with torch and transformers (python3).
# Everything that is printed also goes to OUT/log.txt (benches/results/gpu-DATE), the table and the numbers to OUT.
# A part that fails does not stop the others; the exit status is 1 then.
set -euo pipefail

if (($# < 1 || $# > 2)); then
  sed -n '2,10s/^# \{0,1\}//p' "$0" >&2
  exit 2
fi
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
transfermap=$(realpath "$1")
out=${2:-$root/benches/results/gpu-$(date -u +%Y-%m-%d)}
python=${PYTHON:-python3}
fixtures=$root/tests/fixtures

batch=32
length=128
steps=30
# What the torch side warms up for, where `transfermap throughput` does not say what it did.
warmup=10

[[ -x $transfermap ]] || {
  echo "run.sh: $transfermap is no executable; cargo build --release -p transfermap-trainer --features cuda" >&2
  exit 2
}
command -v nvidia-smi >/dev/null || {
  echo "run.sh: there is no nvidia-smi; this needs a machine with an NVIDIA GPU" >&2
  exit 2
}
"$python" -c 'import torch, transformers; assert torch.cuda.is_available()' || {
  echo "run.sh: $python needs torch with CUDA, and transformers; set PYTHON" >&2
  exit 2
}

mkdir -p "$out"
out=$(realpath "$out")
exec > >(tee "$out/log.txt") 2>&1
failed=()

# Runs a command as a named part, and remembers whether it failed.
part() {
  local name=$1 start=$SECONDS
  shift
  printf '\n== %s\n%s\n' "$name" "$*"
  if "$@"; then
    echo "ok after $((SECONDS - start)) s"
  else
    echo "FAILED with status $? after $((SECONDS - start)) s"
    failed+=("$name")
  fi
}

environment() {
  cat <<TEXT
- date: $(date -u +%Y-%m-%dT%H:%M:%SZ)
- GPU, driver, memory: $(nvidia-smi --query-gpu=name,driver_version,memory.total --format=csv,noheader | head -n 1)
- CPU: $(nproc) cores, $(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1)
- transfermap: $("$transfermap" --version 2>/dev/null || echo unknown), commit $(git -C "$root" rev-parse --short HEAD 2>/dev/null || echo unknown)
- $("$python" -c 'import torch, transformers; print(f"torch: {torch.__version__}, CUDA {torch.version.cuda}, transformers {transformers.__version__}")')
- random weights, batch $batch × $length tokens, $steps steps; AdamW, clipping; products of f32 in TF32, in both programs
TEXT
}

throughput_of_transfermap() {
  "$transfermap" throughput --config "$root/benches/gpu/$1.json" --device cuda --precision "$2" \
    --batch "$batch" --length "$length" --steps "$steps" --json | tee "$out/throughput-transfermap-$1-$2.json"
}

# As many warm-up steps as transfermap did for the same precision.
throughput_of_torch() {
  local same
  same=$(sed -n 's/.*"warmup_steps": *\([0-9]*\).*/\1/p' "$out/throughput-transfermap-$1-$2.json" | tail -n 1)
  "$python" "$root/benches/gpu/torch_throughput.py" --config "$root/benches/gpu/$1.json" --precision "$2" \
    --batch "$batch" --length "$length" --steps "$steps" --warmup "${same:-$warmup}" |
    tee "$out/throughput-torch-$1-$2.json"
}

five_runs() {
  "$transfermap" run "$root/studies/demo.toml" --only 'single/*/s1' --device "$1" --out "$out/$2" --quiet
}

difference() {
  "$python" "$root/benches/gpu/difference.py" "$out/$1/report.json" "$out/$2/report.json" | tee "$out/difference-$1-$2.json"
}

environment | tee "$out/table.md"
part "parity with transformers on the GPU" "$transfermap" parity --fixtures "$fixtures" --device cuda
part "five runs of the demo on the GPU" five_runs cuda gpu
part "the same again" five_runs cuda gpu-again
part "the same on the CPU" five_runs cpu cpu
part "twice on the GPU: differences" difference gpu gpu-again
part "GPU and CPU: differences" difference gpu cpu
for model in albert-base-v2 bert-base-uncased; do
  for precision in f32 bf16; do
    part "throughput of $model, transfermap, $precision" throughput_of_transfermap "$model" "$precision"
    part "throughput of $model, transformers, $precision" throughput_of_torch "$model" "$precision"
  done
done

printf '\n'
{
  printf '\n'
  "$python" "$root/benches/gpu/table.py" "$out"
} >>"$out/table.md"
cat "$out/table.md"

if ((${#failed[@]})); then
  printf '\nFAILED: %s\n' "${failed[@]}"
  exit 1
fi
