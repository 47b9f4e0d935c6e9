#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Folders around a WordPiece tokenizer whose files say more, less and other than each other, and what
AutoTokenizer of Hugging Face's transformers makes of odd texts.

    pip install transformers==5.24.0 tokenizers==0.23.3
    make_folders.py write                    the small vectors in folders/
    make_folders.py compare BUILD [COUNT]    COUNT (400) random folders against mpcf

Each has some of tokenizer.json, vocab.txt, tokenizer_config.json (class, case, accents, side of truncation,
added_tokens_decoder), special_tokens_map.json, added_tokens.json and config.json, drawn at random, and
texts.jsonl with lines of {"text", "pair", "max_length", "ids", "types"}, which mpcf-token-lines and
test_tokenizer_vectors.c encode anew.
"""
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile

os.environ["TRANSFORMERS_VERBOSITY"] = "error"
from transformers import AutoTokenizer

HERE = os.path.dirname(os.path.abspath(__file__))
WORDS = """the film was good bad fun a ##s ##ing The Film Ä é e g o ##d ##o f ##i ##l ##m 東 京 ##京 , . ! ? ' caf ##e ##é
THIS this [ ] E 1 ##1 ##2""".split()
NAMES = {"unk_token": "[UNK]", "sep_token": "[SEP]", "pad_token": "[PAD]", "cls_token": "[CLS]", "mask_token": "[MASK]"}
PIECES = ["the", "film", "The", "FILM", "good", "bad", " ", "  ", ",", "!", "café", "cafe", "東京", "[E1]", "[e1]", "THIS", "this",
          "[MASK]", "[CLS]", "[SEP]", "xTHISy", "\t", "é", "Good", "goods", "[E2]", "word", "wordy", "a word", "Word", "\u00a0",
          "[UNK]", "[m]", "[M]"]
WHOLE = ["PreTrainedTokenizerFast", "TokenizersBackend"]
CLASSES = [None, "BertTokenizer", "BertTokenizerFast", "DistilBertTokenizer", "ElectraTokenizer"] + WHOLE


def put(folder, name, value):
    with open(os.path.join(folder, name), "w", encoding="utf-8") as f:
        json.dump(value, f, ensure_ascii=False)


