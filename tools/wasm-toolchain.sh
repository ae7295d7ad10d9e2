#!/usr/bin/env bash
# Makes sure that there is a Rust toolchain with the target wasm32-unknown-unknown.
# Prints its name on stdout, for RUSTUP_TOOLCHAIN; says what it does on stderr. Fast when there is nothing to do.
#
#   tools/wasm-toolchain.sh                 rustup's own target; where rustup cannot fetch it, Debian's compiler
#   tools/wasm-toolchain.sh --from-debian   Debian's compiler, whatever rustup has
#
# Debian's packages bring the sources of std, not the built wasm32 std. It is built once, and linked with Debian's
# compiler as the rustup toolchain `wasm-web`; nothing goes into the project's cargo configuration.
set -euo pipefail
cd "$(dirname "$0")/.."

target=wasm32-unknown-unknown
name=wasm-web
rustc=/usr/bin/rustc
cargo=/usr/bin/cargo
lld=/usr/bin/lld-19
std_sources=/usr/lib/rustlib/src
fetch_timeout=180

say() { printf 'wasm toolchain: %s\n' "$*" >&2; }
die() {
  say "$@"
  exit 1
}

has_target() { rustup target list --installed 2>/dev/null | grep -qx "$target"; }

fetch_target() {
  say "fetching $target with rustup"
  timeout "$fetch_timeout" rustup target add "$target" >&2 && has_target
}

active_toolchain() { rustup show active-toolchain | cut -d ' ' -f 1; }

has_debian_packages() { [[ -x $rustc && -x $cargo && -x $lld && -d $std_sources ]]; }

install_debian_packages() {
  local packages=(rustc-web cargo-web rust-web-src lld-19) as_root=()
  command -v apt-get >/dev/null || die "there is no apt-get either; install the target $target by hand"
  if [[ $(id -u) -ne 0 ]]; then
    # Never asks for a password in the middle of a build.
    sudo -n true 2>/dev/null || die "as root, run: apt-get update && apt-get install ${packages[*]}"
    as_root=(sudo -n)
  fi
  say "installing Debian's ${packages[*]}"
  "${as_root[@]}" apt-get update -q >&2
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends "${packages[@]}" >&2
}

check_version() {
  local needed found
  needed=$(sed -n 's/^rust-version = "\(.*\)"$/\1/p' Cargo.toml)
  found=$("$rustc" --version | cut -d ' ' -f 2)
  [[ $(printf '%s\n' "$needed" "$found" | sort -V | head -n 1) == "$needed" ]] ||
    die "$rustc is $found, and this project needs $needed or later"
}

# Builds std from Debian's sources in the folder $1. Fat LTO needs the embedded bitcode.
build_std() {
  mkdir -p "$1/src"
  printf '[package]\nname = "std-for-wasm"\nversion = "0.0.0"\nedition = "2024"\n' >"$1/Cargo.toml"
  : >"$1/src/lib.rs"
  (
    cd "$1"
    env -u RUSTUP_TOOLCHAIN -u CARGO_ENCODED_RUSTFLAGS -u RUSTC_WRAPPER \
      RUSTC_BOOTSTRAP=1 RUSTFLAGS=-Cembed-bitcode=yes RUSTC="$rustc" CARGO_TARGET_DIR="$1/target" \
      "$cargo" build -q --release -Zbuild-std=std,panic_abort,test --target "$target" >&2
  )
}

# Lays out the toolchain in $1, which will stand at $home, with the std built in $2.
lay_out() {
  local libraries host sysroot tool
  host=$("$rustc" -vV | sed -n 's/^host: //p')
  sysroot=$("$rustc" --print sysroot)
  libraries=$1/lib/rustlib/$target/lib
  mkdir -p "$libraries" "$1/lib/rustlib/$host/bin" "$1/bin"
  cp "$2/target/$target/release/deps/"*.rlib "$libraries"
  rm -f "$libraries"/libstd_for_wasm-*.rlib
  ln -s "$sysroot/lib/rustlib/$host/lib" "$1/lib/rustlib/$host/lib"
  ln -s "$lld" "$1/lib/rustlib/$host/bin/rust-lld"
  ln -s "$std_sources" "$1/lib/rustlib/src"
  ln -s "$cargo" "$1/bin/cargo"
  for tool in rustc rustdoc; do
    printf '#!/bin/sh\nexec /usr/bin/%s --sysroot "%s" "$@"\n' "$tool" "$home" >"$1/bin/$tool"
    chmod +x "$1/bin/$tool"
  done
  "$rustc" -vV >"$1/built-by"
}

is_linked() {
  rustup toolchain list | grep -q "^$name\b" && "$rustc" -vV 2>/dev/null | cmp -s - "$home/built-by"
}

link_debian_toolchain() {
  has_debian_packages || install_debian_packages
  check_version
  say "building std for $target once (a minute on 2 cores)"
  local work
  work=$(mktemp -d "$home.XXXXXX")
  # shellcheck disable=SC2064 # the folder's name is known now, and not when the trap runs
  trap "rm -rf '$work'" EXIT
  build_std "$work/std"
  lay_out "$work/toolchain" "$work/std"
  rm -rf "$home"
  mv "$work/toolchain" "$home"
  rustup toolchain link "$name" "$home" >&2
  # What was compiled against another std does not link with this one.
  rm -rf "${CARGO_TARGET_DIR:-target}/$target"
  say "$("$rustc" --version) with $target is linked as $name"
}

command -v rustup >/dev/null || die "there is no rustup; see https://rustup.rs"
home=$(rustup show home)/$name

if [[ ${1:-} != --from-debian ]]; then
  if has_target; then
    active_toolchain
    exit
  elif ! is_linked && fetch_target; then
    active_toolchain
    exit
  fi
fi
# One at a time: two builds of this project may start together on one machine.
exec 9>"$home.lock"
flock 9
is_linked || link_debian_toolchain
echo "$name"
