#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes unicode_tables.c: how Hugging Face's tokenizers see every code point.

    pip install tokenizers
    make_unicode_tables.py > unicode_tables.c          (Python 3.11: it knows Unicode 14)

The library mixes several versions of Unicode (old categories for BERT, new ones for the
regular expression of byte-level BPE), so its own answers are asked for, one by one; a table
of one Unicode version, as utf8proc has, differs in some 5,000 places. Only a developer who
follows a newer version of that library runs this.
"""
import unicodedata

import tokenizers
from tokenizers import Regex, normalizers, pre_tokenizers


def bert(**on):
    every = dict(clean_text=False, handle_chinese_chars=False, strip_accents=False, lowercase=False)
    return normalizers.BertNormalizer(**{**every, **on})


CLEAN, STRIP, LOWER = bert(clean_text=True), bert(strip_accents=True), bert(lowercase=True)
CHINESE, NFD = bert(handle_chinese_chars=True), normalizers.NFD()
NFC, NFKD, ACCENTS = normalizers.NFC(), normalizers.NFKD(), normalizers.StripAccents()
LOWEST, HIGHEST = "\u0334", "\u0345"  # marks of the lowest and the highest combining class
WORDS, BYTES = pre_tokenizers.BertPreTokenizer(), pre_tokenizers.ByteLevel(add_prefix_space=False)
WORD, DIGITS = pre_tokenizers.Whitespace(), pre_tokenizers.Digits(individual_digits=True)


def class_of(c):
    """The set of names of unicode.h's bits."""
    names = set()
    clean = CLEAN.normalize_str(c)
    if clean == "":
        names.add("DROP")
    elif clean == " ":
        names.add("BLANK")
    pieces = len(WORDS.pre_tokenize_str("a" + c + "b"))
    if pieces > 1:
        names.add("PUNCTUATION" if pieces == 3 else "SPACE")
    if STRIP.normalize_str(c) == "" and NFD.normalize_str(c) == c:
        names.add("MARK")
    if CHINESE.normalize_str(c) != c:
        names.add("CHINESE")
    if NFD.normalize_str(c) != c:
        names.add("DECOMPOSED")
    if NFD.normalize_str("a" + c + LOWEST)[1] == LOWEST != c or (
            NFD.normalize_str("a" + HIGHEST + c)[-1] == HIGHEST != c):
        names.add("ORDERED")
    if NFKD.normalize_str(c) != NFD.normalize_str(c):
        names.add("COMPATIBLE")
    if NFC.normalize_str(NFD.normalize_str(c)) == c != NFD.normalize_str(c):
        names.add("COMPOSED")
    if ACCENTS.normalize_str(c) == "":
        names.add("COMBINING")
    if len(WORD.pre_tokenize_str("a" + c + "b")) == 1:
        names.add("WORD")
    if len(DIGITS.pre_tokenize_str("a" + c + "b")) == 3:
        names.add("NUMERIC")
    for before, name in (("x", "LETTER"), ("1", "NUMBER"), ("!", None)):
        if len(BYTES.pre_tokenize_str(before + c)) == 1:
            break
    else:
        name = "BPE_SPACE"
    if name:
        names.add(name)
    return frozenset(names)


def points():
    return (p for p in range(0x110000) if not 0xd800 <= p < 0xe000)


def class_runs():
    runs = []
    for p in points():
        names = class_of(chr(p))
        if runs and runs[-1][1] == p - 1 and runs[-1][2] == names:
            runs[-1][1] = p
        elif names:
            runs.append([p, p, names])
    return runs


def lower_runs():
    """[first, last, step, delta]; U+0130 alone becomes two characters and is left out."""
    runs = []
    for p in points():
        low = LOWER.normalize_str(chr(p))
        if low == chr(p) or p == 0x130:
            continue
        assert len(low) == 1, hex(p)
        delta = ord(low) - p
        last = runs[-1] if runs else None
        if last and last[3] == delta and p - last[1] in (1, 2) and (last[0] == last[1] or last[2] == p - last[1]):
            last[1], last[2] = p, p - last[1]
        else:
            runs.append([p, p, 1, delta])
    return runs


