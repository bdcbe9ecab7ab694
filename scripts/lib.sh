# Sourced by the other files. Sets $root, and $python to the interpreter of backend/.venv after updating it.

UV_VERSION=0.13.8
root=$(CDPATH= cd -- "$(dirname -- "$0")/.." && pwd -P)
venv="$root/backend/.venv"
tools="$root/.local/tools/uv"

export UV_PYTHON_DOWNLOADS=never UV_PROJECT_ENVIRONMENT="$venv"
# Keep compiled modules: without them every start takes 2 s longer. Git ignores their folders.
unset VIRTUAL_ENV PYTHONDONTWRITEBYTECODE

say() { printf '%s\n' "$*"; }
die() { printf 'error: %s\n' "$*" >&2; exit 1; }

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

install_uv() {
    base=$(find_python) || exit 1
    say "Installing uv $UV_VERSION into .local/tools"
    rm -rf "$tools"
    mkdir -p "$root/.local"
    if "$base" -c 'import ensurepip, venv' 2>/dev/null; then
        "$base" -m venv "$tools" && "$tools/bin/python" -m pip install --quiet --disable-pip-version-check "uv==$UV_VERSION" && return
    elif "$base" -c 'import pip' 2>/dev/null; then
        "$base" -m pip install --quiet --disable-pip-version-check --target "$tools" "uv==$UV_VERSION" && return
    else
        die "$base can neither create virtual environments nor run pip. Run apt-get install python3-venv (Debian, Ubuntu), or put uv on PATH."
    fi
    die "uv could not be installed from PyPI; see the output above. You can also put uv on PATH yourself."
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
    if ! "$uv" sync --project backend --quiet --locked --check $groups 2>/dev/null; then
        say "Installing Python packages (backend/uv.lock)"
        "$uv" sync --project backend --quiet --locked $groups || die "uv could not install the packages of backend/uv.lock; see the output above."
    fi
    python="$venv/bin/python"
}
