#!/bin/sh
# Writes what the dashboard reads at run time, so that one image serves every environment, and becomes Nginx.
set -eu

# A JavaScript string; `<` is left out, too, so that no reader can take it for the end of a script element.
name=$(printf %s "${PROJECT_NAME:-}" | tr -d '\000-\037\177' | sed 's/\\/\\\\/g; s/"/\\"/g; s/</\\u003c/g')
printf 'window.APP_CONFIG = {"projectName": "%s"};\n' "$name" > /tmp/config.js

exec nginx -e stderr -g "daemon off;"
