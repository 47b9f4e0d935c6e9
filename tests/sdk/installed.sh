#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# What is installed works where it was put, and where it is moved to afterwards: a plug-in is built there by
# pkg-config and by CMake and found by its name; man finds the pages; plug-ins and examples are those of
# the build tree.
#
#   installed.sh BUILD_FOLDER
set -eu
build=$(cd "$1" && pwd)
folder=$(mktemp -d "${TMPDIR:-/tmp}/mpcf-installed-XXXXXX")
trap 'rm -rf "$folder"' EXIT
unset MPCF_PLUGIN_PATH PKG_CONFIG_PATH CMAKE_PREFIX_PATH
cmake --install "$build" --prefix "$folder/first" >"$folder/install.log"
mv "$folder/first" "$folder/moved"
prefix=$folder/moved
host=$prefix/bin/mpcf-host

# Nothing installed names the folder that it was installed into, or one it is not in.
if grep -rlF "$folder/first" "$prefix"; then
    echo "these name the folder of the installation"
    exit 1
fi

# The same plug-ins as in the build tree, and of this folder alone.
"$host" plugin list >"$folder/here"
"$build/bin/mpcf-host" plugin list >"$folder/there"
diff "$folder/here" "$folder/there"
for name in quad bert glue tcp; do
    "$host" plugin show "$name" | grep -qF "  $prefix/" || { echo "$name is another folder's"; exit 1; }
done

# pkg-config.
cd "$folder"
"$host" plugin new approx by_pkg >/dev/null
PKG_CONFIG_PATH=$(dirname "$(find "$prefix" -name mpcf.pc)")
export PKG_CONFIG_PATH
plugins=$(pkg-config --variable=plugindir mpcf)
[ -f "$plugins/mpcf-quad.so" ] || { echo "plugindir is '$plugins'"; exit 1; }
# shellcheck disable=SC2046
cc -std=c11 -fPIC -shared -fvisibility=hidden -Wl,-z,defs -Wl,-z,now -o "$plugins/mpcf-by_pkg.so" \
    by_pkg/by_pkg.c $(pkg-config --cflags --libs mpcf)
"$host" plugin check by_pkg >"$folder/check" || { cat "$folder/check"; exit 1; }

# CMake.
"$host" plugin new approx by_cmake >/dev/null
cmake -S by_cmake -B by_cmake/build -G Ninja -DCMAKE_PREFIX_PATH="$prefix" >"$folder/log"
cmake --build by_cmake/build >>"$folder/log" || { cat "$folder/log"; exit 1; }
cmake --install by_cmake/build >>"$folder/log"
[ -f "$plugins/mpcf-by_cmake.so" ] || { echo "the plug-in was installed elsewhere"; cat "$folder/log"; exit 1; }
"$host" plugin check by_cmake >"$folder/check" || { cat "$folder/check"; exit 1; }
"$host" plugin check by_cmake/build/mpcf-by_cmake.so >"$folder/check" || { cat "$folder/check"; exit 1; }

# Moved once more, with the plug-in's build folder as it was.
mv "$prefix" "$folder/again"
prefix=$folder/again
host=$prefix/bin/mpcf-host
cmake -S by_cmake -B by_cmake/build -DCMAKE_PREFIX_PATH="$prefix" >"$folder/log"
cmake --build by_cmake/build >>"$folder/log" || { cat "$folder/log"; exit 1; }
cmake --install by_cmake/build >>"$folder/log"
[ ! -e "$folder/moved" ] || { echo "the plug-in was installed into the folder of before"; exit 1; }
"$host" plugin check by_cmake >"$folder/check" || { cat "$folder/check"; exit 1; }

# Pages, where man looks for them beside a program that is in PATH.
for page in mpcf-host.1 mpcf-plugin.3; do
    [ -s "$prefix/share/man/man${page##*.}/$page" ] || { echo "no $page"; exit 1; }
done

# Examples work from where they are, in the folder in which the command is given; no copy is needed.
examples=$prefix/share/mpcf/examples
mkdir work
cd work
"$host" example runs/example --rows 40 >/dev/null
"$host" "$examples/quickstart.yaml" --check >"$folder/check" 2>&1 || { cat "$folder/check"; exit 1; }
grep -q "^output  .*/work/runs/quickstart$" "$folder/check" || { cat "$folder/check"; exit 1; }
[ ! -e "$prefix/share/mpcf/runs" ]

# Programs of the user's role: built by pkg-config, they ask roles that this prefix's program plays.
PKG_CONFIG_PATH=$(dirname "$(find "$prefix" -name mpcf-client.pc)")
export PKG_CONFIG_PATH
# shellcheck disable=SC2046
cc -std=c11 -Wall -Wextra -Werror -o client "$examples/client.c" \
    $(pkg-config --cflags --libs mpcf-client) -Wl,-rpath,"$(pkg-config --variable=libdir mpcf)"
ldd ./client | grep -qF "$prefix/" || { echo "the client takes another library"; ldd ./client; exit 1; }
cat >client.yaml <<END
version: 1
output: run
model: {path: runs/example/model}
dataset: {reader: glue, task: SST-2, path: runs/example/data, max_length: 16}
approximations: {activation: quad, normaliser: 2quad}
transport: loopback
parties: {provider: {listen: "@mpcf-installed-$$-p"}, dealer: {listen: "@mpcf-installed-$$-d"}}
stages: {convert: {}, infer: {}}
END
export MPCF_LOG=warn
"$host" client.yaml --stage convert --quiet
"$host" predict client.yaml --plain "good film" "bad story" | cut -f 1 >expected
# ask COMMAND...: a secure question of each text.
ask() {
    "$host" predict client.yaml --role provider --quiet &
    provider=$!
    "$host" predict client.yaml --role dealer --quiet &
    dealer=$!
    "$@" client.yaml "good film" "bad story" | cut -d ' ' -f 1 >got
    wait "$provider" "$dealer"
    diff expected got || { echo "other labels: $*"; exit 1; }
}
ask ./client
asked=C
if command -v python3 >/dev/null && python3 -c 'import ctypes' 2>/dev/null; then
    MPCF_LIBRARY="$(pkg-config --variable=libdir mpcf)/libmpcf.so.0" ask python3 "$examples/client.py"
    asked="C and ctypes"
    ! python3 "$examples/client.py" 2>usage || { echo "client.py takes no words"; exit 1; }
    grep -q '^usage: client.py' usage || { cat usage; exit 1; }
fi
! ./client 2>usage || { echo "client takes no words"; exit 1; }
grep -q '^usage: client' usage || { cat usage; exit 1; }
echo "installed client: $asked"
echo "installed: built, moved, found"
