#!/bin/sh
# Installs DuckDB's extensions, signed by DuckDB, of one version of the engine: install-extensions.sh VERSION NAME...
set -eu
version=$1
shift
mkdir -p /opt/duckdb-extensions
[ $# -gt 0 ] || exit 0
apt-get update
apt-get install -y --no-install-recommends ca-certificates python3 python3-venv
rm -rf /var/lib/apt/lists/*
python3 -m venv /opt/pip
for name in "$@"; do
  /opt/pip/bin/pip install --no-cache-dir --disable-pip-version-check --no-deps \
    --target /opt/duckdb-extensions "duckdb-extension-$name==$version"
done
