#!/bin/sh
# Pins what pyproject.toml asks for, with hashes, into requirements*.txt. No address of an index goes into any of them.
# `tools/lock.sh --upgrade` takes the newest versions.
set -eu
cd "$(dirname "$0")/.."
uv=$(tools/bootstrap.sh uv)
lock() { # file, then what goes into it
  file=$1
  shift
  "$uv" pip compile --quiet --universal --generate-hashes --python-version 3.12 --custom-compile-command "make lock" \
    --no-emit-index-url --no-emit-find-links --output-file "$file" $upgrade "$@"
}
upgrade=${1:-}
lock requirements.txt pyproject.toml
lock requirements-local.txt pyproject.toml --group local -c requirements.txt
lock requirements-dev.txt pyproject.toml --group dev -c requirements-local.txt
lock requirements-tools.txt --group tools
