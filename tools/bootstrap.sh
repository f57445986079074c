#!/bin/sh
# Sees to it that .venv holds what requirements-<what>.txt names. Usage: tools/bootstrap.sh local|dev
#
# local: what `make run` needs; dev: that and what the tests and checks need. Does nothing where that is so already.
# `tools/bootstrap.sh uv` prints the path of a uv, and installs one into .local/tools where there is none.
set -eu
cd "$(dirname "$0")/.."

installed() { [ -x .venv/bin/python ] && cmp -s "requirements-$1.txt" ".venv/requirements-$1.txt"; }
suits() { "$@" -c 'import sys; sys.exit(sys.version_info < (3, 12))' >/dev/null 2>&1; }
has_venv() { "$1" -c 'import ensurepip, venv' >/dev/null 2>&1; } # Debian has them in a package of their own

if [ "$1" != uv ]; then
  if installed dev || { [ "$1" = local ] && installed local; }; then exit 0; fi
fi
umask 022
mkdir -p .local
if [ "$(id -u)" = 0 ]; then chmod 711 .local; else chmod 700 .local; fi # as strongcities/local.py has it
unset VIRTUAL_ENV PYTHONHOME PYTHONPATH

find_uv() {
  for uv in uv .local/tools/bin/uv "$HOME/.local/bin/uv" "$HOME/.cargo/bin/uv"; do
    if "$uv" --version >/dev/null 2>&1; then command -v "$uv"; return; fi
  done
  return 1
}

# uv is a program of its own: any Python with pip can fetch it, however old. Put in place whole, for two may do it at once.
get_uv() {
  new=.local/tools.$$
  for python in python3 /usr/bin/python3 python python3.11 python3.10 python3.9; do
    rm -rf "$new"
    if "$python" -m pip install --quiet --disable-pip-version-check --require-hashes --target "$new" \
        -r requirements-tools.txt >&2 2>/dev/null ||
      { rm -rf "$new" && "$python" -m venv "$new" >/dev/null 2>&1 && "$new/bin/python" -m pip install --quiet \
        --disable-pip-version-check --require-hashes -r requirements-tools.txt >&2; }; then
      [ -d .local/tools ] || mv "$new" .local/tools
      rm -rf "$new"
      if find_uv; then return; fi
    fi
  done
  rm -rf "$new"
  return 1
}

if [ "$1" = uv ]; then
  find_uv || get_uv || { echo "No uv, and no Python with pip to install it." >&2; exit 1; }
  exit 0
fi

uv=$(find_uv) || uv=
if [ -n "$uv" ] && python=$("$uv" python find --system --no-project '>=3.12,<3.15' 2>/dev/null) && suits "$python"; then
  exec "$python" tools/bootstrap.py "$1" "$uv"
fi
# A name on PATH proves nothing (pyenv's shims exist and fail): whatever runs and is recent enough, is taken.
# It installs by uv, in a third of pip's time, fetching uv included; by pip where uv can't be had.
for python in python3.13 python3.14 python3.12 python3 python \
    "${PYENV_ROOT:-$HOME/.pyenv}"/versions/*/bin/python3 "$HOME"/.pyenv/versions/*/bin/python3 \
    /opt/homebrew/bin/python3 /usr/local/bin/python3; do
  if suits "$python" && { [ -n "$uv" ] || uv=$(get_uv 2>/dev/null) || has_venv "$python"; }; then
    exec "$python" tools/bootstrap.py "$1" $uv
  fi
done
echo "No Python 3.12 or later is here that can make a virtual environment. Fetching one with uv …" >&2
if { [ -n "$uv" ] || uv=$(get_uv); } && "$uv" python install 3.13 >&2 &&
    python=$("$uv" python find --system --no-project 3.13) && suits "$python"; then
  exec "$python" tools/bootstrap.py "$1" "$uv"
fi
cat >&2 <<'END'
The project needs Python 3.12 or later, or uv, and found neither. Install one of them and try again:
  Debian 13, Ubuntu 24.04:  apt install python3 python3-venv
  Fedora:                   dnf install python3
  macOS:                    brew install uv
  elsewhere:                https://docs.astral.sh/uv/getting-started/installation/
END
exit 1