OLD = "14.0.0"  # of the Oniguruma that Debian 12 has
CATEGORIES = "Lu Ll Lt Lm Lo Mn Mc Me Nd Nl No Pc Pd Ps Pe Pi Pf Po Sm Sc Sk So Zs Cf".split()
EXPRESSIONS = [r"\p{%s}" % c for c in CATEGORIES] + [r"\w", r"\d", r"\p{Han}", "[[:alpha:]]", "[[:upper:]]", "[[:lower:]]"]


def members(expression, text):
    rest = pre_tokenizers.Split(Regex("(?:%s)+" % expression), "removed").pre_tokenize_str(text)
    found = bytearray(b"\1") * len(text)
    for _, (first, end) in rest:
        found[first:end] = bytes(end - first)
    return found


def stand_in_runs():
    """[first, last, stand-in]: points that came after OLD, and one of OLD that all expressions take for the same."""
    assert unicodedata.unidata_version == OLD
    text = "".join(map(chr, points()))
    classes = list(zip(*(members(e, text) for e in EXPRESSIONS)))
    old, runs = {}, []
    for c, has in sorted(zip(text, classes), key=lambda one: one[0] < "\U00010000"):  # rare ones go first
        if ord(c) >= 0x400 and unicodedata.category(c) != "Cn" and c.lower() == c.upper():
            old.setdefault(has, ord(c))
    for c, has in zip(text, classes):
        if unicodedata.category(c) != "Cn" or not any(has):
            continue
        if runs and runs[-1][1] == ord(c) - 1 and runs[-1][2] == old[has]:
            runs[-1][1] = ord(c)
        else:
            runs.append([ord(c), ord(c), old[has]])
    return runs


def rows(cells, width=100):
    line = "   "
    for cell in cells:
        if len(line) + 1 + len(cell) + 1 > width:
            yield line
            line = "   "
        line += " " + cell + ","
    yield line


BITS = ["DROP", "BLANK", "SPACE", "PUNCTUATION", "MARK", "CHINESE", "LETTER", "NUMBER", "BPE_SPACE",
        "DECOMPOSED", "ORDERED", "COMPATIBLE", "COMPOSED", "COMBINING", "WORD", "NUMERIC"]


def main():
    classes, lowers = class_runs(), lower_runs()
    print(f"""/* SPDX-License-Identifier: Apache-2.0 */
/* Made by make_unicode_tables.py with tokenizers {tokenizers.__version__}; not to be edited. */
#include "text/unicode_tables.h"

/* clang-format off */
const struct unicode_run unicode_runs[] = {{""")
    for line in rows("{0x%x,0x%x,%d}" % (a, b, sum(1 << BITS.index(n) for n in names)) for a, b, names in classes):
        print(line)
    print("};\n\nconst uint16_t unicode_ascii[128] = {")
    for line in rows(str(sum(1 << BITS.index(n) for n in class_of(chr(p)))) for p in range(128)):
        print(line)
    print("};\nconst size_t unicode_run_count = sizeof(unicode_runs) / sizeof(unicode_runs[0]);\n\n"
          "const struct unicode_lower unicode_lowers[] = {")
    for line in rows("{0x%x,0x%x,%d,%d}" % tuple(r) for r in lowers):
        print(line)
    print("};\nconst size_t unicode_lower_count = sizeof(unicode_lowers) / sizeof(unicode_lowers[0]);\n\n"
          "const struct unicode_stand_in unicode_stand_ins[] = {")
    for line in rows("{0x%x,0x%x,0x%x}" % tuple(r) for r in stand_in_runs()):
        print(line)
    print("};\nconst size_t unicode_stand_in_count = sizeof(unicode_stand_ins) / sizeof(unicode_stand_ins[0]);\n"
          "/* clang-format on */")


main()
