# SPDX-License-Identifier: Apache-2.0
# Sourced by the tests of scripts: a copy of the tree to plant mistakes in.
#   copy_tree PATHS...        a repository in $copy with the tracked files of these paths
#   sees SCRIPT TEXT WHAT     SCRIPT (and options) must fail in the copy and say TEXT
#   passes SCRIPT             ... must pass
#   unplant                   the copy as it was
source_dir=$(cd "$(dirname "$0")/../.." && pwd)
git -C "$source_dir" rev-parse --git-dir >/dev/null 2>&1 || {
    echo "skipped: $source_dir is no git checkout"
    exit 77
}
copy=$(mktemp -d)
trap 'rm -rf "$copy"' EXIT
failures=0

copy_tree() {
    (cd "$source_dir" && git ls-files -- "$@" | while read -r file; do
        [ ! -f "$file" ] || echo "$file"
    done | tar cf - -T -) | tar xf - -C "$copy"
    cd "$copy"
    git init -q .
    git add -A
    git -c user.name=test -c user.email=test@localhost commit -qm copy
}
passes() {
    if output=$($1 2>&1); then
        echo "ok - $1 passes"
    else
        printf 'not ok - %s fails on the tree as it is:\n%s\n' "$1" "$output"
        failures=$((failures + 1))
    fi
}
sees() {
    git add -A
    if output=$($1 2>&1); then
        printf 'not ok - %s: %s passes\n' "$3" "$1"
        failures=$((failures + 1))
    elif ! printf '%s\n' "$output" | grep -qF -- "$2"; then
        printf 'not ok - %s: expected "%s", found:\n%s\n' "$3" "$2" "$output"
        failures=$((failures + 1))
    else
        echo "ok - $3"
    fi
    unplant
}
unplant() {
    git reset -q --hard
    git clean -qfd
}
