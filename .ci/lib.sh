# shellcheck shell=bash
# What the scripts of this folder share. Sourced, never run: it leaves the caller at the top of the
# checkout, without standard input, and with a cargo that prints no progress bars.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
exec </dev/null

export CARGO_TERM_PROGRESS_WHEN=never
if [ -n "${CI:-}" ]; then
    export CARGO_TERM_COLOR=never
    # A clone that is built once has no use for what makes the next build short, and it is half of the disk.
    export CARGO_INCREMENTAL=0
fi
# Golden text is compared here, never rewritten.
export INSTA_UPDATE=no

fail() {
    echo "error: $*" >&2
    exit 1
}

# need COMMAND PACKAGE: installs the Debian package if the command is missing.
need() {
    command -v "$1" >/dev/null || install_package "$2" "$1"
}

# install_package PACKAGE WHAT: installs it, because that is missing.
install_package() {
    command -v apt-get >/dev/null || fail "$2 is missing: install $1"
    echo "installing $1"
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -qq >/dev/null
    apt-get install -y -qq --no-install-recommends "$1" >/dev/null || fail "cannot install $1"
}

# room GIB: fails at once where that much of the disk is not free, rather than in the middle of something.
room() {
    local free
    free=$(df -Pk . | awk 'NR == 2 { print int($4 / 1048576) }')
    echo "$free GiB of the disk are free"
    [ "$free" -ge "$1" ] || fail "at least $1 GiB have to be free"
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
