#!/usr/bin/env bash
# Packs the dev build that is there into a wheel, and installs it into a fresh virtual environment, as somebody with
# Python would. Fails if cargo compiles a dependency anew for it: then the features of two selections differ.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

maturin=$(tools/maturin.sh)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

"$maturin" build --profile dev --out "$work" 2> >(tee "$work/log" >&2)
if grep -E 'Compiling ' "$work/log" | grep -vE 'Compiling transfermap'; then
  echo "FAILED: packing the wheel compiled the dependencies above, which the build had compiled already" >&2
  exit 1
fi
wheel=$(echo "$work"/transfermap-*.whl)
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --no-index "$wheel"

cd "$work"
printf 'text,label\ngood,yes\nbad,no\n' >reviews.csv
venv/bin/transfermap --version
venv/bin/transfermap init study.toml reviews.csv
grep -q '^name = "reviews"' study.toml
echo "$(basename "$wheel"): installed, --version and init ran"
