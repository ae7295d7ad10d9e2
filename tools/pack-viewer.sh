#!/usr/bin/env bash
# After a build Trunk calls it (Trunk.toml): takes out of index.html what only Trunk reads, and makes viewer.html, one
# file without outside references. With an argument it packs that folder.
#
# A page opened from disk may neither import nor fetch. So everything is in it: the styles, the glue as one inline
# script, the WebAssembly as gzip in base64. The Content-Security-Policy names the script by its hash, and no other can
# run in the page. The same script, handed over as a blob, is that of the worker that resamples: a plain one, because
# browsers refuse module workers to a page from disk. So nothing in it may be of modules only.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "${1:-${TRUNK_STAGING_DIR:?"give the folder of a built viewer"}}"

die() {
  printf 'pack-viewer: %s\n' "$*" >&2
  exit 1
}

base64_line() { base64 | tr -d '\n'; }

# The lines of index.html strictly between two markers, and those before and after a marker.
before() { sed "\|<!-- $1 -->|,\$d" index.html; }
after() { sed "1,\|<!-- $1 -->|d" index.html; }

for file in index.html tokens.css viewer.css site.css icon.svg transfermap-viewer.js transfermap-viewer_bg.wasm worker.js; do
  [[ -s $file ]] || die "$file is missing in $PWD"
done
for marker in files /files site /site report; do
  [[ $(grep -c "<!-- $marker -->" index.html) == 1 ]] || die "index.html must hold <!-- $marker --> once"
done
! grep -qi '</script' transfermap-viewer.js || die "the glue holds </script, which would end the inline module"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
sed -e '/data-trunk/d' -e '/<!-- For Trunk/d' -e '/^ *$/d' index.html >"$work/index.html"
cat "$work/index.html" >index.html

{
  sed -e 's/^export \(async \)\?\(function\|class\) /\1\2 /' -e '/^export {.*};$/d' -e 's/import\.meta\.url/location.href/g' \
    transfermap-viewer.js
  cat <<'JS'

const inPage = async () => {
  const text = (id) => document.getElementById(id).textContent;
  const zipped = Uint8Array.from(atob(text("transfermap-wasm")), (c) => c.charCodeAt(0));
  const unzipped = new Blob([zipped]).stream().pipeThrough(new DecompressionStream("gzip"));
  await __wbg_init({ module_or_path: new Response(unzipped, { headers: { "Content-Type": "application/wasm" } }) });
  const worker = URL.createObjectURL(new Blob([text("transfermap-program")], { type: "text/javascript" }));
  start(document.getElementById("transfermap"), worker);
};

const inWorker = () => {
JS
  sed -e '/^import /d' -e 's/\binit(/__wbg_init(/' worker.js
  printf '};\n\nglobalThis.document ? inPage() : inWorker();\n'
} >"$work/module.js"
! grep -q '^export \|import\.meta' "$work/module.js" || die "the glue holds what only a module may"
hash=$(printf "$(sha256sum "$work/module.js" | cut -d ' ' -f 1 | sed 's/../\\x&/g')" | base64_line)
policy="default-src 'none'; script-src 'sha256-$hash' 'wasm-unsafe-eval'; style-src 'unsafe-inline'; img-src data: blob:; worker-src blob:; base-uri 'none'; form-action 'none'"

{
  before files | sed "s|\(Content-Security-Policy\" content=\"\)[^\"]*|\1$policy|"
  printf '    <link rel="icon" type="image/svg+xml" href="data:image/svg+xml;base64,%s">\n' "$(base64_line <icon.svg)"
  printf '    <style>\n'
  cat tokens.css viewer.css site.css
  printf '    </style>\n'
  # Samples lie beside the site, not in this file.
  after /files | sed -e '/<!-- site -->/,/<!-- \/site -->/d' -e '/<!-- report -->/,$d'
  printf '    <!-- report -->\n'
  printf '    <script type="text/plain" id="transfermap-wasm">%s</script>\n' \
    "$(gzip -9nc transfermap-viewer_bg.wasm | base64_line)"
  printf '    <script type="module" id="transfermap-program">'
  cat "$work/module.js"
  printf '</script>\n  </body>\n</html>\n'
} >"$work/viewer.html"
mv "$work/viewer.html" viewer.html
chmod 644 viewer.html
packed() { gzip -9nc "$1" | wc -c; }
printf 'pack-viewer: viewer.html, %s bytes; gzipped, WebAssembly %s and glue %s\n' "$(wc -c <viewer.html)" \
  "$(packed transfermap-viewer_bg.wasm)" "$(packed transfermap-viewer.js)" >&2
# Cargo looks at files that exist: this one tells it that there is another viewer to embed.
[[ -n ${1:-} ]] || touch "$root/trainer/build.rs"
