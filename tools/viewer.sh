#!/usr/bin/env bash
# Builds the viewer's page into dist/ when its sources are newer; fast when they are not. Says what it does on stderr.
# It is `trunk build --release`, with what that needs: the WebAssembly target (tools/wasm-toolchain.sh), Trunk and
# wasm-bindgen (tools/viewer-tools.sh).
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

say() { printf 'viewer: %s\n' "$*" >&2; }

is_fresh() {
  local sources=(Cargo.lock Cargo.toml Trunk.toml core/Cargo.toml core/src viewer/Cargo.toml viewer/src www
    tools/viewer.sh tools/viewer-tools.sh tools/pack-viewer.sh)
  [[ -f dist/viewer.html && -f dist/index.html ]] &&
    [[ -z $(find "${sources[@]}" -newer dist/viewer.html -print -quit) ]]
}

if is_fresh; then
  say "dist/ is up to date"
  exit
fi
toolchain=$(tools/wasm-toolchain.sh)
path=$(tools/viewer-tools.sh):$PATH
say "building the page into dist/"
# Trunk takes NO_COLOR for an option of its own, and refuses NO_COLOR=1.
env -u NO_COLOR PATH="$path" RUSTUP_TOOLCHAIN="$toolchain" trunk --quiet build --release --locked >&2
