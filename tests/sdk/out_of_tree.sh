#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# What a third party does: installs mpcf, makes a plug-in of each kind from its template in an
# empty folder, builds it against the installed SDK alone, checks it, installs it.
#
#   out_of_tree.sh BUILD_FOLDER
set -eu
build=$1
folder=$(mktemp -d "${TMPDIR:-/tmp}/mpcf-sdk-XXXXXX")
trap 'rm -rf "$folder"' EXIT
unset MPCF_PLUGIN_PATH
prefix=$folder/installed
cmake --install "$build" --prefix "$prefix" >"$folder/install.log"
host=$prefix/bin/mpcf-host
"$host" --version
"$host" plugin list >"$folder/list"
if grep -q "not loaded" "$folder/list"; then
    cat "$folder/list"
    exit 1
fi

"$(dirname "$0")/headers.sh" "$prefix/include"

for kind in approx transport model dataset; do
    name=third_$kind
    (cd "$folder" && "$host" plugin new "$kind" "$name") >/dev/null
    cmake -S "$folder/$name" -B "$folder/$name/build" -G Ninja -DCMAKE_PREFIX_PATH="$prefix" \
        -DCMAKE_C_FLAGS="-Wall -Wextra -Wpedantic -Werror" >"$folder/$name.log"
    cmake --build "$folder/$name/build" >>"$folder/$name.log" || { cat "$folder/$name.log"; exit 1; }
    lines=$(cat "$folder/$name"/*.c "$folder/$name/CMakeLists.txt" | wc -l)
    echo "$name: $lines lines"
    if [ "$kind" = approx ] && [ "$lines" -ge 60 ]; then
        echo "an approximation takes $lines lines, it should take fewer than 60"
        exit 1
    fi
    exported=$(nm -D --defined-only "$folder/$name/build/mpcf-$name.so" | awk '{print $3}')
    [ "$exported" = mpcf_plugin ] || { echo "exports: $exported"; exit 1; }
    "$host" plugin check "$folder/$name/build/mpcf-$name.so"
done

# What docs/writing-an-approximation.md shows of its example is what `plugin new` writes, line by line;
# the formula of its normaliser takes that plug-in's place and passes the check of its slot.
guide=$(dirname "$0")/../../docs/writing-an-approximation.md
# block N: the guide's Nth block of C.
block() {
    awk -v n="$1" '/^```c$/ { k++; inside = 1; next } /^```$/ { inside = 0 } inside && k == n' "$guide"
}
(cd "$folder" && "$host" plugin new approx quadratic) >/dev/null
for number in 1 2 3; do
    block "$number" >"$folder/block"
    [ -s "$folder/block" ]
    grep -v '^$' "$folder/block" | while IFS= read -r line; do
        grep -qxF "$line" "$folder/quadratic/quadratic.c" ||
            { echo "the guide shows a line that 'plugin new' does not write: $line"; exit 1; }
    done
done
# formula NUMBER NAME SLOT: the guide's block in place of the template's build(), in that slot.
formula() {
    block "$1" >"$folder/block"
    grep -q '^static mpcf_node \*build' "$folder/block"
    (cd "$folder" && "$host" plugin new approx "$2") >/dev/null
    awk -v block="$folder/block" '
        /^static mpcf_node \*build/ { while ((getline line < block) > 0) print line; skip = 1 }
        !skip { print }
        /^}/ { skip = 0 }' "$folder/$2/$2.c" | sed "s/MPCF_SLOT_ACTIVATION/$3/" >"$folder/$2/changed"
    mv "$folder/$2/changed" "$folder/$2/$2.c"
}
formula 4 power4 MPCF_SLOT_NORMALISER
formula 5 power5 "MPCF_SLOT_NORMALISER, .flags = MPCF_APPROX_ANY_ROW_SUM"
formula 6 fitted_gelu MPCF_SLOT_ACTIVATION
formula 7 own_norm MPCF_SLOT_LAYER_NORM
formula 8 own_l2q MPCF_SLOT_NORMALISER
for name in quadratic power4 power5 fitted_gelu own_norm own_l2q; do
    cmake -S "$folder/$name" -B "$folder/$name/build" -G Ninja -DCMAKE_PREFIX_PATH="$prefix" \
        >"$folder/$name.log"
    cmake --build "$folder/$name/build" >>"$folder/$name.log" || { cat "$folder/$name.log"; exit 1; }
    "$host" plugin check "$folder/$name/build/mpcf-$name.so" >"$folder/$name.log" ||
        { cat "$folder/$name.log"; exit 1; }
done

# find_package() takes the numbers that the loader takes.
number() {
    sed -n "s/^#define MPCF_ABI_$1  *//p" "$prefix/include/mpcf/plugin.h"
}
major=$(number MAJOR)
# asks VERSION: whether a project that asks for it is configured.
asks() {
    rm -rf "$folder/asks"
    mkdir "$folder/asks"
    printf 'cmake_minimum_required(VERSION 3.25)\nproject(asks LANGUAGES C)\nfind_package(mpcf %s REQUIRED)\n' \
        "$1" >"$folder/asks/CMakeLists.txt"
    cmake -S "$folder/asks" -B "$folder/asks/build" -G Ninja -DCMAKE_PREFIX_PATH="$prefix" >/dev/null 2>&1
}
asks ""
asks "$major.$(number MINOR)"
asks "$major.$(number MINOR_OLDEST)"
for version in "$major.$(($(number MINOR) + 1))" "$((major + 1)).0"; do
    ! asks "$version" || { echo "find_package(mpcf $version) was met"; exit 1; }
