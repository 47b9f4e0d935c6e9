#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes grapheme_tables.c: what decides where one visible character ends and the next begins.

    pip install regex==2025.11.3      # Unicode 17, as tokenizers 0.23.3 divides texts
    make_grapheme_tables.py > grapheme_tables.c

Only a developer who follows a newer version of tokenizers runs this. Hangul syllables are left
out: graphemes.c computes them.
"""
import regex

# In the order of graphemes.c's enums.
BREAKS = ["Other", "CR", "LF", "Control", "Extend", "ZWJ", "Regional_Indicator", "Prepend", "SpacingMark",
          "L", "V", "T", "LV", "LVT", "Pictographic"]
CONJUNCTS = ["None", "Consonant", "Linker", "Extend"]


def pattern(key, names):
    return [(i, regex.compile(r"\p{%s=%s}" % (key, n))) for i, n in enumerate(names) if n not in ("Other", "None")]


GCB = pattern("GCB", BREAKS[:-1])
PICTOGRAPH = regex.compile(r"\p{Extended_Pictographic}")
INCB = pattern("InCB", CONJUNCTS)


def class_of(c):
    kind = next((i for i, p in GCB if p.match(c)), 0)
    if PICTOGRAPH.match(c):
        assert kind == 0
        kind = BREAKS.index("Pictographic")
    return kind, next((i for i, p in INCB if p.match(c)), 0)


def runs():
    found = []
    for p in range(0x80, 0x110000):
        if 0xd800 <= p < 0xe000 or 0xac00 <= p <= 0xd7a3:
            continue
        one = class_of(chr(p))
        if found and found[-1][1] == p - 1 and found[-1][2:] == list(one):
            found[-1][1] = p
        elif one != (0, 0):
            found.append([p, p, *one])
    return found


def rows(cells, width=100):
    line = "   "
    for cell in cells:
        if len(line) + 1 + len(cell) + 1 > width:
            yield line
            line = "   "
        line += " " + cell + ","
    yield line


print(f"""/* SPDX-License-Identifier: Apache-2.0 */
/* Made by make_grapheme_tables.py with regex {regex.__version__}; not to be edited. */
#include "text/grapheme_tables.h"

/* clang-format off */
const struct grapheme_run grapheme_runs[] = {{""")
for line in rows("{0x%x,0x%x,%d,%d}" % tuple(r) for r in runs()):
    print(line)
print("};\nconst size_t grapheme_run_count = sizeof(grapheme_runs) / sizeof(grapheme_runs[0]);\n/* clang-format on */")
