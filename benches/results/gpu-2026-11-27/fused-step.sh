#!/usr/bin/env bash
# The GPU slot of fused19: .slot/fused.tar.xz has bin/transfermap (CUDA, our own operations) and cache/ (kernels compiled beforehand).
set -u
OUT=${OUT:-out}; mkdir -p "$OUT"
W=/tmp/w4; mkdir -p $W; tar xJf .slot/fused.tar.xz -C $W
export XDG_CACHE_HOME=$W/cache
T=$W/bin/transfermap; C=benches/gpu
start=$SECONDS; log() { echo "[$((SECONDS - start)) s] $*" | tee -a "$OUT/log.txt"; }
left() { echo $((${LIMIT:-415} - (SECONDS - start))); }
t() { local limit=$1 name=$2; shift 2; [ "$(left)" -gt 12 ] || { log "no time for $name"; return; }; log "$name"; timeout "$limit" "$@" > "$OUT/$name.txt" 2> "$OUT/$name.err" || echo "status $? $(tail -n 2 "$OUT/$name.err" | cut -c1-300)" | tee -a "$OUT/log.txt"; tail -n 1 "$OUT/$name.txt" | cut -c1-400; }
ours() { echo $T throughput --config $C/$1.json --device cuda --precision $2 --batch $3 --length $4 --steps $5 --json; }
torch() { echo python3 $C/torch_throughput.py --config $C/$1.json --precision $2 --batch $3 --length $4 --steps $5; }
nvidia-smi --query-gpu=name,driver_version,memory.total --format=csv,noheader | tee -a "$OUT/log.txt"
card=$(nvidia-smi --query-gpu=name --format=csv,noheader | head -n1 | tr -c 'A-Za-z0-9\n' '-')
[ -d "$XDG_CACHE_HOME/transfermap/kernels/$card" ] || cp -r "$XDG_CACHE_HOME"/transfermap/kernels/NVIDIA-H100-80GB-HBM3 "$XDG_CACHE_HOME/transfermap/kernels/$card"
( python3 -c 'import torch, transformers' > "$OUT/import.txt" 2>&1 & )
# The highest memory of the card, sampled while the command runs.
watch_memory() { ( while sleep 0.2; do nvidia-smi --query-gpu=memory.used --format=csv,noheader,nounits; done > "$OUT/memory-$1.raw" 2>/dev/null & echo $! > $W/watch ) ; }
end_memory() { kill "$(cat $W/watch)" 2>/dev/null; echo "memory $1: $(sort -n "$OUT/memory-$1.raw" | tail -n 1) MiB at most" | tee -a "$OUT/log.txt"; rm -f "$OUT/memory-$1.raw"; }

# 1. Is it right?
t 90 parity $T parity --fixtures $W/fixtures --device cuda
cut -c1-220 "$OUT/parity.txt" | tee -a "$OUT/log.txt"
t 60 gemmcheck $W/bin/gemmcheck
grep -A3 errors "$OUT/gemmcheck.txt" | tee -a "$OUT/log.txt"
# 2. A step, twice with the same seed.
watch_memory albert-base-v2-bf16-32x128
t 60 ours-albert-base-v2-bf16-32x128 $(ours albert-base-v2 bf16 32 128 60)
end_memory albert-base-v2-bf16-32x128
t 60 again-albert-base-v2-bf16-32x128 $(ours albert-base-v2 bf16 32 128 60)
t 60 ours-albert-base-v2-f32-32x128 $(ours albert-base-v2 f32 32 128 60)
t 60 again-albert-base-v2-f32-32x128 $(ours albert-base-v2 f32 32 128 60)
t 60 ours-bert-base-uncased-bf16-32x128 $(ours bert-base-uncased bf16 32 128 60)
t 60 again-bert-base-uncased-bf16-32x128 $(ours bert-base-uncased bf16 32 128 60)
t 60 ours-bert-base-uncased-f32-32x128 $(ours bert-base-uncased f32 32 128 60)
for m in albert-base-v2 bert-base-uncased; do for p in bf16 f32; do t 60 ours-$m-$p-16x64 $(ours $m $p 16 64 120); done; done
# 3. Where a step's time goes.
if [ "$(left)" -gt 60 ]; then
  log ncu
  timeout 70 ncu --clock-control none --metrics gpu__time_duration.sum --csv --launch-skip ${SKIP:-5618} --launch-count ${COUNT:-508} $(ours albert-base-v2 bf16 32 128 6) > "$OUT/ncu-albert-bf16.txt" 2>&1
  python3 - "$OUT/ncu-albert-bf16.txt" <<'P' | tee -a "$OUT/log.txt"
