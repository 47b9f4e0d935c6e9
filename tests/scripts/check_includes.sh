#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# scripts/check-includes passes on the tree, and sees what is planted in a copy of it.
set -eu
. "$(dirname "$0")/copy.sh"
copy_tree core plugins plugin-sdk/include scripts
script=scripts/check-includes

passes $script

sed -i '0,/^#include/s//#include "pipeline\/pipeline.h"\n#include/' core/corpus/corpus.c
sees $script "core/corpus/corpus.c: core/corpus must not include core/pipeline" "an include upwards"

mkdir core/nowhere
echo 'int nowhere(void);' >core/nowhere/nowhere.h
sees $script "core/nowhere: no place in the order" "a folder without a place"

sed -i 's/^order="base /order="base pipeline /' $script
sees $script "core/pipeline: two places in the order" "a folder with two places"

# Each includes the other.
for one in first:second second:first; do
    printf '#include "train/planted_%s.h"\n' "${one#*:}" >"core/train/planted_${one%:*}.h"
    printf '#include "train/planted_%s.h"\n' "${one%:*}" >"core/train/planted_${one%:*}.c"
done
sees $script "core/train: a circle among planted_first planted_second" "a circle of includes"

# Both declared by one header, so that no include shows it.
printf 'int planted_one(int x);\nint planted_two(int x);\n' >core/train/planted.h
printf '#include "train/planted.h"\n\nint planted_one(int x)\n{\n    return planted_two(x);\n}\n' \
    >core/train/planted.c
printf '#include "train/planted.h"\n\nint planted_two(int x)\n{\n    return planted_one(x);\n}\n' \
    >core/train/other.c
sees $script "core/train: a circle among other planted" "a circle of calls"

printf 'int planted(int x);\n' >core/train/umbrella.h
printf '#include "train/umbrella.h"\n\nint planted(int x)\n{\n    return x;\n}\n' >core/train/other.c
sees $script "core/train/umbrella.h: declares for others (other.c)" "a header for another file"

# A header with a .c of its own; the prototype and the definition take two lines.
printf 'int planted_one(int x);\n\nint planted_two(int x,\n                int y);\n' >core/train/planted.h
printf '#include "train/planted.h"\n\nint planted_one(int x)\n{\n    return x;\n}\n' >core/train/planted.c
printf '#include "train/planted.h"\n\nint planted_two(int x,\n                int y)\n{\n    return x + y;\n}\n' \
    >core/train/other.c
sees $script "core/train/planted.h: declares for others (other.c)" \
    "a header with its own file that declares for another"
printf 'int planted(int x);\n' >core/train/planted.h
printf '#include "train/planted.h"\n' >core/train/planted.c
printf '#include "train/planted.h"\n\nint planted(int x)\n{\n    return x;\n}\n' >core/roles/other.c
sees $script "core/train/planted.h: declares for others (core/roles/other.c)" \
    "a header that declares for another folder"

# The header between has no .c.
printf '#include "train/planted_first.h"\n' >core/train/planted_types.h
printf '#include "train/planted_types.h"\n' >core/train/planted_first.c
: >core/train/planted_first.h
sees $script "core/train: a circle among planted_first planted_types" "a circle by way of types"

cat >core/lower/planted.c <<'C'
#include "program/program.h"

unsigned planted_bits(const struct step *s)
{
    switch (s->kind) {
    case STEP_COMPARE:
        return 3;
    default:
        return 0;
    }
}
C
sees $script "core/lower/planted.c: tells kinds of steps apart" "a second home of a cost"

cat >core/protocol/planted.c <<'C'
#include "program/program.h"

static const unsigned bits[STEP_COUNT] = {
    [STEP_COMPARE] = 3,
};
C
sees $script "core/protocol/planted.c: tells kinds of steps apart" "a second home in a table"

cat >core/secure/planted.c <<'C'
#include "program/program.h"

bool planted_sends(const struct step *s)
{
    return s->kind != STEP_COMPARE;
}
C
sees $script "core/secure/planted.c: tells kinds of steps apart" "a second home in a comparison"

sed -i '0,/^#include/s//#include "base\/memory.h"\n#include/' plugins/transport/tcp/*.c
sees $script "a plug-in includes only <mpcf/...> and its own files (\"base/memory.h\")" \
    "a plug-in that includes the core"

sed -i '0,/^#include/s//#include <unistd.h>\n#include/' plugin-sdk/include/mpcf/graph.h
sees $script "SDK headers include only <mpcf/...>" "an SDK header that includes a system's"

passes $script
exit "$failures"
