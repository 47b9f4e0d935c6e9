#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# adding_a_step.sh BUILD: the step of docs/adding-a-step.md, taken from the page, in a copy of the
# tree: one new file and one line, which build, and hold before the test of prices as they stand.
set -eu
build=$(cd "$1" && pwd)
source=$(cd "$(dirname "$0")/../.." && pwd)
copy=$(mktemp -d)
trap 'rm -rf "$copy"' EXIT

cd "$source"
{ git ls-files -co --exclude-standard 2>/dev/null || find . -path ./build -prune -o -type f -print; } |
    while read -r file; do [ -f "$file" ] && echo "$file"; done |
    tar cf - -T - | tar xf - -C "$copy"

cd "$copy"
git init -q . && git add -A && git -c user.name=test -c user.email=test@localhost commit -qm before
page=$source/docs/adding-a-step.md
# The first block of C is the file, the second the line.
awk '/^```c$/ { block++; next } /^```$/ { inside = 0; if (block) ended = block; next }
     block == 1 && ended < 1' "$page" >core/protocol/cube.c
line=$(awk '/^```c$/ { block++; next } /^```$/ { if (block) ended = block; next }
            block == 2 && ended < 2' "$page")
last=$(grep -n '^    X(REVEAL, reveal)$' core/program/program.h | cut -d: -f1)
awk -v at="$last" -v line="$line" 'NR == at { sub(/ \\$/, "", line); print line " \\" } { print }' \
    core/program/program.h >program.h
mv program.h core/program/program.h
git add -A
git diff --cached --stat
[ "$(git diff --cached --numstat | awk '{ print $1 "-" $2 }' | tr '\n' ' ' | wc -w)" -eq 2 ]
git diff --cached --numstat | grep -q "^1	0	core/program/program.h$"
git diff --cached --numstat | grep -q "	0	core/protocol/cube.c$"

cmake -S . -B build -G Ninja -DCMAKE_BUILD_TYPE=Debug -DMPCF_WERROR=ON \
    -DCMAKE_C_FLAGS="-O1 -g0" >configure.log || { cat configure.log; exit 1; }
cmake --build build --target core-protocol-test_price >build.log 2>&1 || { tail -n 40 build.log; exit 1; }
# The plug-ins' library is where they are: the copy has none.
LD_LIBRARY_PATH=$build/lib MPCF_PLUGIN_PATH=$(ls -d "$build"/plugins-*) build/tests/core-protocol-test_price cube
