#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# CMake 3.25 (Debian 12, cmake 3.25.1-1) ends the RUNPATH of every installed target in the build tree with a
# colon, though the installation needs no room there: "/a/folder:". For the loader (glibc 2.36) the
# empty entry behind the colon is the current folder, so that a program of a build tree that is started
# in somebody's folder runs that somebody's libraries instead of the system's. A target that is not installed, or that has BUILD_WITH_INSTALL_RPATH, has no colon.
#
# Needs Debian 12 with gcc and the right to download packages; installs nothing outside a temporary
# folder. Fails if the behaviour changes.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
apt-get download -qq cmake=3.25.1-1 cmake-data=3.25.1-1 libjsoncpp25 librhash0 libuv1 libarchive13 libcurl4 \
    ninja-build 2>/dev/null
for package in *.deb; do
    dpkg-deb -x "$package" root
done
export LD_LIBRARY_PATH="$work/root/usr/lib/x86_64-linux-gnu:$work/root/lib/x86_64-linux-gnu"
export CMAKE_ROOT="$work/root/usr/share/cmake-3.25"
cmake=$work/root/usr/bin/cmake
"$cmake" --version | head -n 1

mkdir project here
cat >project/CMakeLists.txt <<'END'
cmake_minimum_required(VERSION 3.25)
project(padded C)
add_library(near SHARED near.c)
foreach(name installed whole left)
    add_executable(${name} main.c)
    target_link_libraries(${name} PRIVATE near /lib/x86_64-linux-gnu/libz.so.1)
endforeach()
set_target_properties(whole PROPERTIES BUILD_WITH_INSTALL_RPATH ON INSTALL_RPATH ${CMAKE_BINARY_DIR})
install(TARGETS installed whole)
END
echo 'void near(void) { }' >project/near.c
cat >project/main.c <<'END'
#include <stdio.h>
void near(void);
const char *zlibVersion(void);
int main(void) { near(); return puts(zlibVersion()) < 0; }
END
echo 'const char *zlibVersion(void) { return "planted"; }' >planted.c
gcc -shared -fPIC -Wl,-soname,libz.so.1 -o here/libz.so.1 planted.c
"$cmake" -S project -B build -G Ninja -DCMAKE_MAKE_PROGRAM="$work/root/usr/bin/ninja" >/dev/null
"$cmake" --build build >/dev/null

unset LD_LIBRARY_PATH
cd here
# expect TARGET END SAYS: the end of its RUNPATH, and what it says of its zlib.
expect() {
    path=$(LC_ALL=C readelf -d "../build/$1" | sed -n 's/.*Library runpath: \[\(.*\)\]$/\1/p')
    says=$("../build/$1")
    echo "$1: RUNPATH '$path', zlib $says"
    case $path in *"$2") ;; *) exit 1 ;; esac
    case $says in "$3"*) ;; *) exit 1 ;; esac
}
expect installed /build: planted
expect whole /build 1.
expect left /build 1.
echo "as found: what is installed later is padded, and the loader looks in the current folder"
