# The guard of one server: sh -c <this> pgproof-guard LOCK HOME [MORE...]
# Waits for the end of its input, for whatever reason it comes, then stops what serves HOME/data and removes everything.
trap '' INT TERM HUP QUIT # Ctrl-C in a terminal is for the owner; blocked until here by who started this
read -r _

lock=$1
shift
data=$1/data

serving() { # pids of postgres and initdb, which are called with the data directory or have it in PGDATA
  if [ -d /proc/self ]; then
    grep -slF -f - /proc/[0-9]*/cmdline /proc/[0-9]*/environ <<END | cut -d/ -f3
$data
END
  else
    ps -axo pid=,command= | awk -v data="$data" 'index($0, data) && !/awk/ { print $1 }'
  fi
}

stop() { # immediately: nothing of it is wanted any more; an initdb ends by itself and takes its shared memory along
  read -r postmaster 2>/dev/null <"$data/postmaster.pid" || return
  for pid in $pids; do
    [ "$pid" != "$postmaster" ] || kill -s QUIT "$pid"
  done
}

finish() { # what will not end in time, with the segments that it cannot take along any more
  for pid in $pids; do
    segments="$segments $(sed -n 's|.* \(/dev/shm/PostgreSQL\.[0-9]*\)$|\1|p' "/proc/$pid/maps" | sort -u)"
    kill -s KILL "$pid"
  done
}

gone() {
  for directory in "$@"; do
    [ ! -e "$directory" ] || return 1
  done
}

tries=0
segments=
while [ "$tries" -lt 90 ]; do
  tries=$((tries + 1))
  pids=$(serving)
  if [ -n "$pids" ]; then
    if [ "$tries" -lt 30 ]; then stop; else finish; fi
    sleep 0.05
    continue
  fi
  memory=$(sed -n 7p "$data/postmaster.pid") # there only if the server was killed: key and id of its segment
  [ -z "$memory" ] || ipcrm -m "${memory##* }"
  rm -rf "$@"
  ! gone "$@" || break # an initdb cut short may still write
  sleep 0.05
done
rm -rf "$@" # whatever would not end: PostgreSQL ends by itself once its files are gone
# shellcheck disable=SC2086 # one word a segment
rm -f "$lock" $segments
