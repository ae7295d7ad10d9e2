#!/usr/bin/env bash
# Every page of the viewer at 390, 1280 and 1920 pixels, light and dark, to look at before a release.
#
#   tools/screenshots.sh [OUT [REPORT…]]
#
# OUT is target/screenshots, the reports are the site's samples; OUT/index.html shows them all. It fails when a page is
# wider than its window.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
out=${1:-${CARGO_TARGET_DIR:-target}/screenshots}
shift || true
(($# > 0)) || set -- www/samples/*.json
tools/browser.sh
tools/viewer.sh
cargo run --locked --quiet -p transfermap-browser-tests --bin screenshots -- "$out" "$@"
