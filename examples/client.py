#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Asks texts of a provider and a dealer that run elsewhere, through ctypes:

    client.py sst2.yaml "a film that stays with you" "a dull one"

MPCF_LIBRARY names the library where the loader does not find libmpcf.so.0.
"""
import ctypes
import os
import sys


class Options(ctypes.Structure):
    _fields_ = [("struct_size", ctypes.c_size_t), ("file", ctypes.c_char_p),
                ("settings", ctypes.POINTER(ctypes.c_char_p)), ("plugin_folder", ctypes.c_char_p)]


class Client:
    """with Client("sst2.yaml") as c: c.ask(["a text", ("one", "of a pair")])"""

    def __init__(self, file, settings=(), library=None):
        self.lib = ctypes.CDLL(library or os.environ.get("MPCF_LIBRARY", "libmpcf.so.0"))
        for name in ("mpcf_error_create", "mpcf_error_text", "mpcf_client_label"):
            getattr(self.lib, name).restype = ctypes.c_void_p if name == "mpcf_error_create" else ctypes.c_char_p
        self.lib.mpcf_error_text.argtypes = self.lib.mpcf_error_destroy.argtypes = [ctypes.c_void_p]
        self.lib.mpcf_client_label.argtypes = [ctypes.c_void_p, ctypes.c_size_t]
        for name in ("numbers", "classes"):
            function = getattr(self.lib, "mpcf_client_" + name)
            function.restype, function.argtypes = ctypes.c_size_t, [ctypes.c_void_p]
        self.lib.mpcf_client_close.argtypes = [ctypes.c_void_p]
        self.error = ctypes.c_void_p(self.lib.mpcf_error_create())
        self.client = ctypes.c_void_p()
        words = (ctypes.c_char_p * (len(settings) + 1))(*[s.encode() for s in settings], None)
        options = Options(ctypes.sizeof(Options), os.fsencode(file), words, None)
        self.check(self.lib.mpcf_client_open(ctypes.byref(options), ctypes.byref(self.client), self.error))

    def check(self, status):
        if status != 0:
            raise RuntimeError(self.lib.mpcf_error_text(self.error).decode())

    def __enter__(self):
        self.check(self.lib.mpcf_client_connect(self.client, self.error))
        return self

    def __exit__(self, *_):
        self.lib.mpcf_client_close(self.client)
        self.lib.mpcf_error_destroy(self.error)

    def ask(self, texts):
        """A list of numbers for each: logits, or a score, or the class alone with reveal: label."""
        if isinstance(texts, (str, bytes)):
            raise TypeError("ask() takes a list of texts: ask([text])")
        pairs = [(t, None) if isinstance(t, str) else t for t in texts]
        if any("\0" in t for pair in pairs for t in pair if t is not None):
            raise ValueError("a text with a zero in it")
        firsts = (ctypes.c_char_p * len(pairs))(*[a.encode() for a, _ in pairs])
        seconds = (ctypes.c_char_p * len(pairs))(*[b.encode() if b is not None else None for _, b in pairs])
        width = self.lib.mpcf_client_numbers(self.client)
        answers = (ctypes.c_float * (width * len(pairs)))()
        self.check(self.lib.mpcf_client_ask(self.client, firsts, seconds, ctypes.c_size_t(len(pairs)), answers,
                                            self.error))
        return [list(answers[i * width:(i + 1) * width]) for i in range(len(pairs))]

    def label(self, numbers):
        """The name of the class; None: of a score, or of a class without one."""
        best = int(numbers[0]) if len(numbers) == 1 else max(range(len(numbers)), key=numbers.__getitem__)
        name = self.lib.mpcf_client_label(self.client, best)
        return name.decode() if name is not None else None


def main():
    if len(sys.argv) < 3:
        sys.exit("usage: client.py PIPELINE.yaml TEXT ...")
    with Client(sys.argv[1]) as client:
        for numbers in client.ask(sys.argv[2:]):
            print(client.label(numbers), *("%.4f" % n for n in numbers))


if __name__ == "__main__":
    main()
