#!/bin/sh
# Writes what the dashboard reads at run time, so that one image serves every environment, leaves its assets to later
# releases, and runs Nginx until the proxy has noticed that it ends.
set -eu

# A JavaScript string; `<` is left out, too, so that no reader can take it for the end of a script element.
name=$(printf %s "${PROJECT_NAME:-}" | tr -d '\000-\037\177' | sed 's/\\/\\\\/g; s/"/\\"/g; s/</\\u003c/g')
printf 'window.APP_CONFIG = {"projectName": "%s"};\n' "$name" > /tmp/config.js

# A tab that was opened before a deployment asks for the assets of its own release, and while old and new containers
# serve at once each is asked for the other's. Renaming shows a file whole or not at all.
released=${RELEASED_ASSETS:-/released/assets}
if [ -w "$released" ]; then
    incoming="$released/.$HOSTNAME"
    rm -rf "$incoming"
    cp -R "${ASSETS:-/usr/share/nginx/html/assets}" "$incoming"
    mv -f "$incoming"/* "$released"
    rmdir "$incoming"
    find "$released" -mindepth 1 -mtime "+${RELEASED_ASSETS_DAYS:-30}" -delete
    while [ "$(du -sk "$released" | cut -f 1)" -gt "${RELEASED_ASSETS_KIB:-204800}" ]; do
        rm -f "$released/$(ls -tr "$released" | head -n 1)"
    done
fi

# Nginx stops to listen at once. Before that the proxy has to hear that there is another container to ask.
drain() {
    touch /tmp/draining
    sleep "${DRAIN_SECONDS:-0}"
    kill -QUIT "$nginx"
}

nginx -e stderr -g "daemon off;" &
nginx=$!
trap drain TERM QUIT INT
# A signal ends the first wait, and the second one has the status of Nginx.
wait "$nginx" || wait "$nginx"