done
if [ "$(number MINOR_OLDEST)" -gt 0 ]; then
    ! asks "$major.$(($(number MINOR_OLDEST) - 1))" || { echo "find_package() took a broken ABI"; exit 1; }
fi

# A pipeline takes the approximation by its path: it trains, is priced, and runs securely.
"$host" example "$folder/example" --rows 64
cat >"$folder/third.yaml" <<END
version: 1
output: out
model: {family: bert, path: example/model}
dataset: {reader: glue, task: SST-2, path: example/data, max_length: 16}
plugins: [third_approx/build/mpcf-third_approx.so]
approximations: {activation: {name: third_approx, options: {c: 0.25}}, normaliser: 2quad}
stages:
  finetune: {epochs: 1, learning_rate: 1e-3}
  convert: {}
  distill: {layers: {epochs: 1}, prediction: {epochs: 1}}
  infer: {examples: 4, length: full}
END
"$host" "$folder/third.yaml" --quiet
grep -q '"disagreement_margin"' "$folder/out/report.json"
awk -F '[:,]' '/"max_logit_error"/ && $2 > 0.02 { bad = 1 } /"disagreement_margin"/ && $2 > 0.04 { bad = 1 }
    END { exit bad }' "$folder/out/report.json"
"$host" cost "$folder/third.yaml"

# init asks the reader of a third party, and names it in what it writes.
mkdir "$folder/lines"
for split in train dev; do
    awk -F '\t' 'NR > 1 { print $2 "\t" $1 }' "$folder/example/data/$split.tsv" >"$folder/lines/$split.tsv"
done
(cd "$folder" && "$host" init example/model lines lines.yaml --plugin-dir third_dataset/build)
grep -q '^plugins: \[third_dataset/build/mpcf-third_dataset.so\]$' "$folder/lines.yaml"
grep -q '^  reader: third_dataset ' "$folder/lines.yaml"
"$host" "$folder/lines.yaml" --check

# Installed, it is found by its name.
cmake --install "$folder/third_approx/build" >/dev/null
"$host" plugin show third_approx >/dev/null

# The same with pkg-config and no CMake.
PKG_CONFIG_PATH=$(dirname "$(find "$prefix" -name mpcf.pc)")
export PKG_CONFIG_PATH
# shellcheck disable=SC2046
cc -std=c11 -fPIC -shared -fvisibility=hidden -Wl,-z,defs -Wl,-z,now -o "$folder/mpcf-third_approx.so" \
    "$folder/third_approx/third_approx.c" \
    $(pkg-config --cflags --libs mpcf)
rm "$(pkg-config --variable=plugindir mpcf)/mpcf-third_approx.so"
"$host" plugin check "$folder/mpcf-third_approx.so" >/dev/null
echo "out of tree: all done"
