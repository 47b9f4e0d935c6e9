#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Small tables, and what pandas reads in them: tests/core/format/test_table.c reads both.

    make_tables.py write                    the small vectors in tables/; needs pandas, written with 3.1.1
    make_tables.py compare BUILD [COUNT]    COUNT (20000) random tables against mpcf

Cells are asked for as text, and no word means "missing": what a row lacks is null.
"""
import ctypes
import gzip
import io
import json
import pathlib
import random
import sys
import warnings

import pandas

HERE = pathlib.Path(__file__).resolve().parent / "tables"

CSV = {
    "plain": b"text,label\ngood,1\nbad,0\n",
    "no_last_newline": b"text,label\ngood,1\nbad,0",
    "blank_last_lines": b"text,label\ngood,1\nbad,0\n\n\n\n",
    "blank_lines_between": b"\n\ntext,label\n\ngood,1\n\n\nbad,0\n",
    "lines_of_blanks": b"text,label\n  \ngood,1\n\t \nbad,0\n   ",
    "crlf": b"text,label\r\ngood,1\r\nbad,0\r\n\r\n",
    "cr": b"text,label\rgood,1\rbad,0\r",
    "mixed_ends": b"text,label\ngood,1\r\nbad,0\rfine,1\n\r\nlast,0",
    "bom": b"\xef\xbb\xbftext,label\ngood,1\n",
    "bom_quoted": b"\xef\xbb\xbf\"text\",\"label\"\n\"good\",1\n",
    "quoted_newline": b"text,label\n\"two\nlines\",1\n\"three\r\nlines\n\",0\nlast,1\n",
    "quoted_return": b"text,label\n\"two\rlines\",1\nlast,0\n",
    "quoted_delimiter": b"text,label\n\"a, b, and c\",1\n",
    "doubled_quotes": b"text,label\n\"he said \"\"no\"\"\",0\n\"\"\"\",1\n\"\"\"a\"\"\",1\n",
    "quote_inside": b"text,label\n5\" disk,1\nsay \"yes\" now,0\n",
    "empty_cells": b"text,label,more\n,1,\n\"\",0,x\na,,\n",
    "words_for_missing": b"text,label\nNA,1\nnull,0\nNaN,1\nNone,0\n",
    "blanks_kept": b"text,label\n  a b  ,1\n\tc\t,0\n",
    "quote_behind_blank": b"text,label\n \"a\",1\n",
    "short_rows": b"text,label,more\na\nb,1\nc,0,x\n",
    "trailing_delimiter": b"text,label\na,\n",
    "unicode": "text,label\nnaïve café ☕ 日本語 🎉,1\n".encode(),
    "one_column": b"text\na\n\nb\n\"\"\n",
    "one_row": b"text,label\na,1",
    "same_names": b"text,label\n\"text\",label\n",
    "quoted_only": b"\"text\",\"label\"\r\n\"a\",\"1\"\r\n\"b\",\"0\"",
    "long_cell": b"text,label\n" + b"word " * 3000 + b",1\nshort,0\n",
    "odd_control": b"text,label\na\x0bb\x0cc\x1dd\xc2\x85e\xe2\x80\xa8f,1\n",
    "many_columns": (",".join(f"c{i}" for i in range(300)) + "\n" +
                     ",".join(str(i) for i in range(300)) + "\n").encode(),
    # Refused by both.
    "long_row": b"text,label\na,1\nb,0,x\nc,1\n",
    "open_quote": b"text,label\n\"a,1\nb,0\n",
    "latin1": b"text,label\ncaf\xe9,1\n",
    "utf16": "text,label\na,1\n".encode("utf-16"),
    "empty": b"",
    # Read by pandas, refused here.
    "behind_quote": b"text,label\n\"a\" b,1\nc,0\n",
    "names_alone": b"text,label\n",
    "zero_byte": b"text,label\na\x00b,1\n",
    "index_column": b"text,label\na,1,x\nb,0,y\n",
}
TSV = {
    "tabs": b"text\tlabel\na, b\t1\n\"c\td\"\t0\n",
    "tabs_unquoted": b"text\tlabel\n\"a\t1\nb\"c\"\t0\n\"\"\t1\n",
}
JSONL = {
    "lines": '{"text": "a\\nb", "label": "x"}\n{"label": "y", "text": "caf\\u00e9 \\ud83c\\udf89"}\n'.encode(),
    "lines_blank": b'\n{"text": "a", "label": "x"}\r\n\r\n  \n{"text": "b", "label": "y"}\n\n',
    "lines_missing": b'{"text": "a", "label": "x"}\n{"text": "b"}\n{"text": null, "label": "z"}\n',
    "lines_bom": b'\xef\xbb\xbf{"text": "a", "label": "x"}\n',
}


def cells(frame):
    rows = frame.astype(object).where(frame.notna(), None).values.tolist()
    if any("\0" in (cell or "") for row in rows for cell in row):
        rows = []  # the test's JSON has no zero bytes, and the table is refused there
    return {"columns": [str(c) for c in frame.columns], "rows": rows}


def read(data, **how):
    try:
        return cells(pandas.read_csv(io.BytesIO(data), dtype=str, keep_default_na=False, **how))
    except Exception as problem:  # whatever it says, it did not read the file
        return {"error": type(problem).__name__}


def write(name, data, expected, out):
    (HERE / name).write_bytes(data)
    out[name] = expected


class Request(ctypes.Structure):
    _fields_ = [("struct_size", ctypes.c_size_t), ("form", ctypes.c_int32), ("no_header", ctypes.c_int32),
                ("delimiter", ctypes.c_int32), ("no_quotes", ctypes.c_int32), ("data", ctypes.c_char_p),
                ("length", ctypes.c_size_t)]


def ours(library, data):
    """Rows of CSV, None where they are refused."""
    table, fields = ctypes.c_void_p(), ctypes.POINTER(ctypes.c_char_p)()
    request = Request(ctypes.sizeof(Request), 1, 0, 0, 0, data, len(data))
    if library.mpcf_table_open(b"x", ctypes.byref(request), ctypes.byref(table), None) != 0:
        return None
    width, rows = library.mpcf_table_width(table), []
    library.mpcf_table_column_name.restype = ctypes.c_char_p
    names = [library.mpcf_table_column_name(table, i).decode() for i in range(width)]
    while True:
        if library.mpcf_table_next(table, ctypes.byref(fields), None) != 0:
            rows = None
            break
        if not fields:
            break
        rows.append([(fields[i] or b"").decode() for i in range(width)])
    library.mpcf_table_close(table)
    return None if rows is None else (names, rows)


def theirs(data):
    try:
        frame = pandas.read_csv(io.BytesIO(data), dtype=str, keep_default_na=False, header=None)
        rows = [["" if c is None or c != c else c for c in row] for row in frame.values.tolist()]
        return (rows[0], rows[1:]) if len(rows) > 1 else None
    except Exception:
        return None


def closes_badly(data):
    """Text behind a closing quote is refused here: whether Python's strict reader sees it, too."""
    import csv
    try:
        list(csv.reader(io.StringIO(data.decode(), newline=""), strict=True))
        return False
    except csv.Error:
        return True


