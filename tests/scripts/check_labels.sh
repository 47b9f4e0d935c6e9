#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# check_labels BUILD: the labels of ctest, those that CONTRIBUTING.md explains and those that
# CMakePresets.json picks by are the same.
set -eu
build=$1
cd "$(dirname "$0")/../.."
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
failed=0

ctest --test-dir "$build" --print-labels | sed -n 's/^  //p' | sort >"$folder/ctest"
sed -n '/^| label | tests |$/,/^$/s/^| \(`[^|]*\) |.*/\1/p' CONTRIBUTING.md | tr -d '` ' | tr , '\n' |
    sort >"$folder/explained"
sed -n 's/.*"label": "\([^"]*\)".*/\1/p' CMakePresets.json | tr '|' '\n' | sort -u >"$folder/picked"

if ! diff "$folder/explained" "$folder/ctest"; then
    echo "not ok - CONTRIBUTING.md explains (<) other labels than ctest has (>)"
    failed=1
fi
for label in $(comm -23 "$folder/picked" "$folder/ctest"); do
    echo "not ok - CMakePresets.json picks by $label, which no test has"
    failed=1
done
[ -s "$folder/ctest" ] && [ -s "$folder/picked" ] || { echo "not ok - found no labels"; failed=1; }
[ "$failed" -eq 0 ] && echo "ok - $(wc -l <"$folder/ctest") labels"
exit "$failed"
