#!/usr/bin/env bash
# Makes sure that axe-core, which looks for what keeps people from reading a page, lies in target/tools, for the browser
# tests. Prints its file; fast when it is there.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

version=4.14.1
sha512=1477dafa598d8d065f273d6af302aa203c02e83131707b7fa648cd41bd3d6b734f8c22a0dab86ee6a6f64b8afbe804b214d36db85a2826965edfb3a0b9d546b5
tools=${CARGO_TARGET_DIR:-target}/tools
file=$tools/axe-$version.min.js

say() { printf 'axe: %s\n' "$*" >&2; }

if [[ ! -s $file ]]; then
  command -v npm >/dev/null || {
    say "npm is missing, which fetches axe-core $version"
    exit 1
  }
  say "fetching axe-core $version into $tools"
  mkdir -p "$tools"
  work=$(mktemp -d)
  trap 'rm -rf "$work"' EXIT
  npm pack --silent --pack-destination "$work" "axe-core@$version" >/dev/null
  sha512sum --quiet --check <<<"$sha512  $work/axe-core-$version.tgz" || {
    say "axe-core $version is another file than it was"
    exit 1
  }
  tar -xzf "$work/axe-core-$version.tgz" -C "$work" package/axe.min.js
  # The tests take the one that lies here.
  rm -f "$tools"/axe-*.min.js
  mv "$work/package/axe.min.js" "$file"
fi
printf '%s\n' "$file"
