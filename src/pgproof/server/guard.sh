# The guard of one server: sh -c <this> pgproof-guard LOCK HOME [MORE...]
# Waits for the end of its input, for whatever reason it comes, then stops what serves HOME/data and removes everything.
trap '' INT TERM HUP # Ctrl-C in a terminal is for the owner
read -r _

lock=$1
shift
data=$1/data

serving() { # pids of the processes whose command line names the data directory: postgres, initdb
  if [ -d /proc/self ]; then
    grep -slF -f - /proc/[0-9]*/cmdline <<END | cut -d/ -f3
$data
END
  else
    ps -axo pid=,command= | awk -v data="$data" 'index($0, data) && !/awk/ { print $1 }'
  fi
}

gone() {
  for directory in "$@"; do
    [ ! -e "$directory" ] || return 1
  done
}

tries=0
while [ "$tries" -lt 100 ]; do
  tries=$((tries + 1))
  pids=$(serving)
  if [ -n "$pids" ]; then
    signal=QUIT # immediate: nothing of it is wanted any more
    [ "$tries" -le 30 ] || signal=KILL
    # shellcheck disable=SC2086 # one word a process
    [ $((tries % 10)) -ne 1 ] || kill -s "$signal" $pids
    sleep 0.05
    continue
  fi
  rm -rf "$@"
  ! gone "$@" || break # an initdb cut short may still write
  sleep 0.05
done
rm -rf "$@" # whatever would not end: PostgreSQL ends by itself once its files are gone
rm -f "$lock"
