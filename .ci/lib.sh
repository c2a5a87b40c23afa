# shellcheck shell=bash
# What the scripts of this folder share. Sourced, never run: it leaves the caller at the top of the
# checkout, without standard input, and with a cargo that prints no progress bars.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
exec </dev/null

export CARGO_TERM_PROGRESS_WHEN=never
if [ -n "${CI:-}" ]; then
    export CARGO_TERM_COLOR=never
fi
# Golden text is compared here, never rewritten.
export INSTA_UPDATE=no

fail() {
    echo "error: $*" >&2
    exit 1
}

# need COMMAND PACKAGE: installs the Debian package if the command is missing.
need() {
    command -v "$1" >/dev/null && return
    command -v apt-get >/dev/null || fail "$1 is missing: install it"
    echo "installing $2"
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -qq >/dev/null
    apt-get install -y -qq --no-install-recommends "$2" >/dev/null || fail "cannot install $2"
}

# scratch: a new empty folder in $scratch, removed when the script ends.
scratch() {
    scratch=$(mktemp -d)
    trap 'rm -rf "$scratch"' EXIT
}

# crates PACKAGE EDGES [OPTION...]: the crates in the package's tree, itself included, one a line.
crates() {
    local package=$1 edges=$2
    shift 2
    cargo tree --locked -e "$edges" -p "$package" --prefix none "$@" | sed 's/ (\*)//' | sort -u
}
