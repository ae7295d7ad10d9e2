#!/usr/bin/env bash
# Core's statistics beside numpy and scipy doing the same job, on one core of one machine in one run.
#
#   benches/statistics/run.sh > benches/results/statistics-DATE.md
#
# PYTHON names a Python with numpy and scipy (python3); CORE the core that everything is pinned to (the last one).
# The Rust side is core/benches/*.rs (criterion). Every time is the shortest of several: on a machine that does other
# things too, that is the one that says most about the program.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
python=${PYTHON:-python3}
core=${CORE:-$(($(nproc) - 1))}
target=${CARGO_TARGET_DIR:-$root/target}
cd "$root"

command -v taskset >/dev/null || { echo "run.sh: there is no taskset (util-linux)" >&2; exit 2; }
# A machine's tuning for another job must not slow numpy down.
numpy() { taskset -c "$core" env -u OPENBLAS_CORETYPE -u OPENBLAS_L2_SIZE "$python" "$@"; }
numpy -c 'import numpy, scipy' || { echo "run.sh: $python needs numpy and scipy; set PYTHON" >&2; exit 2; }

benches=(--bench qap --bench bootstrap --bench analysis)
cargo bench --locked --quiet -p transfermap "${benches[@]}" --no-run >&2
rm -rf "$target/criterion"
load_before=$(cut -d ' ' -f 1 /proc/loadavg)
taskset -c "$core" cargo bench --locked --quiet -p transfermap "${benches[@]}" -- --noplot --warm-up-time 1 >&2
times=$(for script in qap tests; do numpy "benches/statistics/$script.py"; done)
load_after=$(cut -d ' ' -f 1 /proc/loadavg)

cat <<TEXT
# Statistics beside numpy and scipy

- $(date -u +%Y-%m-%d), commit $(git rev-parse --short HEAD), CPU $(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1), pinned to one core of $(nproc)
- load average before and after: $load_before and $load_after
- $(rustc --version); $(numpy -c 'import numpy, scipy, sys; print(f"Python {sys.version.split()[0]}, numpy {numpy.__version__}, scipy {scipy.__version__}")')
- milliseconds, the shortest of several repetitions

TEXT
numpy benches/statistics/table.py "$target/criterion" <<<"$times"
