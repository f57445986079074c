#!/bin/sh
# Sees to a Chromium, and to fonts for Arabic, for the browser tests: Debian's packages where root may install them,
# Playwright's own build elsewhere. Does nothing where both are there. Says in a line what could not be had.
cd "$(dirname "$0")/.." || exit 1

have_browser() {
  for name in chromium chromium-browser google-chrome; do command -v "$name" >/dev/null 2>&1 && return; done
  .venv/bin/python -c 'import pathlib, sys
from playwright.sync_api import sync_playwright
with sync_playwright() as play: sys.exit(not pathlib.Path(play.chromium.executable_path).exists())' 2>/dev/null
}
have_fonts() { command -v fc-list >/dev/null 2>&1 && fc-list :lang=ar family | grep -q .; }

[ -n "${CHROMIUM:-}" ] && exit 0
have_browser && { have_fonts || [ "$(id -u)" != 0 ]; } && exit 0
log=$(mktemp)
trap 'rm -f "$log"' EXIT
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
  echo "Installing Chromium and fonts …"
  apt-get update -qq >"$log" 2>&1 &&
    DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends chromium fontconfig fonts-noto-core >>"$log" 2>&1 && exit 0
fi
echo "Fetching a Chromium …"
.venv/bin/python -m playwright install chromium >>"$log" 2>&1 && exit 0
echo "No Chromium could be had; the browser tests are left out (in CI they fail). The end of what was tried:"
tail -3 "$log"
