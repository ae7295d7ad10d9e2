#!/usr/bin/env bash
# The GPU slot of 2026-11-27: ../shared/tools/gpu/gpu-slot.sh adapted. Needs .slot/bins.tar.xz (tm-fused, tm-plain, tm-tuned, kernelbench) and .slot/cache.tar.xz.
set -u
OUT=${OUT:-out}; mkdir -p "$OUT"
W=/tmp/w; mkdir -p $W; tar xJf .slot/bins.tar.xz -C $W; tar xJf .slot/cache.tar.xz -C $W
export XDG_CACHE_HOME=$W/cache
start=$SECONDS; log() { echo "[$((SECONDS - start)) s] $*" | tee -a "$OUT/log.txt"; }
C=benches/gpu
t() { local limit=$1 name=$2; shift 2; log "$name"; timeout "$limit" "$@" > "$OUT/$name.txt" 2>&1 || echo "status $?" | tee -a "$OUT/log.txt"; tail -n 1 "$OUT/$name.txt" | cut -c1-600 | tee -a "$OUT/log.txt"; }
through() { echo "$1" throughput --config $C/$2.json --device cuda --precision $3 --batch ${5:-32} --length ${6:-128} --steps ${4:-30} --json; }
nvidia-smi --query-gpu=name,driver_version,clocks.sm,memory.total --format=csv,noheader | tee -a "$OUT/log.txt"
card=$(nvidia-smi --query-gpu=name --format=csv,noheader | head -n1 | tr -c 'A-Za-z0-9\n' '-')
[ -d "$XDG_CACHE_HOME/transfermap/kernels/$card" ] || cp -r "$XDG_CACHE_HOME"/transfermap/kernels/NVIDIA-H100-80GB-HBM3 "$XDG_CACHE_HOME/transfermap/kernels/$card"
python3 -c 'import torch; print("torch", torch.__version__)' > $OUT/torch.txt 2>&1 &
# 1. Today.
t 60 base-albert-f32 $(through $W/bin/tm-fused albert-base-v2 f32)
( timeout 120 ncu --clock-control none --metrics gpu__time_duration.sum --csv --launch-skip ${SKIP:-12600} --launch-count 1600 $(through $W/bin/tm-fused albert-base-v2 f32 4) > "$OUT/ncu-albert-f32.txt" 2>&1 )
log ncu
python3 - "$OUT/ncu-albert-f32.txt" <<'P' | tee -a "$OUT/log.txt"
import csv, sys, collections
rows = [r for r in csv.reader(open(sys.argv[1])) if len(r) > 10]
if rows:
    h = rows[0]; k, v, g = h.index("Kernel Name"), h.index("Metric Value"), h.index("Grid Size")
    u = h.index("Metric Unit"); scale = {"ns": 1e-6, "us": 1e-3, "ms": 1.0, "nsecond": 1e-6, "usecond": 1e-3}
    sums = collections.Counter(); count = collections.Counter()
    for r in rows[1:]:
        try: ms = float(r[v].replace(",", "")) * scale.get(r[u], 1e-6)
        except ValueError: continue
        key = r[k][:44] + " " + r[g]; sums[key] += ms; count[key] += 1
    print(f"GPU busy {sum(sums.values()):.1f} ms in {sum(count.values())} kernels")
    for key, ms in sums.most_common(25): print(f"{ms:8.2f} ms {count[key]:5d}  {key}")
P
gzip -f "$OUT/ncu-albert-f32.txt"
# 2. Without fusion.
t 40 plain-albert-f32 $(through $W/bin/tm-plain albert-base-v2 f32)
t 40 plain-albert-16x64-bf16 $(through $W/bin/tm-plain albert-base-v2 bf16 60 16 64)
t 40 base-albert-16x64-bf16 $(through $W/bin/tm-fused albert-base-v2 bf16 60 16 64)
# 3. Several processes.
many() { local i; for i in $(seq "$1"); do timeout 60 $(through "$2" albert-base-v2 bf16 60 16 64) > "$OUT/many-$3-$1-$i.txt" 2>&1 & done; wait
  python3 -c "
import sys,json
s=[]
for f in sys.argv[1:]:
    try: s.append(json.loads(open(f).read().strip().splitlines()[-1])['examples_per_second'])
    except Exception as e: s.append(0)
print('$3',$1,'processes together', round(sum(s)), 'examples/s', [round(x) for x in s])" "$OUT"/many-$3-$1-*.txt | tee -a "$OUT/log.txt"; rm -f "$OUT"/many-*; }
for n in 2 4; do many $n $W/bin/tm-plain slices; done
export CUDA_MPS_PIPE_DIRECTORY=/tmp/mps CUDA_MPS_LOG_DIRECTORY=/tmp/mps-log; mkdir -p /tmp/mps /tmp/mps-log
if nvidia-cuda-mps-control -d > "$OUT/mps.txt" 2>&1; then for n in 2 4; do many $n $W/bin/tm-plain mps; done; echo quit | timeout 20 nvidia-cuda-mps-control; else log "MPS does not start"; cat "$OUT/mps.txt"; fi
unset CUDA_MPS_PIPE_DIRECTORY CUDA_MPS_LOG_DIRECTORY
# 4. Products by strategy, and torch's for the same shapes.
log kernelbench
( cd $W/kb && timeout ${KB:-120} $W/bin/kernelbench --seconds=$((${KB:-120} - 15)) > "$OUT/kernelbench.txt" 2>&1 )
grep -c TFLOP "$OUT/kernelbench.txt" | tee -a "$OUT/log.txt"; head -20 "$OUT/kernelbench.txt"
t 60 torch-products python3 .slot/products.py
t 40 torch-16x64 python3 $C/torch_throughput.py --config $C/albert-base-v2.json --precision bf16 --batch 16 --length 64 --steps 60
t 40 torch-32x128 python3 $C/torch_throughput.py --config $C/albert-base-v2.json --precision bf16 --batch 32 --length 128 --steps 30
log done
tar czf /tmp/all.tgz -C "$OUT" . ; rm -rf "$OUT"/*; cp /tmp/all.tgz "$OUT/all.tgz"