def compare(build, count):
    library = ctypes.CDLL(f"{build}/lib/libmpcf.so.0")
    draw, read, refused = random.Random(7), 0, 0
    pieces = ["a", "b c", '"', '""', ",", ",", "\n", "\n", "\r\n", "\r", " ", "\t", "é", "1"]
    warnings.simplefilter("ignore")
    for i in range(count):
        data = "".join(draw.choices(pieces, k=draw.randint(1, 24))).encode()
        if b"\r," in data:
            continue  # pandas loses the empty cell behind a lone "\r"
        mine, other = ours(library, data), theirs(data)
        if mine is None and (other is None or closes_badly(data)):
            refused += 1
        elif mine != other:
            sys.exit(f"table {i}: {data!r}\n  mpcf:   {mine}\n  pandas: {other}")
        else:
            read += 1
    print(f"{count} tables: {read} read alike, {refused} refused")


def main():
    if sys.argv[1:2] == ["compare"]:
        return compare(sys.argv[2], int(sys.argv[3]) if len(sys.argv) > 3 else 20000)
    HERE.mkdir(exist_ok=True)
    out = {}
    for name, data in CSV.items():
        write(name + ".csv", data, read(data), out)
    for name in ("plain", "quoted_newline"):
        packed = gzip.compress(CSV[name], mtime=0)
        write(name + ".csv.gz", packed, read(packed, compression="gzip"), out)
    two = gzip.compress(CSV["plain"], mtime=0) + gzip.compress(b"more,1\n", mtime=0)
    write("two_members.csv.gz", two, read(two, compression="gzip"), out)
    cut = gzip.compress(CSV["plain"] * 9, mtime=0)[:-9]
    write("cut.csv.gz", cut, read(cut, compression="gzip"), out)
    damaged = bytearray(gzip.compress(CSV["plain"], mtime=0))
    damaged[-6] ^= 1
    write("damaged.csv.gz", bytes(damaged), read(bytes(damaged), compression="gzip"), out)
    for name, data in TSV.items():
        quoting = 3 if name.endswith("unquoted") else 0
        write(name + ".tsv", data, read(data, sep="\t", quoting=quoting), out)
    for name, data in JSONL.items():
        frame = pandas.read_json(io.BytesIO(data.removeprefix(b"\xef\xbb\xbf")), lines=True, dtype=False)
        write(name + ".jsonl", data, cells(frame), out)
    text = json.dumps(out, indent=1, ensure_ascii=True, sort_keys=True)
    (HERE / "expected.json").write_text(text + "\n")
    print(f"{len(out)} tables, {sum('error' in e for e in out.values())} that pandas does not read")


if __name__ == "__main__":
    main()
