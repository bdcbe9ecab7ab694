#!/bin/sh
# One process of the API for each core that the container may use, unless WEB_CONCURRENCY says how many.
set -eu
export WEB_CONCURRENCY="${WEB_CONCURRENCY:-$(nproc)}"
exec "$@"
