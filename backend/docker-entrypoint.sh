#!/bin/sh
# Run one API process per core that the container can use, unless WEB_CONCURRENCY is set.
set -eu
export WEB_CONCURRENCY="${WEB_CONCURRENCY:-$(nproc)}"
exec "$@"
