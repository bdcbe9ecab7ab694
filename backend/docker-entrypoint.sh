#!/bin/sh
# Starts one API process per core available to the container, unless WEB_CONCURRENCY sets the number.
set -eu
export WEB_CONCURRENCY="${WEB_CONCURRENCY:-$(nproc)}"
exec "$@"
