# Sourced by start and test. Sets $root and $python: the interpreter of backend/.venv, brought up to date first.

UV_VERSION=0.13.8
root=$(CDPATH= cd -- "$(dirname -- "$0")/.." && pwd -P)
venv="$root/backend/.venv"
tools="$root/.local/tools/uv"

export UV_PYTHON_DOWNLOADS=never UV_PROJECT_ENVIRONMENT="$venv"
# Without compiled modules every start would pay 2 seconds again; they stay in git-ignored folders.
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
    die "Python 3.11 or newer is needed, and none was found on PATH."
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
        die "$base can neither make virtual environments nor run pip. On Debian or Ubuntu: apt-get install python3-venv. Or put uv on PATH."
    fi
    die "uv could not be installed from PyPI; the lines above say why."
}

# Whether the machine has a Node of its own, not counting the one that we put on PATH for npm's scripts.
has_node() {
    case "$(command -v node)" in "" | "$root/.local/"*) return 1 ;; esac
    command -v npm >/dev/null 2>&1 &&
        node -e 'const [a, b] = process.versions.node.split("."); process.exit(a > 22 || (a == 22 && b >= 18) ? 0 : 1)' >/dev/null 2>&1
}

# Brings backend/.venv up to date with backend/uv.lock; when it already is, that costs 0.1 s.
bootstrap() {
    cd "$root" || exit 1
    export PYTHONPATH="$root:$root/backend"
    case " $* " in
    *" --help "* | *" -h "*) # answered without installing anything
        python=$(find_python) || exit 1
        return
        ;;
    esac
    uv=$(find_uv) || exit 1
    export UV="$uv" # as `uv run` does, for a check that runs a tool of a dependency group of its own
    if ! is_new_enough "$venv/bin/python"; then
        UV_PYTHON=$(find_python) || exit 1
        export UV_PYTHON
    fi
    groups="--group dev"
    has_node || groups="$groups --group node"
    # shellcheck disable=SC2086 # words on purpose
    if ! "$uv" sync --project backend --quiet --locked --check $groups 2>/dev/null; then
        say "Installing Python packages (backend/uv.lock)"
        "$uv" sync --project backend --quiet --locked $groups || die "uv could not install the packages of backend/uv.lock."
    fi
    python="$venv/bin/python"
}