import csv, sys, collections
rows = [r for r in csv.reader(open(sys.argv[1])) if len(r) > 10]
if rows:
    h = rows[0]; k, v, g = h.index("Kernel Name"), h.index("Metric Value"), h.index("Grid Size")
    u = h.index("Metric Unit"); scale = {"ns": 1e-6, "us": 1e-3, "ms": 1.0, "nsecond": 1e-6, "usecond": 1e-3}
    sums = collections.Counter(); count = collections.Counter()
    for r in rows[1:]:
        try: ms = float(r[v].replace(",", "")) * scale.get(r[u], 1e-6)
        except ValueError: continue
        key = r[k][:60] + " " + r[g]; sums[key] += ms; count[key] += 1
    print(f"GPU busy {sum(sums.values()):.2f} ms in {sum(count.values())} kernels")
    for key, ms in sums.most_common(40): print(f"{ms:8.3f} ms {count[key]:5d}  {key}")
P
  gzip -f "$OUT/ncu-albert-bf16.txt"
fi
# 4. transformers beside it.
for m in albert-base-v2 bert-base-uncased; do for p in bf16 f32; do t 45 torch-$m-$p-32x128 $(torch $m $p 32 128 30); t 45 torch-$m-$p-16x64 $(torch $m $p 16 64 40); done; done
# 5. Several processes.
many() { local i; for i in $(seq "$1"); do timeout 60 $(ours albert-base-v2 bf16 16 64 150) > "$OUT/many-$2-$1-$i.txt" 2>&1 & done; wait
  python3 -c "
import sys,json
s=[]
for f in sys.argv[1:]:
    try: s.append(json.loads(open(f).read().strip().splitlines()[-1])['examples_per_second'])
    except Exception: s.append(0)
print('$2',$1,'processes together', round(sum(s)), 'examples/s', [round(x) for x in s])" "$OUT"/many-$2-$1-*.txt | tee -a "$OUT/log.txt"; rm -f "$OUT"/many-*; }
if [ "$(left)" -gt 45 ]; then
  export CUDA_MPS_PIPE_DIRECTORY=/tmp/mps CUDA_MPS_LOG_DIRECTORY=/tmp/mps-log; mkdir -p /tmp/mps /tmp/mps-log
  if nvidia-cuda-mps-control -d > "$OUT/mps.txt" 2>&1; then for n in 1 2 4; do [ "$(left)" -gt 14 ] && many $n mps; done; echo quit | timeout 20 nvidia-cuda-mps-control; else log "MPS does not start"; fi
  unset CUDA_MPS_PIPE_DIRECTORY CUDA_MPS_LOG_DIRECTORY
fi
python3 - "$OUT" <<'P' | tee -a "$OUT/log.txt"
import json, pathlib, sys
out = pathlib.Path(sys.argv[1])
def read(name):
    try: return json.loads((out / f"{name}.txt").read_text().strip().splitlines()[-1])
    except Exception: return None
print(f"{'model':18} {'':5} {'shape':7} {'ours ms':>8} {'torch ms':>9} {'times':>6}  equal runs")
for m in ("albert-base-v2", "bert-base-uncased"):
    for p in ("bf16", "f32"):
        for s in ("32x128", "16x64"):
            a, b, c = read(f"ours-{m}-{p}-{s}"), read(f"again-{m}-{p}-{s}"), read(f"torch-{m}-{p}-{s}")
            ms = lambda r: r["seconds_per_step"] * 1e3 if r else float("nan")
            same = "" if not (a and b) else ("same loss" if a.get("loss") == b.get("loss") else f"DIFFER {a.get('loss')} {b.get('loss')}")
            print(f"{m:18} {p:5} {s:7} {ms(a):8.2f} {ms(c):9.2f} {ms(c) / ms(a):6.2f}  {same}")
P
log done
