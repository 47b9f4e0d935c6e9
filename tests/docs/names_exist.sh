#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# names_exist.sh: what the pages name is in the tree. Of docs/*.md, README.md, CONTRIBUTING.md and
# SECURITY.md: paths that begin with a folder of the top (capitals in them stand for any name), `file.c`
# and `folder/file.h` in backticks, `function()`, `struct tag`, `CONSTANT` in backticks, links and their headings; `table[]` in (or of) `file.c`
# stands in that file. In a row of a table of docs/one-inference.md a function is defined in the file that stands in front of it.
set -eu
cd "$(dirname "$0")/../.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

{ git ls-files -co --exclude-standard 2>/dev/null || find . -path ./build -prune -o -type f -print; } |
    sed 's|^\./||' | while read -r file; do [ -f "$file" ] && echo "$file"; done >"$work/files"

# "FILE NAME" of whatever is written as a call or a definition, outside of comments; and "defined" behind
# it where the line begins at the margin, as only definitions and prototypes do.
grep -E '^(core|host|plugins|plugin-sdk|tests)/.*\.[ch]$' "$work/files" | grep -v '^tests/sdk/older' |
    xargs awk '/^ *(\/\*|\*|\/\/)/ { next }
        { line = $0
          while (match(line, /[A-Za-z_][A-Za-z_0-9]*\(/)) {
              print FILENAME, substr(line, RSTART, RLENGTH - 1) (/^[a-z]/ ? " defined" : "")
              line = substr(line, RSTART + RLENGTH)
          } }' | sort -u >"$work/functions"

# Tags, and names of constants.
grep -E '^(core|host|plugins|plugin-sdk|tests|scripts|cmake)/|^CMakeLists' "$work/files" | grep -vE '^tests/(sdk/older|docs/names_exist)' |
    xargs grep -IohE '(struct|enum) [a-z_]+|[A-Z][A-Z_]{5,}' | sort -u >"$work/tags"

# "FILE TABLE" of every array.
grep -E '^(core|host|plugins)/.*\.[ch]$' "$work/files" |
    xargs grep -oHE '[a-z_]+\[' | sed 's/:\(.*\)\[$/ \1/' | sort -u >"$work/tables"

# What pages name and the tree does not have: what a reader makes, patterns, functions of others.
cat >"$work/known" <<'END'
core/protocol/cube.c
quadratic.c
save_pretrained
x_kernel.h
x_template.h
END

cat >"$work/check.awk" <<'END'
function complain(what) { print page ":" FNR ": " what; failed = 1 }
function heading(text) {
    text = tolower(text)
    sub(/^#+ */, "", text); gsub(/[^a-z0-9 _-]/, "", text); gsub(/ /, "-", text)
    return text
}
# Capitals stand for any name: "core/protocol/NAME.c".
function is_there(path,    pattern, file) {
    sub(/\/$/, "", path)
    if (path in files || path in folders || path in known) return 1
    if (path !~ /[A-Z*]/) return 0
    pattern = path
    gsub(/[.]/, "[.]", pattern); gsub(/[*]|[A-Z][A-Z]+/, "[^/]*", pattern)
    for (file in files) if (file ~ ("^" pattern "$")) return 1
    for (file in folders) if (file ~ ("^" pattern "$")) return 1
    return 0
}
function check_paths(line,    path, before) {
    while (match(line, /(core|plugins|plugin-sdk|host|scripts|tests|docs|examples|bench|cmake)\/[A-Za-z0-9_.*\/-]*/)) {
        path = substr(line, RSTART, RLENGTH)
        before = RSTART > 1 ? substr(line, RSTART - 1, 1) : ""
        line = substr(line, RSTART + RLENGTH)
        sub(/[.]+$/, "", path)
        if (before !~ /[A-Za-z0-9_.\/}-]/ && !is_there(path)) complain("no file or folder '" path "'")
    }
}
function check_code(line,    word, name, row, of) {
    row = page ~ /^docs\/(one-inference|wrong)/ && line ~ /^\|/
    while (match(line, /`[^`]*`/)) {
        word = substr(line, RSTART + 1, RLENGTH - 2)
        line = substr(line, RSTART + RLENGTH)
        if (word ~ /^[A-Za-z_][A-Za-z_0-9]*\(\)$/) {
            name = substr(word, 1, length(word) - 2)
            if (!(name in functions) && !(name in known)) complain("no function '" name "'")
            else if (row && of != "" && !((of " " name) in defined)) complain("'" name "' is not in '" of "'")
        } else if (word ~ /^(struct|enum) [a-z_]+$/ || word ~ /^[A-Z][A-Z_][A-Z_][A-Z_][A-Z_][A-Z_]+$/) {
            if (!(word in tags) && !(word in known)) complain("no '" word "'")
        } else if (word ~ /^[a-z0-9_]+[.](c|h|sh)$/) {
            if (!(word in names) && !(word in known)) complain("no file '" word "'")
        } else if (word !~ /^(core|plugins|plugin-sdk|host|scripts|tests|docs|examples|bench|cmake)\// &&
                   word ~ /^[a-z0-9_-]+(\/[a-z0-9_-]+)*\/[a-z0-9_-]+[.](c|h|sh)$/) {
            if (!(word in files) && !(("core/" word) in files) && !(("tests/" word) in files) &&
                !(("plugin-sdk/include/" word) in files) && !(word in known)) complain("no file '" word "'")
        } else if (row && word in files) {
            of = word
        }
    }
}
# "`NAME[]` ... in `FILE`", as the next file that is named.
function check_tables(line,    name, rest, file) {
    while (match(line, /`[a-z_]+\[\]`/)) {
        name = substr(line, RSTART + 1, RLENGTH - 4)
        line = substr(line, RSTART + RLENGTH)
        if (!match(line, /`(core|host|plugins)\/[a-z0-9_\/]+[.][ch]`/)) continue
        file = substr(line, RSTART + 1, RLENGTH - 2)
        if (!((file " " name) in tables)) complain("no table '" name "' in '" file "'")
    }
}
function check_links(line,    link, hash, path) {
    while (match(line, /\]\([^)]*\)/)) {
        link = substr(line, RSTART + 2, RLENGTH - 3)
        line = substr(line, RSTART + RLENGTH)
        if (link ~ /^[a-z]+:/) continue
        hash = link ~ /#/ ? substr(link, index(link, "#") + 1) : ""
        sub(/#.*/, "", link)
        path = link == "" ? page : page ~ /\// ? "docs/" link : link
        sub(/^docs\/\.\.\//, "", path)
        if (!(path in files)) complain("a link to '" path "', which is not there")
        else if (hash != "" && !((path "#" hash) in headings)) complain("no heading '" hash "' in " path)
    }
}
FILENAME == list { files[$0]; name = $0; sub(/.*\//, "", name); names[name]
    for (path = $0; sub(/\/[^\/]*$/, "", path);) folders[path]
    next }
FILENAME == calls_of { functions[$2]; if (NF == 3) defined[$1 " " $2]; next }
FILENAME == tags_of { tags[$0]; next }
FILENAME == tables_of { tables[$1 " " $2]; next }
FILENAME == exceptions { known[$0]; next }
pass == 1 { if (/^#/) headings[FILENAME "#" heading($0)]; next }
{ page = FILENAME; sub(/^.*\/wrong/, "docs/wrong", page)
  if (FNR == 1) fenced = 0
  if (/^ *```/) fenced = !fenced
  if (FNR > 1 || !/SPDX/) check_paths($0)
  if (!fenced) { check_code($0); check_tables($0); check_links($0) } }
END { exit failed }
END

check() { # PAGE...
    awk -v list="$work/files" -v calls_of="$work/functions" -v exceptions="$work/known" \
        -v tables_of="$work/tables" -v tags_of="$work/tags" -f "$work/check.awk" \
        "$work/files" "$work/functions" "$work/tables" "$work/tags" "$work/known" \
        pass=1 docs/*.md README.md CONTRIBUTING.md SECURITY.md pass=2 "$@"
}

# A page with one of each mistake: each is found, and nothing else.
cat >"$work/wrong.md" <<'END'
core/base/no_such_file.c, core/base/text.c, `no_such_function()`, `program_finish()`, `no_such_file.h`,
`base/no_such_file.h`, `base/text.h`, core/no_such_folder/NAME.c, core/protocol/NAME.c
[page](no_such_page.md), [page](glossary.md), [heading](glossary.md#no-such-heading)
| `core/base/text.c`, `core/lower/ring_search.c`: `program_finish()` is called there, and not defined |
| `core/base/text.c`, `core/schedule/finish.c`: `program_finish()` |
`struct round`, `struct no_such_struct`, `enum role`, `STEP_MAP`, `NO_SUCH_CONSTANT`
`rules[]` of `core/pass/pass.c`, `no_such_table[]` and more in `core/pass/pass.c`
END
if check "$work/wrong.md" >"$work/found"; then
    echo "nothing is found on a page of mistakes"
    exit 1
fi
if [ "$(grep -ci "no_such\|no-such\|is not in" "$work/found")" -ne 11 ] ||
    [ "$(wc -l <"$work/found")" -ne 11 ]; then
    echo "not the eleven mistakes of a page of mistakes:"
    cat "$work/found"
    exit 1
fi

check docs/*.md README.md CONTRIBUTING.md SECURITY.md

# docs/architecture.md describes the folders of core, in the order that scripts/check-includes holds.
sed -n '/^| folder | what it knows/,/^$/s/^| `\([a-z_]*\)` |.*/\1/p' docs/architecture.md >"$work/described"
scripts/check-includes | sed -n '/ < /s/ < /\n/gp' >"$work/order"
if ! diff "$work/described" "$work/order" >"$work/differ" || [ "$(wc -l <"$work/order")" -lt 30 ]; then
    echo "docs/architecture.md describes other folders (<) than scripts/check-includes has (>), or in another order:"
    cat "$work/differ"
    exit 1
fi
echo "names_exist: $(ls docs/*.md | wc -l) pages of docs and three more"
