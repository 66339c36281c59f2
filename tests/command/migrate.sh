#!/bin/sh
# migrate.sh up|up-one|down URL DIRECTORY [VERSION]: a small migration tool, as teams write them around psql.
set -eu
act=$1 url=$2 folder=$3
q() { PGOPTIONS="-c client_min_messages=warning" psql -X -q -v ON_ERROR_STOP=1 -d "$url" "$@"; }
one() {
    mode=-1
    if head -n 1 "$1" | grep -q '^-- pgproof: no-transaction'; then mode=; fi
    q $mode -f "$1" -c "$2"
}
add() {
    one "$folder/$1.up.sql" \
        "INSERT INTO public.seaql_migrations VALUES ('$1', floor(extract(epoch FROM clock_timestamp())))"
}
q -c "CREATE TABLE IF NOT EXISTS public.seaql_migrations (version varchar PRIMARY KEY, applied_at bigint NOT NULL)"
case $act in
up)
    for file in "$folder"/*.up.sql; do
        version=$(basename "$file" .up.sql)
        known=$(q -At -c "SELECT 1 FROM public.seaql_migrations WHERE version = '$version'")
        [ -n "$known" ] || add "$version"
    done
    ;;
up-one) add "$4" ;;
down) one "$folder/$4.down.sql" "DELETE FROM public.seaql_migrations WHERE version = '$4'" ;;
list) basename -a "$folder"/*.up.sql | sed 's/\.up\.sql$//' ;;
esac
