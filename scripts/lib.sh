# Sourced by the other files. Sets $root, and $python to the interpreter of backend/.venv after updating it.

UV_VERSION=0.13.8
root=$(CDPATH= cd -- "$(dirname -- "$0")/.." && pwd -P)
venv="$root/backend/.venv"
tools="$root/.local/tools/uv"

say() { printf '%s\n' "$*"; }
die() { printf 'error: %s\n' "$*" >&2; exit 1; }

# PATH cannot hold a colon, Vite builds no page in a folder with # ? ', and initdb runs a shell with the rest.
case "$root" in
*[:\#\?\'\"\\\$\`]* | *"
"*) die "Move this folder: its path $root has a line break or one of : # ? ' \" \\ \$ \`, which Vite or PostgreSQL cannot handle." ;;
esac

# Keep compiled modules: without them every start takes 2 s longer. Git ignores their folders.
unset VIRTUAL_ENV PYTHONDONTWRITEBYTECODE PYTHONHOME PYTHONOPTIMIZE

# Of the machine's settings for uv and pip, keep those that say from where and how to download. uv.lock says what.
for name in $(env | awk -F= '/^(UV|PIP)_[A-Z_]*=/ { print $1 }'); do
    case "$name" in
    UV_CACHE_DIR | UV_NO_CACHE | UV_HTTP_* | UV_REQUEST_* | UV_CONCURRENT_* | UV_OFFLINE | UV_LINK_MODE) ;;
    UV_NATIVE_TLS | UV_SYSTEM_CERTS | UV_INSECURE_HOST | UV_KEYRING_PROVIDER | UV_NO_PROGRESS) ;;
    PIP_INDEX_URL | PIP_EXTRA_INDEX_URL | PIP_FIND_LINKS | PIP_NO_INDEX | PIP_CONFIG_FILE | PIP_KEYRING_PROVIDER) ;;
    PIP_CERT | PIP_CLIENT_CERT | PIP_TRUSTED_HOST | PIP_PROXY | PIP_*TIMEOUT | PIP_RETRIES | PIP_*CACHE_DIR) ;;
    *) unset "$name" ;;
    esac
done
export UV_PYTHON_DOWNLOADS=never UV_PROJECT_ENVIRONMENT="$venv"

is_new_enough() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; }

find_python() {
    for name in python3 python3.14 python3.13 python3.12 python3.11 python; do
        candidate=$(command -v "$name" 2>/dev/null) || continue
        if is_new_enough "$candidate"; then
            "$candidate" -c 'import sys; print(sys.executable)'
            return
        fi
    done
    die "Python 3.11 or newer is not on PATH. Install it and try again."
}

find_uv() {
    if command -v uv >/dev/null 2>&1; then
        command -v uv
        return
    fi
    if ! "$tools/bin/uv" --version >/dev/null 2>&1; then
        install_uv >&2
    fi
    printf '%s\n' "$tools/bin/uv"
}

# In a folder of its own first: two scripts can install it at the same moment.
install_uv() {
    base=$(find_python) || exit 1
    say "Installing uv $UV_VERSION into .local/tools"
    (umask 077 && mkdir -p "$root/.local/tools")
    new="$tools.$$"
    if "$base" -c 'import ensurepip, venv' 2>/dev/null; then
        "$base" -m venv "$new" && pip_install "$new/bin/python"
    elif "$base" -c 'import pip' 2>/dev/null; then
        pip_install "$base" --target "$new"
    else
        die "$base can neither create virtual environments nor run pip. Run apt-get install python3-venv (Debian, Ubuntu), or put uv on PATH."
    fi || die "uv could not be installed from PyPI; see the output above. You can also put uv on PATH yourself."
    "$tools/bin/uv" --version >/dev/null 2>&1 || { rm -rf "$tools" && mv "$new" "$tools"; }
    rm -rf "$new"
}

pip_install() {
    pip=$1
    shift
    "$pip" -m pip install --quiet --disable-pip-version-check --no-user "$@" "uv==$UV_VERSION"
}

# Whether the machine has its own Node: the one in .local, which we put on PATH for npm scripts, does not count.
has_node() {
    case "$(command -v node)" in "" | "$root/.local/"*) return 1 ;; esac
    command -v npm >/dev/null 2>&1 &&
        node -e 'const [a, b] = process.versions.node.split("."); process.exit(a > 22 || (a == 22 && b >= 18) ? 0 : 1)' >/dev/null 2>&1
}

# Updates backend/.venv to match backend/uv.lock. Takes 0.1 s if there is nothing to do.
bootstrap() {
    cd "$root" || exit 1
    export PYTHONPATH="$root:$root/backend"
    case " $* " in
    *" --help "* | *" -h "*) # needs no packages
        python=$(find_python) || exit 1
        return
        ;;
    esac
    uv=$(find_uv) || exit 1
    export UV="$uv" # as `uv run` does, for checks whose tools are in a separate dependency group
    if ! is_new_enough "$venv/bin/python"; then
        UV_PYTHON=$(find_python) || exit 1
        export UV_PYTHON
    fi
    groups="--group dev"
    has_node || groups="$groups --group node"
    # shellcheck disable=SC2086 # split into words on purpose
    # Frozen: `./scripts/test lint` checks the lock file itself.
    if ! "$uv" sync --project backend --quiet --frozen --check $groups 2>/dev/null; then
        say "Installing Python packages (backend/uv.lock)"
        "$uv" sync --project backend --quiet --frozen $groups || die "uv could not install the packages of backend/uv.lock; see the output above."
    fi
    python="$venv/bin/python"
}
