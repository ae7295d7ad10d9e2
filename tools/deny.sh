#!/usr/bin/env bash
# Licences, sources and versions of the dependencies, by deny.toml; advisories too where their database can be had.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
target_dir=${CARGO_TARGET_DIR:-target}
deny=$(command -v cargo-deny || true)
if [[ -z $deny ]]; then
  deny=$target_dir/tools/bin/cargo-deny
  [[ -x $deny ]] || cargo install --locked --root "$target_dir/tools" cargo-deny
fi
"$deny" --locked check licenses bans sources
"$deny" --locked check advisories || {
  status=$?
  # Without a network there is no database, and that is no fault of the dependencies.
  curl -fsI --max-time 10 https://github.com >/dev/null 2>&1 && exit "$status"
  printf 'SKIPPED: advisories were NOT checked, their database cannot be had\n' >&2
}
