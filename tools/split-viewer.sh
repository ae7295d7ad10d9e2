#!/usr/bin/env bash
# Splits the page's program: what the answer needs stays in transfermap-viewer_bg.wasm, the rest (viewer/src/app/rest.rs)
# goes into transfermap-viewer-rest.wasm, which the page fetches when it needs it. tools/pack-viewer.sh calls this in the
# folder of a page that Trunk built. Trunk cannot split (trunk-rs/trunk#1022), and what it bound lacks what splitting
# needs: so the program as cargo linked it is split, and bound once more.
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

# The loader that wasm-split wrote takes whatever a server sends, and only when the server calls it WebAssembly.
cat >>transfermap-viewer-rest.js <<'JS'
async function part(url) {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url}: ${response.status} ${response.statusText}`);
  return new Response(response.body, { headers: { "Content-Type": "application/wasm" } });
}
JS
perl -pi -e 's/\bfetch\(new URL/part(new URL/; s/split_rest\.wasm/transfermap-viewer-rest.wasm/' transfermap-viewer-rest.js

# Comments and indentation, and the hashes in the names of imports, which do not pack: numbers tell apart as well.
perl -0777 -e '
  my ($glue, $wasm) = map { open(my $file, "<:raw", $_) or die "$_: $!"; <$file> } @ARGV;
  $glue =~ s{^(import \* as \w+ from "\./)__wasm_split\.js"}{$1transfermap-viewer-rest.js"}m;
  $glue =~ s{/\*\*.*?\*/}{}gs;
  $glue =~ s{^\s+}{}gm;
  my (%number, %short);
  for ($glue, $wasm) {
    s{(__wbg_\w+?_)[0-9a-f]{16}\b}{$short{$&} //= $1 . sprintf("%016d", $number{$1}++)}ge;
  }
  for ([$ARGV[0], $glue], [$ARGV[1], $wasm]) {
    open(my $file, ">:raw", $_->[0]) or die "$_->[0]: $!";
    print $file $_->[1];
  }
' transfermap-viewer.js transfermap-viewer_bg.wasm
mv "$work"/transfermap-viewer{.js,_bg.wasm,-rest.js,-rest.wasm} "$folder"
