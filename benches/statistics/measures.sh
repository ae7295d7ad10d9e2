#!/usr/bin/env bash
# The measures beside numpy, on one core of one machine in one run; a Markdown table on stdout.
#
#   benches/statistics/measures.sh
#
# PYTHON names a Python with numpy and scipy (python3). The criterion bench is core/benches/measures.rs.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
python=${PYTHON:-python3}
cd "$root"

echo "- CPU: $(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1)"
echo "- $(rustc --version); $("$python" -c 'import numpy, scipy, sys; print(f"Python {sys.version.split()[0]}, numpy {numpy.__version__}, scipy {scipy.__version__}")')"
printf '\n| job | ms |\n| --- | ---: |\n'
# criterion prints "name   time:   [low estimate high]", the name on a line of its own when it is long.
cargo bench -q -p transfermap --bench measures -- --noplot --warm-up-time 1 2>/dev/null |
  awk '
    /^[a-z].*\// { name = $1 }
    /time:/ {
      match($0, /\[.*\]/); split(substr($0, RSTART + 1, RLENGTH - 2), v, " ")
      factor = v[4] == "s" ? 1000 : v[4] == "ms" ? 1 : v[4] == "ns" ? 1e-6 : 1e-3
      printf "| transfermap %s | %.2f |\n", name, v[3] * factor
    }'
"$python" benches/statistics/measures_numpy.py | awk -F '\t' '{ printf "| %s | %.2f |\n", $1, $2 * 1000 }'
