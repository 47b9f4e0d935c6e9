#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# scripts/check-abi: what it lets pass, and that each kind of change fails it until the number says
# so. Changes are made in copies of the headers and of the reference.
#
#   abi.sh BUILD_FOLDER
set -eu
build=$1
top=$(cd "$(dirname "$0")/../.." && pwd)
command -v abidiff >/dev/null || { echo "abigail-tools are not installed"; exit 77; }
folder=$(mktemp -d "${TMPDIR:-/tmp}/mpcf-abi-test-XXXXXX")
trap 'rm -rf "$folder"' EXIT
cases=0

# set_number MAJOR MINOR OLDEST: in the copy of the headers.
set_number() {
    sed -i -e "s/^\(#define MPCF_ABI_MAJOR  *\).*/\1$1/" -e "s/^\(#define MPCF_ABI_MINOR  *\).*/\1$2/" \
        -e "s/^\(#define MPCF_ABI_MINOR_OLDEST  *\).*/\1$3/" "$folder/include/mpcf/plugin.h"
}
# The reference is the tree's own ABI under the number 0.5.
fresh() {
    rm -rf "$folder/include" "$folder/abi"
    cp -r "$top/plugin-sdk/include" "$folder/include"
    set_number 0 5 1
    check --write >/dev/null
}
check() {
    "$top/scripts/check-abi" "$build" --include "$folder/include" --reference "$folder/abi" "$@"
}
change() {
    cp "$folder/include/mpcf/$1" "$folder/before"
    sed -i "$2" "$folder/include/mpcf/$1"
    if cmp -s "$folder/before" "$folder/include/mpcf/$1"; then
        echo "nothing was changed in $1 by $2"
        exit 1
    fi
}
passes() {
    cases=$((cases + 1))
    check >"$folder/log" || { cat "$folder/log"; echo "should pass: $1"; exit 1; }
}
# fails WHAT MESSAGE
fails() {
    cases=$((cases + 1))
    if check >"$folder/log" || ! grep -qF "$2" "$folder/log"; then
        cat "$folder/log"
        echo "should fail with '$2': $1"
        exit 1
    fi
}
# added WHAT: needs the next minor. broken WHAT: also that older ones are refused.
added() {
    fails "$1" "MPCF_ABI_MINOR must be above 5"
    set_number 0 6 1
    passes "$1, with the next minor"
}
broken() {
    fails "$1" "MPCF_ABI_MINOR and MPCF_ABI_MINOR_OLDEST must be above 5"
    set_number 0 6 1
    fails "$1, with older ones taken" "MPCF_ABI_MINOR and MPCF_ABI_MINOR_OLDEST must be above 5"
    set_number 0 6 6
    passes "$1, with older ones refused"
    set_number 1 0 0
    passes "$1, with the next major"
}

# The tree as it is: what raises the number renews the reference too, or additions that come later
# would pass under a number that is there already.
"$top/scripts/check-abi" "$build" | tee "$folder/log"
number=$(basename "$top"/plugin-sdk/abi/*.xml .xml)
grep -qx "check-abi: $number against $number: none" "$folder/log" || {
    echo "the reference is $number, and not the tree's ABI: scripts/check-abi BUILD --write"
    exit 1
}
fresh
passes "no change"
change graph.h 's|/\* x + c \*/|/* another comment */|'
passes "a comment"

fresh
change transport.h 's|^} mpcf_transport;|    int (*later)(void *conn);\n&|'
added "a field appended to a descriptor"
fresh
change approx.h 's|MPCF_SLOT_LAYER_NORM = 4 .*|MPCF_SLOT_LAYER_NORM = 4, MPCF_SLOT_GATE = 5|'
added "a value appended to an enum"
fresh
sed -i '/^mpcf_float_exp@/d' "$folder"/abi/*.names
added "a function added"

fresh
change transport.h 's|^    const char \*summary;|&\n    void *sooner;|'
broken "a field inserted"
fresh
change model.h 's|^    int32_t pair_separators;.*|&\n    int32_t into_the_padding;|'
broken "a field that its struct has room for already"
fresh
change dataset.h '/^    double label; /d'
broken "a field removed"
fresh
change model.h 's|^    int64_t pad_id;|    double pad_id;|'
broken "the type of a field"
fresh
change model.h 's|^    int64_t layers, hidden, |    int64_t hidden, layers, |'
broken "two fields exchanged"
fresh
change approx.h 's|MPCF_SLOT_TANH = 3,|MPCF_SLOT_TANH = 5,|'
broken "the value of an enum"
fresh
change transport.h 's|(1u << 2)|(1u << 4)|'
broken "the value of a constant"
fresh
change graph.h 's|mpcf_scale(mpcf_graph \*g, mpcf_node \*x, double c)|mpcf_scale(mpcf_graph *g, mpcf_node *x, float c)|'
broken "the type of a parameter"
fresh
change graph.h 's|mpcf_square(mpcf_graph \*g, mpcf_node \*x)|mpcf_square(mpcf_graph *g, mpcf_node *x, int how)|'
broken "a parameter added"
fresh
change float.h 's|MPCF_EXPORT void mpcf_float_exp|MPCF_EXPORT int mpcf_float_exp|'
broken "the type of a result"
fresh
change plugin.h 's|^    uint32_t flags; .*|    uint64_t flags;|'
broken "the constant of a plug-in"
fresh
echo "mpcf_zz_gone@@MPCF_0.1" >>"$folder/abi/0.5.names"
broken "a function removed"
fresh
sed -i 's/^mpcf_float_exp@.*/mpcf_float_exp@@MPCF_0.1/' "$folder"/abi/*.names
broken "a function moved to another version"

# The reference is not renewed under a number that it has already.
fresh
change transport.h 's|^} mpcf_transport;|    int (*later)(void *conn);\n&|'
if check --write >"$folder/log" || ! grep -qF "MPCF_ABI_MINOR must be above 5" "$folder/log"; then
    echo "the reference was renewed without a new number"
    exit 1
fi
set_number 0 6 1
check --write >"$folder/log"
passes "an addition, when the reference was renewed with its number"
[ "$(ls "$folder/abi")" = "$(printf '0.6.names\n0.6.xml')" ] || { ls "$folder/abi"; exit 1; }

fresh
set_number 0 5 6
fails "an oldest minor above the minor" "must not be above MPCF_ABI_MINOR"

# The plug-in of an older minor asks for nothing newer.
needed=$(nm -D --undefined-only --with-symbol-versions "$build/test-plugins/mpcf-older.so" |
    sed -n 's/.*@\(MPCF_.*\)/\1/p' | sort -u)
[ "$needed" = MPCF_0.1 ] || { echo "mpcf-older.so needs $needed"; exit 1; }
echo "abi: $cases cases"
