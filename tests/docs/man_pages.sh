#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Manual pages: every word of their Markdown is in them, in order; groff has nothing to say of them; what
# man.awk does not know it refuses; and mpcf-host(1) has every command.
#
#   man_pages.sh BUILD_FOLDER
set -eu
build=$1
top=$(cd "$(dirname "$0")/../.." && pwd)
folder=$(mktemp -d "${TMPDIR:-/tmp}/mpcf-man-XXXXXX")
trap 'rm -rf "$folder"' EXIT

# words_of_markdown FILE, words_of_page FILE: one a line, without marks.
words_of_markdown() {
    awk '/^---$/ { n++; next } n == 2' "$1" | grep -v '^|[-| ]*$' |
        sed -e 's/^##* //' -e 's/^:   //' -e '/^|/s/|/ /g' -e '/^    /!s/\*\([^*]\)/\1/g' \
            -e 's/\\\([*-]\)/\1/g' | tr -d '*`\\' | tr -s ' ' '\n' | grep .
}
words_of_page() {
    sed -e '/^'"'"'\\"/d' -e '/^\.TH/d' -e 's/^\.S[HS] //' -e '/^\./d' -e '/^tab(@)/d' \
        -e '/^l[l x]*\.$/d' -e '/^T[{}]$/d' -e 's/^T}@T{$//' -e 's/\\f[BIR]//g' -e 's/\\&//g' \
        -e 's/\\-/-/g' -e 's/\\e/\\/g' "$1" | tr -d '*`\\' | tr -s ' ' '\n' | grep .
}

for page in mpcf-host.1 mpcf-plugin.3; do
    words_of_markdown "$top/docs/$page.md" >"$folder/wanted"
    words_of_page "$build/docs/$page" >"$folder/found"
    [ "$(wc -l <"$folder/wanted")" -gt 300 ]
    diff "$folder/wanted" "$folder/found" || { echo "$page does not have all words of its Markdown"; exit 1; }
    if command -v groff >/dev/null; then
        groff -t -man -Tutf8 -ww "$build/docs/$page" 2>"$folder/warnings" >/dev/null
        if grep -v 'cannot adjust line\|can.t break line' "$folder/warnings"; then exit 1; fi
    fi
done

printf -- '---\ntitle: X\n---\n# NAME\n\nx - y\n' >"$folder/good.md"
awk -v out="$folder/good" -f "$top/docs/man.awk" "$folder/good.md"
for wrong in '- an item' '```' '[a](b)' '**open' '1. one'; do
    printf -- '---\ntitle: X\n---\n# NAME\n\n%s\n' "$wrong" >"$folder/wrong.md"
    ! awk -v out="$folder/wrong" -f "$top/docs/man.awk" "$folder/wrong.md" 2>/dev/null ||
        { echo "man.awk took '$wrong'"; exit 1; }
done

"$build/bin/mpcf-host" help | awk '/^  [a-z]/ && NF > 2' | grep -v '^  help\|^  Exit' >"$folder/commands"
[ "$(wc -l <"$folder/commands")" -ge 10 ]
while read -r first second _; do
    case $first in plugin | keys) first="$first $second" ;; esac
    grep -q "^\*\*$first" "$top/docs/mpcf-host.1.md" || { echo "mpcf-host.1 has no command '$first'"; exit 1; }
done <"$folder/commands"
echo "man pages: all words, $(wc -l <"$folder/commands") commands"
