#!/bin/sh
# Writes the dashboard's run-time settings, so that one image serves every environment. Stores the assets for later
# releases. Runs Nginx, and on a signal keeps it serving until the proxy has noticed the shutdown.
set -eu

# Escape for a JavaScript string. Escaping `<` as well prevents `</script>` from ending a script element.
name=$(printf %s "${PROJECT_NAME:-}" | tr -d '\000-\037\177' | sed 's/\\/\\\\/g; s/"/\\"/g; s/</\\u003c/g')
case $(printf %s "${USERS_OPEN_REGISTRATION:-true}" | tr '[:upper:]' '[:lower:]') in
    false | f | no | n | off | 0) closed=', "signUp": false' ;;
    *) closed='' ;;
esac
printf 'window.APP_CONFIG = {"projectName": "%s"%s};\n' "$name" "$closed" > /tmp/config.js

# A tab opened before a deployment requests the assets of its own release. While old and new containers serve
# concurrently, each receives requests for the other's assets. Renaming publishes each file atomically.
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

# Nginx stops listening immediately. Fail the readiness check first, so that the proxy moves to another container.
drain() {
    touch /tmp/draining
    sleep "${DRAIN_SECONDS:-0}"
    kill -QUIT "$nginx"
}

nginx -e stderr -g "daemon off;" &
nginx=$!
trap drain TERM QUIT INT
# A signal interrupts the first wait. The second one returns the exit status of Nginx.
wait "$nginx" || wait "$nginx"
