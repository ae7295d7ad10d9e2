#!/usr/bin/env bash
# Makes sure of the programs that build the page, and prints a folder for PATH. Trunk and wasm-bindgen are those on PATH
# when they are the right ones; what is missing is compiled once, into target/tools: nothing else on the machine changes.
# Says what it does on stderr; fast when there is nothing to do.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

tools=$PWD/${CARGO_TARGET_DIR:-target}/tools
[[ ${CARGO_TARGET_DIR:-} != /* ]] || tools=$CARGO_TARGET_DIR/tools

export PATH=$tools/bin:$PATH

has() { [[ "$("$1" --version 2>/dev/null | cut -d ' ' -f 2)" == "$2" ]]; }

# Debug builds without TLS and the like: they compile in a few minutes, and are fast enough.
install_tool() {
  local package=$1 version=$2
  printf 'viewer: compiling %s %s into %s, once\n' "$package" "$version" "$tools" >&2
  env -u CARGO_TARGET_DIR -u RUSTUP_TOOLCHAIN CARGO_PROFILE_DEV_DEBUG=0 \
    cargo install --quiet --debug --locked --no-default-features --root "$tools" --version "$version" "$package" >&2
}

trunk=0.21.14
# That of the crate.
wasm_bindgen=$(sed -n '/^name = "wasm-bindgen"$/{n;s/^version = "\(.*\)"$/\1/p;}' Cargo.lock)
has trunk "$trunk" || install_tool trunk "$trunk"
has wasm-bindgen "$wasm_bindgen" || install_tool wasm-bindgen-cli "$wasm_bindgen"
echo "$tools/bin"
