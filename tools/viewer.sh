#!/usr/bin/env bash
# Builds the viewer's page into dist/ when its sources are newer; fast when they are not. Says what it does on stderr.
#
# It needs the WebAssembly target (tools/wasm-toolchain.sh), and Trunk and the like (tools/viewer-tools.sh).
# With the sources of std (rustup's component rust-src) the page loads 26 KB less until it answers; it builds without
# them too.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

say() { printf 'viewer: %s\n' "$*" >&2; }

is_fresh() {
  local sources=(Cargo.lock Cargo.toml Trunk.toml core/Cargo.toml core/src viewer/Cargo.toml viewer/build.rs viewer/src www tools/viewer.sh
    tools/viewer-tools.sh tools/split-viewer.sh tools/pack-viewer.sh)
  [[ -f dist/viewer.html && -f dist/index.html ]] &&
    [[ -z $(find "${sources[@]}" -newer dist/viewer.html -print -quit) ]]
}

has_std_sources() {
  [[ -f $(rustc "+$toolchain" --print sysroot)/lib/rustlib/src/rust/library/Cargo.lock ]] ||
    timeout 120 rustup component add --toolchain "$toolchain" rust-src >&2
}

# A std that is compiled with the page, for size and without the words of panics.
# Cargo and rustc call that unstable, and let a stable toolchain do it only when asked so.
for_size() {
  export RUSTC_BOOTSTRAP=1
  export CARGO_UNSTABLE_BUILD_STD=std,panic_abort CARGO_UNSTABLE_BUILD_STD_FEATURES=optimize_for_size
  export CARGO_UNSTABLE_PANIC_IMMEDIATE_ABORT=true CARGO_PROFILE_WASM_RELEASE_PANIC=immediate-abort
}

# Trunk takes NO_COLOR for an option of its own, and refuses NO_COLOR=1.
build() { env -u NO_COLOR RUSTUP_TOOLCHAIN="$toolchain" trunk --quiet build --release --locked >&2; }

if is_fresh; then
  say "dist/ is up to date"
  exit
fi
toolchain=$(tools/wasm-toolchain.sh)
export PATH
PATH=$(tools/viewer-tools.sh):$PATH
say "building the page into dist/"
if ! has_std_sources || ! (for_size && build); then
  say "now with the std that the toolchain brings: the page will load some 26 KB more"
  build
fi
