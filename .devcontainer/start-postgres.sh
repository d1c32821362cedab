#!/bin/sh
# Runs PostgreSQL in the foreground; makes its data, with the user and database `millrace`, the first time.
set -eu
bin=/usr/lib/postgresql/15/bin
data=/var/lib/postgresql/data
if [ ! -s "$data/PG_VERSION" ]; then
  file=$(mktemp)
  trap 'rm -f "$file"' EXIT
  printf '%s' "$PGPASSWORD" >"$file"
  "$bin/initdb" --pgdata "$data" --username millrace --pwfile "$file" --auth scram-sha-256 --encoding UTF8 --locale C.UTF-8
  rm -f "$file"
  trap - EXIT
  "$bin/pg_ctl" --pgdata "$data" --wait --options "-c listen_addresses= -k /tmp" start
  "$bin/createdb" --host /tmp --username millrace millrace
  "$bin/pg_ctl" --pgdata "$data" --wait stop
  echo "host all all all scram-sha-256" >>"$data/pg_hba.conf"
fi
exec "$bin/postgres" -D "$data" -c listen_addresses='*' -k /tmp
