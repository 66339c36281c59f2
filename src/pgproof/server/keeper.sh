# The keeper of one server that a run has left: sh -c <this> pgproof-keeper NOTE SECONDS
# Holds the server's life sign and its guard's input, which it was given, until the note is gone or the time is over.
trap '' INT HUP

left=$2
while [ -e "$1" ] && [ "$left" -gt 0 ]; do
  sleep 1
  left=$((left - 1))
done
