#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# scripts/check-style passes on the tree, and sees what is planted in a copy of it.
set -eu
. "$(dirname "$0")/copy.sh"
copy_tree core host plugins plugin-sdk scripts
script=scripts/check-style

passes $script

# plant FILE TEXT...: a file with licence, opening and TEXT.
plant() {
    file=$1
    shift
    printf '/* SPDX-License-Identifier: Apache-2.0 */\n/* What it answers. */\n%b\n' "$*" >"$file"
}

echo 'int planted;' >core/base/planted.c
sees $script "core/base/planted.c: no SPDX line" "a source without licence"

printf '/* SPDX-License-Identifier: Apache-2.0 */\n#include "base/text.h"\n' >core/base/planted.c
sees $script "core/base/planted.c: does not open with what it answers" "a file without opening"

plant core/base/planted.c 'int planted;\n\n\nint other;'
sees $script "core/base/planted.c: line 5: two blank lines" "two blank lines"

plant core/base/planted.c 'int planted; '
sees $script "line 3: blanks at the end, or a tab" "a blank at the end of a line"

plant core/base/planted.c 'int f(int i)\n{\n    for (; i < 9; ++i) {\n    }\n    return i;\n}'
sees $script "core/base/planted.c: line 5:     for (; i < 9; ++i) {" "another increment in a loop"

plant core/base/planted.c 'int f(int i)\n{\n    --i;\n    return i;\n}'
sees $script "core/base/planted.c: line 5:     --i;" "another decrement"

plant core/base/planted.c 'int f(int i)\n{\n    goto end;\nend:\n    return i;\n}'
sees $script "core/base/planted.c: line 5: goto" "a goto"

plant core/base/planted.c 'void f(void)\n{\n    abort();\n}'
sees $script "line 5: printf, puts, exit and abort are for host/" "an exit below host"

plant core/base/planted.c "void f(void)\n{\n$(printf '    f();\\n%.0s' $(seq 61))}"
sees $script "core/base/planted.c: function at line 4 of 61 lines, 60 at most" "a long function"

plant core/base/planted.h "$(printf 'extern int x;\\n%.0s' $(seq 600))"
sees $script "lines, 600 at most" "a long file"

plant core/base/planted_body.h 'extern int planted;'
sees $script "core/base/planted_body.h: a header that is compiled several times" "another suffix"

passes $script
exit "$failures"
