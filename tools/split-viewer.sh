#!/usr/bin/env bash
# Splits the page's program: what the answer needs stays in transfermap-viewer_bg.wasm, the rest (viewer/src/app/rest.rs)
# goes into transfermap-viewer-rest.wasm, which the page fetches when it needs it. tools/pack-viewer.sh calls this after
# Trunk, which cannot split (trunk-rs/trunk#1022), and whose output lacks what splitting needs: so the program as cargo
# linked it is split, and bound once more.
#
#   tools/split-viewer.sh PROGRAM.wasm FOLDER
set -euo pipefail
program=$1
folder=$(cd "$2" && pwd)
tools=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
export PATH
PATH=$("$tools/viewer-tools.sh"):$PATH

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
wasm-split-cli --target web --out-name transfermap-viewer "$program" "$work"
wasm-bindgen --target web --no-typescript --keep-lld-exports --remove-name-section --remove-producers-section \
  --out-dir "$work/bound" "$work/transfermap-viewer.wasm"
cd "$work"
mv bound/transfermap-viewer.js bound/transfermap-viewer_bg.wasm .
mv split_rest.wasm transfermap-viewer-rest.wasm
mv __wasm_split.js transfermap-viewer-rest.js

# The loader that wasm-split wrote takes whatever a server sends, and only when the server calls it WebAssembly. It
# imports the glue by its name; here the glue makes itself known, so that a page may load it under any address.
cat >>transfermap-viewer-rest.js <<'JS'
let glue;
export function linkTo(initSync) {
  glue = initSync;
}
async function part(url) {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url}: ${response.status} ${response.statusText}`);
  return new Response(response.body, { headers: { "Content-Type": "application/wasm" } });
}
JS
perl -ni -e '
  next if /^import \{ initSync \}/;
  s/initSync\(undefined, undefined\)/glue(undefined, undefined)/;
  s/\bfetch\(new URL/part(new URL/;
  s/split_rest\.wasm/transfermap-viewer-rest.wasm/;
  print;
' transfermap-viewer-rest.js
echo 'import1.linkTo(initSync);' >>transfermap-viewer.js

# Comments and indentation go, and the hashes in the names of imports, which do not pack: a number tells apart as well.
# What the files call each other ends in one hash of this build instead, so that files of two builds never link.
build=$(cat transfermap-viewer.js transfermap-viewer_bg.wasm transfermap-viewer-rest.wasm | sha256sum | cut -c 1-12)
perl -0777 -e '
  my $build = shift;
  my ($glue, $wasm, $loader, $rest) = map { open(my $file, "<:raw", $_) or die "$_: $!"; <$file> } @ARGV;
  $glue =~ s{^(import \* as import1 from "\./)__wasm_split\.js"}{$1transfermap-viewer-rest.js"}m or die "no import";
  for ($glue, $loader) {
    s{/\*\*.*?\*/}{}gs;
    s{^\s*//.*$}{}gm;
    s{^\s+}{}gm;
  }
  my (%number, %short);
  for ($glue, $wasm) {
    s{(__wbg_\w+?_)[0-9a-f]{16}\b}{$short{$&} //= $1 . sprintf("%04d", $number{$1}++) . $build}ge;
  }
  for ($wasm, $loader, $rest) {
    s{__wasm_split_shared0}{"shared0_$build"}ge or die "nothing shared";
  }
  for ([$ARGV[0], $glue], [$ARGV[1], $wasm], [$ARGV[2], $loader], [$ARGV[3], $rest]) {
    open(my $file, ">:raw", $_->[0]) or die "$_->[0]: $!";
    print $file $_->[1];
  }
' "$build" transfermap-viewer.js transfermap-viewer_bg.wasm transfermap-viewer-rest.js transfermap-viewer-rest.wasm
mv "$work"/transfermap-viewer{.js,_bg.wasm,-rest.js,-rest.wasm} "$folder"
