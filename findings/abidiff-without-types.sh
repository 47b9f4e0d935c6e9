#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# abidiff of libabigail 2.2 (Debian 12, abigail-tools 2.2-2), asked to compare two libraries whose debug
# information has no types (gcc -g1: line tables only), finds no difference, prints nothing, and
# exits with 0, though a parameter's struct has lost a member. With -g it reports the change and
# exits with 4. A gate that compares what a build made with -g1 passes whatever happens to the
# types: compile what is compared with -g. (Seen with gcc 12.2.)
#
# Needs Debian 12 with gcc and the right to download packages; installs nothing outside a temporary
# folder. Fails if the behaviour changes.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
apt-get download -qq abigail-tools=2.2-2 libabigail0=2.2-2 libdw1 libelf1 libxml2 libicu72 2>/dev/null
for package in *.deb; do
    dpkg-deb -x "$package" root
done
export LD_LIBRARY_PATH="$work/root/usr/lib/x86_64-linux-gnu:$work/root/lib/x86_64-linux-gnu"
abidiff=$work/root/usr/bin/abidiff
"$abidiff" --version

cat >before.c <<'C'
struct point { int x, y; };
int length(struct point p) { return p.x + p.y; }
C
cat >after.c <<'C'
struct point { long x; };
int length(struct point p) { return (int) p.x; }
C

compare() {
    gcc "$1" -shared -fPIC -o before.so before.c
    gcc "$1" -shared -fPIC -o after.so after.c
    status=0
    "$abidiff" before.so after.so >report 2>&1 || status=$?
    echo "$1: exit status $status, $(wc -l <report) lines of report"
}
compare -g
[ "$status" -eq 4 ] && grep -q "1 data member deletion" report
compare -g1
[ "$status" -eq 0 ] && [ ! -s report ]
echo "as found: types that are not in the debug information count as unchanged"
