#!/usr/bin/env bash
# Prints the path of maturin, which packs wheels; installs it from PyPI into target/tools, once.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

tools=$PWD/${CARGO_TARGET_DIR:-target}/tools
[[ ${CARGO_TARGET_DIR:-} != /* ]] || tools=$CARGO_TARGET_DIR/tools

version=1.16.0
maturin=$tools/maturin-$version/bin/maturin
if [[ ! -x $maturin ]]; then
  printf 'wheel: installing maturin %s from PyPI into %s, once\n' "$version" "$tools" >&2
  python3 -m venv "$tools/maturin-$version" >&2
  "$tools/maturin-$version/bin/pip" install --quiet "maturin==$version" >&2
fi
echo "$maturin"
