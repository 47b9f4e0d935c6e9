#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Each header of the SDK alone, and a plug-in that includes all of them, with each compiler there is
# as C11, C17 and several C++; and no header points at what a plug-in's author does not have.
#
#   headers.sh INCLUDE_FOLDER...
set -eu
folder=$(mktemp -d "${TMPDIR:-/tmp}/mpcf-headers-XXXXXX")
trap 'rm -rf "$folder"' EXIT
flags="-Wall -Wextra -Wpedantic -Wshadow -Werror -fsyntax-only"
for include in "$@"; do
    flags="$flags -I$include"
done
headers=$(for include in "$@"; do find "$include/mpcf" -name '*.h' -exec basename {} \;; done | sort)
[ "$(printf '%s\n' "$headers" | wc -l)" -ge 14 ] || { echo "only these headers: $headers"; exit 1; }
count=0

# compile COMPILER STANDARD FILE
compile() {
    # shellcheck disable=SC2086
    "$1" "-std=$2" $flags "$3" || { echo "$1 -std=$2: $(cat "$3")"; exit 1; }
    count=$((count + 1))
}

# What a header says to its includer: its own names are enough to use it.
for header in $headers; do
    printf '#include <mpcf/%s>\n#include <mpcf/%s>\nextern int alone;\n' "$header" "$header" \
        >"$folder/${header%.h}.c"
done
cat >"$folder/option.c" <<'END'
#include <mpcf/option.h>
struct config { bool yes; int64_t count; };
extern const mpcf_option option;
const mpcf_option option = {"yes", MPCF_OPT_BOOL, "true", offsetof(struct config, yes), "", 0, 0, NULL};
END
cat >"$folder/json.c" <<'END'
#include <mpcf/json.h>
mpcf_status read(const mpcf_json *object, bool *yes, int64_t *count, mpcf_error *err);
mpcf_status read(const mpcf_json *object, bool *yes, int64_t *count, mpcf_error *err)
{
    MPCF_TRY(mpcf_json_int(object, "count", 0, INT64_MAX, count, err));
    return mpcf_json_optional_bool(object, "yes", yes, err);
}
END
cat >"$folder/transport.c" <<'END'
#include <mpcf/transport.h>
extern const int64_t deadline;
const int64_t deadline = MPCF_NO_DEADLINE;
extern const uint32_t caps;
const uint32_t caps = MPCF_TRANSPORT_LOCAL | MPCF_TRANSPORT_MESSAGES;
extern const size_t at;
const size_t at = offsetof(mpcf_transport, recv);
END
cat >"$folder/plugin.c" <<'END'
#include <mpcf/plugin.h>
static mpcf_status start(mpcf_registry *registry, mpcf_error *err)
{
    (void) registry;
    return mpcf_fail(err, MPCF_E_UNSUPPORTED, "%s", "nothing");
}
MPCF_PLUGIN(.name = "alone", .version = "1", .license = "Apache-2.0", .summary = "", .start = start,
            .stop = 0);
END

for compiler in gcc clang; do
    command -v "$compiler" >/dev/null || continue
    for standard in c11 c17; do
        for file in "$folder"/*.c; do
            compile "$compiler" "$standard" "$file"
        done
    done
done
for file in "$folder"/*.c; do
    cp "$file" "${file%.c}.cc"
done
for compiler in g++ clang++; do
    command -v "$compiler" >/dev/null || continue
    for standard in c++11 c++17 c++20; do
        for file in "$folder"/*.cc; do
            # MPCF_PLUGIN() names the fields, which C++ takes from C++20 on.
            case "$standard $file" in
            "c++20 "*) ;;
            *"/plugin.cc") continue ;;
            esac
            compile "$compiler" "$standard" "$file"
        done
    done
done
[ "$count" -gt 0 ] || { echo "no compiler"; exit 77; }

for include in "$@"; do
    if grep -nE '\b(core|docs|host|plugins|tests|bench|scripts|examples)/' "$include"/mpcf/*.h*; then
        echo "a plug-in's author does not have these folders"
        exit 1
    fi
done
echo "headers: $count compilations"