class Draw:
    """One folder's draws."""

    def __init__(self, seed):
        self.r = random.Random(seed)
        self.names = dict(NAMES)
        if self.chance(0.3):
            self.names["mask_token"] = "[M]"
        if self.chance(0.2):
            self.names["cls_token"] = "[C]"
        words = list(dict.fromkeys(list(self.names.values()) + WORDS))
        self.r.shuffle(words)
        self.vocab = {w: i for i, w in enumerate(words)}
        self.kind = self.r.choice(["plain", "json", "json", "both"])
        self.added = self.draw_added(len(words))

    def chance(self, p):
        return self.r.random() < p

    def draw_added(self, free):
        # of two that are the same in lower case the library takes one by chance
        chosen = self.r.sample([self.r.choice(["THIS", "this"]), self.r.choice(["word", "Word"]), "[E1]", "[E2]"],
                               self.r.randint(0, 3))
        ids = []
        for word in chosen:
            if word in self.vocab:
                ids.append((self.vocab[word], word))
            else:
                ids.append((free, word))
                free += 1
        return sorted(ids)

    def flags(self, content, special):
        return {"content": content, "single_word": self.chance(0.3), "lstrip": self.chance(0.3), "rstrip": self.chance(0.3),
                "normalized": self.chance(0.5), "special": special}

    def config(self):
        c = {}
        for key in ("do_lower_case", "tokenize_chinese_chars", "strip_accents"):
            if self.chance(0.5):
                c[key] = self.chance(0.5)
        if self.kind == "plain":  # mpcf judges the case by the words where no file says it
            c.setdefault("do_lower_case", self.chance(0.5))
        if self.chance(0.3):
            c["truncation_side"] = self.r.choice(["left", "right"])
        if self.chance(0.3):
            c["model_max_length"] = int(1e30)
        return c

    def tokenizer(self):
        added = [dict(id=self.vocab[v], **self.flags(v, True)) for v in self.names.values()]
        if self.chance(0.5):
            added += [dict(id=i, **self.flags(w, False)) for i, w in self.added]
        return {"version": "1.0", "padding": None, "decoder": None,
                "truncation": self.r.choice([None, None, {"direction": "Left", "max_length": 30, "strategy": "LongestFirst",
                                                          "stride": 0}]),
                "added_tokens": sorted(added, key=lambda t: t["id"]),
                "normalizer": {"type": "BertNormalizer", "clean_text": True, "handle_chinese_chars": self.chance(0.5),
                               "strip_accents": self.r.choice([None, True, False]), "lowercase": self.chance(0.5)},
                "pre_tokenizer": {"type": "BertPreTokenizer"},
                "post_processor": {"type": "BertProcessing", "sep": ["[SEP]", self.vocab["[SEP]"]],
                                   "cls": [self.names["cls_token"], self.vocab[self.names["cls_token"]]]},
                "model": {"type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##",
                          "max_input_chars_per_word": 100, "vocab": self.vocab}}

    def special_map(self):
        found = {}
        for key, value in self.names.items():
            plain = self.chance(0.5)
            found[key] = value if plain else {"content": value, "lstrip": self.chance(0.3), "rstrip": self.chance(0.3),
                                              "single_word": False, "normalized": self.chance(0.3)}
        if self.added and self.chance(0.5):
            found["additional_special_tokens"] = [self.added[0][1]]
        return found

    def texts(self, count):
        return ["".join(self.r.choice(PIECES) + self.r.choice(["", " "]) for _ in range(self.r.randint(0, 12)))
                for _ in range(count)]

    def write(self, folder):
        model = {"model_type": "bert", "vocab_size": len(self.vocab) + 12}
        config, named = self.config(), self.r.choice(["config", "map", "decoder"])
        chosen = self.r.choice([c for c in CLASSES if self.kind != "plain" or c not in WHOLE])
        if chosen is not None:
            (model if self.chance(0.15) else config)["tokenizer_class"] = chosen
        if named == "map":
            put(folder, "special_tokens_map.json", self.special_map())
        else:
            config.update(self.names)
        if named == "decoder":
            config["added_tokens_decoder"] = {str(self.vocab[v]): self.flags(v, True) for v in self.names.values()}
            config["added_tokens_decoder"].update({str(i): self.flags(w, self.chance(0.5)) for i, w in self.added})
        elif self.added and self.kind != "json":
            put(folder, "added_tokens.json", {w: i for i, w in self.added})
        if config:
            put(folder, "tokenizer_config.json", config)
        put(folder, "config.json", model)
        if self.kind != "json":
            with open(os.path.join(folder, "vocab.txt"), "w", encoding="utf-8") as f:
                f.write("\n".join(self.vocab) + "\n")
        if self.kind != "plain":
            put(folder, "tokenizer.json", self.tokenizer())


def make(folder, seed, count):
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder)
    draw = Draw(seed)
    draw.write(folder)
    tokenizer = AutoTokenizer.from_pretrained(folder)
    texts = draw.texts(count)
    with open(os.path.join(folder, "texts.jsonl"), "w", encoding="utf-8") as f:
        for i, text in enumerate(texts):
            line = {"text": text, "max_length": draw.r.choice([5, 8, 64])}
            if i % 4 == 3:
                line["pair"] = draw.r.choice(texts) or "a"  # an empty one is no second text to the library
            e = tokenizer(text, line.get("pair"), truncation=True, max_length=line["max_length"])
            line.update(ids=e["input_ids"], types=e.get("token_type_ids", [0] * len(e["input_ids"])))
            f.write(json.dumps(line) + "\n")


def compare(build, count):
    bad = 0
    with tempfile.TemporaryDirectory() as folder:
        for seed in range(count):
            path = os.path.join(folder, str(seed))
            make(path, seed, 25)
            r = subprocess.run([os.path.join(build, "tests/mpcf-token-lines"), path], capture_output=True, text=True,
                               env=dict(os.environ, MPCF_LOG="quiet"))
            if r.returncode != 0:
                bad += 1
                print(seed, r.stdout.strip(), r.stderr[:600], flush=True)
    print(f"{count} folders, {25 * count} texts, {bad} folders different")
    sys.exit(bad != 0)


if __name__ == "__main__":
    if sys.argv[1:2] == ["write"]:
        for i in range(16):
            make(os.path.join(HERE, "folders", str(i)), i, 12)
    elif sys.argv[1:2] == ["compare"] and len(sys.argv) > 2:
        compare(sys.argv[2], int(sys.argv[3]) if len(sys.argv) > 3 else 400)
    else:
        sys.exit(__doc__)
