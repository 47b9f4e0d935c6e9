#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# No program or library of ours looks for libraries in the current folder: in the build tree, where it
# is installed, and in plug-ins that others build with the SDK; and scripts/check-runpath, which looks
# at them, sees what is planted.
#
#   check_runpath.sh BUILD_FOLDER
set -eu
build=$1
check=$(cd "$(dirname "$0")/../.." && pwd)/scripts/check-runpath
folder=$(mktemp -d "${TMPDIR:-/tmp}/mpcf-runpath-test-XXXXXX")
trap 'rm -rf "$folder"' EXIT
unset MPCF_PLUGIN_PATH LD_LIBRARY_PATH LD_RUN_PATH

"$check" "$build"
prefix=$folder/installed
cmake --install "$build" --prefix "$prefix" >/dev/null
"$check" "$prefix"

# A stranger's plug-in: as it is, with folders of its own for the installed one, and with libraries of
# its own, one where no system looks. (What CMake will rewrite is padded to the longer of the two.)
mkdir "$folder/elsewhere"
echo 'int elsewhere(void) { return 1; }' >"$folder/elsewhere.c"
cc -shared -fPIC -o "$folder/elsewhere/libelsewhere.so" "$folder/elsewhere.c"
build_plugin() { # build_plugin NAME OPTION...
    name=$1
    shift
    cmake -S "$folder/$name" -B "$folder/$name/build" -G Ninja -DCMAKE_PREFIX_PATH="$prefix" "$@" \
        >"$folder/log"
    cmake --build "$folder/$name/build" >>"$folder/log" || { cat "$folder/log"; exit 1; }
    cmake --install "$folder/$name/build" >>"$folder/log"
    "$check" "$folder/$name/build/mpcf-$name.so"
    "$check" "$prefix"
    "$prefix/bin/mpcf-host" plugin show "$name" >/dev/null
}
for name in alone distant linked; do
    (cd "$folder" && "$prefix/bin/mpcf-host" plugin new approx $name) >/dev/null
done
sed -i "s|^\(mpcf_add_plugin(.*\))|\1 LIBRARIES $folder/elsewhere/libelsewhere.so)|" \
    "$folder/linked/CMakeLists.txt"
echo 'int elsewhere(void); __attribute__((used)) static int (*const use)(void) = elsewhere;' \
    >>"$folder/linked/linked.c"
build_plugin alone
build_plugin distant -DCMAKE_INSTALL_RPATH="/opt/a/folder/with/a/name/that/is/longer/than/the/one/of/the/build/tree"
build_plugin linked
LC_ALL=C readelf -d "$folder/linked/build/mpcf-linked.so" | grep -q "libelsewhere.so" ||
    { echo "the plug-in does not need its library"; exit 1; }
LC_ALL=C readelf -d "$folder/linked/build/mpcf-linked.so" | grep "RUNPATH" | grep -q "$folder/elsewhere" ||
    { echo "the plug-in does not find its library"; exit 1; }

# What the loader does: all plug-ins are loaded where the current folder has a library of each name.
mkdir "$folder/here"
cat >"$folder/planted.c" <<'END'
#include <stdio.h>
__attribute__((constructor)) static void planted(void) { fclose(fopen("planted", "w")); }
END
cc -shared -fPIC -o "$folder/planted.so" "$folder/planted.c"
find "$build"/lib* "$build"/plugins-* "$build/bin" -type f ! -name '*.[aocdh]' -exec readelf -d {} + 2>/dev/null |
    sed -n 's/.*Shared library: \[\(.*\)\]$/\1/p' | sort -u >"$folder/needed"
grep -q libyaml "$folder/needed"
while IFS= read -r library; do
    case $library in
    libc.* | ld-* | *san.*) ;; # nothing begins without
    *) cp "$folder/planted.so" "$folder/here/$library" ;;
    esac
done <"$folder/needed"
loads() { # loads HOST: from here
    (cd "$folder/here" && "$1" plugin list >"$folder/list" 2>&1) ||
        { cat "$folder/list"; echo "$1 does not start beside libraries of others"; return 1; }
    ! grep -q "not loaded" "$folder/list" || { cat "$folder/list"; return 1; }
    [ ! -e "$folder/here/planted" ] || { echo "$1 loads libraries of the current folder"; return 1; }
}
loads "$build/bin/mpcf-host"
loads "$prefix/bin/mpcf-host"
# (It would: a program whose path is padded.)
cc -shared -fPIC -Wl,-soname,libown.so -o "$folder/elsewhere/libown.so" "$folder/elsewhere.c"
echo 'int elsewhere(void); int main(void) { return elsewhere(); }' >"$folder/padded.c"
cc -o "$folder/padded" "$folder/padded.c" -L"$folder/elsewhere" -lown -Wl,--enable-new-dtags,-rpath,"$folder/none:"
cp "$folder/planted.so" "$folder/here/libown.so"
(cd "$folder/here" && ../padded >/dev/null 2>&1) || true
[ -e "$folder/here/planted" ] || { echo "a padded path loads nothing from here"; exit 1; }
echo "ok - the loader takes nothing from the current folder"

# plant NAME PATH MESSAGE: a library with that RUNPATH is seen.
plant() {
    mkdir "$folder/plant"
    cc -shared -fPIC -o "$folder/plant/library.so" "$folder/planted.c" -Wl,--enable-new-dtags,-rpath,"$2"
    cc -shared -fPIC -o "$folder/plant/old.so" "$folder/planted.c" -Wl,--disable-new-dtags,-rpath,"$2"
    if "$check" "$folder/plant" >"$folder/log"; then
        echo "$1 is not seen"
        exit 1
    fi
    [ "$(grep -cF "$3" "$folder/log")" = 2 ] || { echo "$1:"; cat "$folder/log"; exit 1; }
    rm -r "$folder/plant"
}
plant "a colon at the end" /usr/lib: "an empty entry"
plant "a colon at the beginning" ":/usr/lib" "an empty entry"
plant "two colons" /usr/lib::/lib "an empty entry"
plant "a relative path" lib "'lib' in 'lib' is neither"
plant "a relative path behind a good one" /usr/lib:../lib "'../lib' in '/usr/lib:../lib' is neither"
# shellcheck disable=SC2016
plant "another word of the loader" '$LIB' 'is neither absolute nor of $ORIGIN'
# shellcheck disable=SC2016
plant "a longer name" '$ORIGINAL/lib' 'is neither absolute nor of $ORIGIN'
mkdir "$folder/plant"
(cd "$folder" && cc -shared -fPIC -o plant/user.so planted.c -Wl,--no-as-needed elsewhere/libelsewhere.so)
! "$check" "$folder/plant" >"$folder/log" && grep -q "needs 'elsewhere/libelsewhere.so', a relative path" "$folder/log"
! "$check" "$folder/elsewhere.c" >"$folder/log" && grep -q "no program and no library" "$folder/log"
echo "ok - what is planted is seen"
