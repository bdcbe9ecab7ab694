#!/bin/sh
# Run one API process per core that the container can use, unless WEB_CONCURRENCY is set.
set -eu
export WEB_CONCURRENCY="${WEB_CONCURRENCY:-$(nproc)}"
case $WEB_CONCURRENCY in
    *[!0-9]* | 0*)
        echo "WEB_CONCURRENCY is not the number of processes. Write it like 4, or leave it empty." >&2
        exit 1
        ;;
esac
exec "$@"
