#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes what tests/core/text/test_unigram.c compares with, beside itself.

    pip install transformers==5.24.0 tokenizers==0.23.3 sentencepiece==0.2.3 protobuf
    make.py

small.model    SentencePiece's trainer, with a charsmap of the rules below
bpe.model      the same of type BPE
library.json   tokenizers' own trainer, with byte pieces
expected.json  "charsmap": [text, normal form] of tokenizers' Precompiled;
               "xlm-roberta", "camembert": [text, ids] of the Unigram in what transformers makes of
               small.model; "library": the same of library.json
"""
import io
import json
import pathlib
import random
import tempfile

import sentencepiece
import tokenizers
from sentencepiece import sentencepiece_model_pb2
from tokenizers import models, normalizers, trainers
from transformers import CamembertTokenizer, XLMRobertaTokenizer

HERE = pathlib.Path(__file__).parent
LINES = """the cat sat on the mat and the dog sat on the log
a house is a machine for living in, said the man in the hat
le chat est sur la table et le chien est dans la maison
où est passé le cœur de la forêt, demandait l'été dernier
Straße und Häuser, ein weißer Hund lief über die Brücke
привет как дела, сегодня хорошая погода в городе
今天天气很好 我们去公园 東京の天気はいい
hahahaha aaaa banana cocoa tattoo mississippi""".split("\n")
# Code points in hexadecimal, then what they become: as NFKC and its Chinese brackets, by a few.
RULES = ([("%X" % (0xFF01 + i), "%X" % (0x21 + i)) for i in range(94)] +
         [("FB01", "66 69"), ("2122", "54 4D"), ("B2", "32"), ("BD", "31 2044 32"), ("65 301", "E9"), ("78", "7A"),
          ("41 30A", "C5"), ("3000", "20"), ("9", "20"), ("A", "20"), ("A0", "20"), ("7", ""),
          ("AD", ""), ("200B", ""), ("958", "915 93C"), ("3131", "1100"), ("A9", "28 63 29"), ("1D400", "41"),
          ("1F1E9", "64"), ("FDFA", "635 644 649 20 627"), ("1161", "69"), ("AC00", "67 61")])


def train(name, kind, **more):
    with tempfile.NamedTemporaryFile("w", suffix=".tsv") as rules:
        rules.write("".join(f"{a}\t{b}\n" for a, b in RULES))
        rules.flush()
        out = io.BytesIO()
        sentencepiece.SentencePieceTrainer.train(
            sentence_iterator=iter(LINES * 5), model_writer=out, model_type=kind, hard_vocab_limit=False,
            normalization_rule_tsv=rules.name, minloglevel=2, **more)
    (HERE / name).write_bytes(out.getvalue())
    return out.getvalue()


def texts(seed, count, spaces):
    r = random.Random(seed)
    words = " ".join(LINES).split()
    odd = ([chr(0xFF01 + i) for i in range(94)] + list("ﬁ™²½é\u0301\u0300\u030a\u3000\t\n\r\xa0\x07\xad\u200bक़ㄱ©®𝐀")
           + list("👩\u200d👧🏽\ufe0f🇩🇪🇫❤가\u1100\u1161\u11a8क\u094d\u093cष\u0903ﷺ\u0600\u20dd\x00\x01") + ["eé", "e\u0301",
           "A\u030a", "™\u0301", "©\u200d", "\r\n", "a" * 9, "<unk>", "<s>", "<0x41>", "▁", "\U0010fffd"])
    for _ in range(count):
        parts = [r.choice(r.choice([words, words, odd, odd, LINES[r.randrange(8)]]))
                 for _ in range(r.choice([1, 2, 3, 5, 9]))]
        yield r.choice(["", " ", "\u0301"]).join(parts).replace(" ", "▁" if spaces else " ")


def ids(model, text):
    return [token.id for token in model.tokenize(text)]


def main():
    proto = sentencepiece_model_pb2.ModelProto()
    proto.ParseFromString(train("small.model", "unigram", vocab_size=160, control_symbols=["<ctl>"],
                                user_defined_symbols=["<sep>"]))
    train("bpe.model", "bpe", vocab_size=110)
    charsmap = normalizers.Precompiled(proto.normalizer_spec.precompiled_charsmap)
    library = tokenizers.Tokenizer(models.Unigram())
    library.train_from_iterator(LINES * 5, trainers.UnigramTrainer(
        vocab_size=120, unk_token="<unk>", show_progress=False,
        special_tokens=["<unk>"] + ["<0x%02X>" % i for i in range(256) if i != 0x9f]))
    file = json.loads(library.to_str())
    file["model"]["byte_fallback"] = True
    library = tokenizers.Tokenizer.from_str(json.dumps(file))
    (HERE / "library.json").write_text(json.dumps(file, indent=0, ensure_ascii=False) + "\n")
    expected = {"charsmap": [[t, charsmap.normalize_str(t)] for t in texts(1, 250, False)],
                "library": [[t, ids(library.model, t)] for t in texts(2, 120, False)]}
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "sentencepiece.bpe.model"
        path.write_bytes((HERE / "small.model").read_bytes())
        for name, kind in ("xlm-roberta", XLMRobertaTokenizer), ("camembert", CamembertTokenizer):
            model = kind.from_pretrained(folder).backend_tokenizer.model
            expected[name] = [[t, ids(model, t)] for t in texts(3, 120, True)]
    (HERE / "expected.json").write_text(json.dumps(expected, indent=None, separators=(",", ":")).replace(
        "]],", "]],\n").replace("],[", "],\n[") + "\n")


main()
