#!/usr/bin/env bash
# Makes sure that Chromium and ChromeDriver are there, for the browser tests. Fast when they are; says what it does.
set -euo pipefail

say() { printf 'browser: %s\n' "$*" >&2; }

if command -v chromium >/dev/null && command -v chromedriver >/dev/null; then exit; fi
packages=(chromium chromium-driver)
if ! command -v apt-get >/dev/null || [[ $(id -u) -ne 0 ]]; then
  say "install Chromium and ChromeDriver (Debian: as root, apt-get install ${packages[*]})"
  exit 1
fi
say "installing Debian's ${packages[*]}"
apt-get update -q >&2
DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends "${packages[@]}" >&2
