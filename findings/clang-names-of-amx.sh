#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# clang 14 (Debian 12, clang-14 1:14.0.6-12) given -mamx-int8 defines __AMXINT8__ and __AMXTILE__, not
# __AMX_INT8__ and __AMX_TILE__ as gcc 12 does, and as other such names are spelled
# (__AVX512VNNI__ is the same in both). A file whose kernels stand behind
# #ifdef __AMX_INT8__ compiles there without a word, to nothing; what is missing is found by the linker, or, where the
# caller asks the same name, by nobody. Ask for both.
#
# Needs Debian 12 with gcc and the right to download packages; installs nothing outside a temporary
# folder. Fails if the behaviour changes.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
apt-get download -qq clang-14=1:14.0.6-12 libclang-cpp14=1:14.0.6-12 libllvm14=1:14.0.6-12 2>/dev/null
for package in *.deb; do
    dpkg-deb -x "$package" root
done
lib=$work/root/usr/lib
export LD_LIBRARY_PATH="$lib/x86_64-linux-gnu:$lib/llvm-14/lib"
clang=$lib/llvm-14/bin/clang
"$clang" --version | head -n 1
gcc --version | head -n 1

names() {
    "$@" -mamx-tile -mamx-int8 -dM -E -x c /dev/null | sed -n 's/^#define \(__AMX[A-Z0-9_]*__\) .*/\1/p' | sort | tr '\n' ' '
}
of_clang=$(names "$clang")
of_gcc=$(names gcc)
echo "clang: $of_clang"
echo "gcc:   $of_gcc"
[ "$of_clang" = "__AMXINT8__ __AMXTILE__ " ]
[ "$of_gcc" = "__AMX_INT8__ __AMX_TILE__ " ]
