#!/usr/bin/env bash
# Sizes of the built viewer, and how long a reader waits for it in headless Chromium on this machine.
#
#   benches/viewer/run.sh [LARGE] > benches/results/viewer-DATE.md
#
# LARGE is a report.json with many runs: TaskWeb's, which docs/import.md says how to make. Times are in milliseconds.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
large=${1:+$(realpath "$1")}
cd "$root"
tools/browser.sh
tools/viewer.sh
cargo build --locked --quiet -p transfermap-browser-tests --bin viewer_times >&2
load() { cut -d ' ' -f 1 /proc/loadavg; }
before=$(load)
table=$("${CARGO_TARGET_DIR:-target}/debug/viewer_times" www/samples/real-small.json ${large:+"$large"})
after=$(load)
cat <<TEXT
# The viewer in a browser

- $(date -u +%Y-%m-%d), commit $(git rev-parse --short HEAD), CPU $(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1), $(nproc) cores
- load average before and after: $before and $after
- $(chromium --version 2>/dev/null | sed 's/ built on.*//'), headless, without a GPU
- milliseconds on the page's own clock, over 6 loadings and 12 changes, half as many of the large report; everything comes from a server on the same machine, nothing is cached

$table
TEXT
