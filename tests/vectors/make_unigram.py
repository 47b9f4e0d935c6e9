#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Folders with Unigram tokenizers, and what Hugging Face's libraries make of odd texts.

    pip install transformers==5.24.0 tokenizers==0.23.3 sentencepiece==0.2.3 protobuf
    make_unigram.py write                         the small vectors in tokenizers/
    make_unigram.py compare BUILD [COUNT] [KIND...]
                                                  COUNT (200000) random texts a kind against mpcf

Files and lines are as make_tokenizers.py has them. A folder with sentencepiece.bpe.model is read by
transformers' AutoTokenizer, one with tokenizer.json by tokenizers.
"""
import io
import json
import os
import shutil
import subprocess
import sys
import tempfile

import sentencepiece
from sentencepiece import sentencepiece_model_pb2
from tokenizers import Regex, Tokenizer, models, normalizers as N, pre_tokenizers as P, processors, trainers
from transformers import AutoTokenizer, logging

import make_tokenizers as texts

logging.set_verbosity_error()
RULES = os.path.join(texts.HERE, "unigram", "small.model")
MARK = "\u2581"


def proto(data):
    model = sentencepiece_model_pb2.ModelProto()
    model.ParseFromString(data)
    return model


def small_table():
    with open(RULES, "rb") as f:
        return proto(f.read()).normalizer_spec.precompiled_charsmap


def trained(size=250, rules="identity", **more):
    """A SentencePiece model; RULES of our own small table, or of the trainer's (nmt_nfkc is large)."""
    out = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(texts.CORPUS), model_writer=out, model_type="unigram", vocab_size=size,
        hard_vocab_limit=False, minloglevel=2, normalization_rule_name="identity" if rules == "small" else rules, **more)
    model = proto(out.getvalue())
    if rules == "small":
        model.normalizer_spec.precompiled_charsmap = small_table()
    return model.SerializeToString()


def template():
    return processors.TemplateProcessing("<s> $A </s>", "<s> $A </s> </s> $B </s>", [("<s>", 0), ("</s>", 2)])


def unigram(normaliser, splitter, processor=None, size=300, specials=texts.SPECIALS, **model):
    t = Tokenizer(models.Unigram())
    t.normalizer, t.pre_tokenizer = normaliser, splitter
    t.train_from_iterator(texts.CORPUS, trainers.UnigramTrainer(vocab_size=size, special_tokens=specials,
                                                                unk_token="<unk>", show_progress=False))
    j = json.loads(t.to_str())
    j["model"].update(model)
    j["added_tokens"] = j["added_tokens"][:len(texts.SPECIALS)]
    t = Tokenizer.from_str(json.dumps(j))
    t.post_processor = processor
    return t


def blanks_then_mark():
    return P.Sequence([P.WhitespaceSplit(), P.Metaspace()])


def old_form(table):
    """As transformers 4.57 writes it."""
    return N.Sequence([N.Precompiled(table), N.Strip(left=False), N.Replace(Regex(" {2,}"), MARK)])


BYTES = texts.SPECIALS + ["<0x%02X>" % b for b in range(256)]
# tokenizer.json of these
FILES = {
    "unigram-hub": lambda: unigram(N.Precompiled(small_table()), blanks_then_mark(), template()),
    "unigram-old": lambda: unigram(old_form(small_table()), P.Metaspace(), template()),
    "unigram-guide": lambda: unigram(N.Sequence([N.Nmt(), N.NFKC(), N.Replace(Regex(" {2,}"), " ")]), P.Metaspace()),
    "unigram-albert": lambda: unigram(N.Sequence([N.Replace("``", '"'), N.Replace("''", '"'), N.NFKD(), N.StripAccents(),
                                                  N.Lowercase(), N.Precompiled(small_table())]), blanks_then_mark()),
    "unigram-bytes": lambda: unigram(None, P.Metaspace(prepend_scheme="first"), template(), 600, BYTES, byte_fallback=True),
    "unigram-added": lambda: texts.add_many(unigram(N.Precompiled(small_table()), blanks_then_mark(), template())),
    "unigram-whole": lambda: unigram(N.Precompiled(small_table()), None),
}
# model_type, sentencepiece.bpe.model, tokenizer_config.json of these
MODELS = {
    "xlm-roberta-model": ("xlm-roberta", lambda: trained(rules="small"), None),
    "camembert-model": ("camembert", lambda: trained(rules="small"), None),
    "xlm-roberta-pieces": ("xlm-roberta", lambda: trained(control_symbols=["<c>"], user_defined_symbols=["東京", "film"]), None),
    "camembert-pieces": ("camembert", lambda: trained(600, control_symbols=["<c>"], user_defined_symbols=["東京", "film"],
                                               byte_fallback=True), None),
    "xlm-roberta-names": ("xlm-roberta", lambda: trained(), {"tokenizer_class": "XLMRobertaTokenizerFast",
                                                             "mask_token": "[M]", "add_prefix_space": False}),
}
# tokenizer.json of FILES, model_type, tokenizer_config.json: what the class makes of it
CLASSES = {
    "xlm-roberta-old": ("unigram-old", "xlm-roberta", None),
    "camembert-old": ("unigram-old", "camembert", None),
    "xlm-roberta-class": ("unigram-added", "camembert", {"tokenizer_class": "XLMRobertaTokenizerFast", "add_prefix_space": False}),
    "xlm-roberta-bytes": ("unigram-bytes", "xlm-roberta", {"tokenizer_class": "XLMRobertaTokenizer"}),
    "camembert-class": ("unigram-albert", "xlm-roberta", {"tokenizer_class": "CamembertTokenizer", "mask_token": {"__type": "AddedToken",
        "content": "<mask>", "lstrip": True, "rstrip": True, "normalized": False, "single_word": False}}),
    "xlm-roberta-decoder": ("unigram-hub", "xlm-roberta", {
        "tokenizer_class": "XLMRobertaTokenizer", "bos_token": "<s>", "eos_token": "</s>", "mask_token": "<mask>",
        "added_tokens_decoder": {str(i): {"content": c, "lstrip": c == "<mask>", "rstrip": False, "normalized": False,
                                          "single_word": False, "special": True} for i, c in enumerate(texts.SPECIALS)}}),
    "xlm-roberta-backend": ("unigram-old", "xlm-roberta", {"tokenizer_class": "TokenizersBackend"}),
    "camembert-fast": ("unigram-bytes", "camembert", {"tokenizer_class": "PreTrainedTokenizerFast"}),
}
# and large ones, for "compare" only
LARGE = {
    "xlm-roberta-nmt": ("xlm-roberta", lambda: trained(rules="nmt_nfkc"), None),
    "camembert-nmt": ("camembert", lambda: trained(rules="nmt_nfkc"), {"tokenizer_class": "CamembertTokenizer"}),
    "xlm-roberta-fold": ("xlm-roberta", lambda: trained(rules="nmt_nfkc_cf"), None),
}


# What random texts found.
FOUND = [{"text": "o\u0336\u0300 \u10dao\u0336\u0300"}]


def dump(path, value):
    with open(path, "w", encoding="utf-8") as f:
        f.write(json.dumps(value, ensure_ascii=False, separators=(",", ":")) + "\n")


def write_model(path, kind, make, config):
    with open(os.path.join(path, "sentencepiece.bpe.model"), "wb") as f:
        f.write(make())
    dump(os.path.join(path, "config.json"), {"model_type": kind})
    if config is not None:
        dump(os.path.join(path, "tokenizer_config.json"), config)
    return AutoTokenizer.from_pretrained(path).backend_tokenizer


def write_class(path, file, kind, config):
    dump(os.path.join(path, "tokenizer.json"), json.loads(FILES[file]().to_str()))
    dump(os.path.join(path, "config.json"), {"model_type": kind})
    if config is not None:
        dump(os.path.join(path, "tokenizer_config.json"), config)
    return AutoTokenizer.from_pretrained(path).backend_tokenizer


def save(name, folder, made):
    """MADE gets the ids of this kind."""
    path = os.path.join(folder, name)
    shutil.rmtree(path, ignore_errors=True)
    os.makedirs(path)
    if name in FILES:
        t = FILES[name]()
        dump(os.path.join(path, "tokenizer.json"), json.loads(t.to_str()))
    elif name in CLASSES:
        t = write_class(path, *CLASSES[name])
    else:
        t = write_model(path, *{**MODELS, **LARGE}[name])
    with open(os.path.join(path, "texts.jsonl"), "w", encoding="utf-8") as f:
        for line in texts.encode(t, made):
            f.write(json.dumps(line, separators=(",", ":")) + "\n")
    return path


def compare(build, count, names):
    bad, made = 0, texts.lines(1, count)
    with tempfile.TemporaryDirectory() as folder:
        for name in [*LARGE, *MODELS, *CLASSES, *FILES]:
            if names and name not in names:
                continue
            path = save(name, folder, made)
            run = subprocess.run([os.path.join(build, "tests", "mpcf-token-lines"), path], capture_output=True, text=True)
            print(f"{name:28s} {run.stdout.strip()} {run.stderr.strip()}", flush=True)
            bad += run.returncode != 0
            shutil.rmtree(path)
    sys.exit(bad != 0)


if __name__ == "__main__":
    if sys.argv[1:2] == ["write"]:
        for i, name in enumerate([*FILES, *MODELS, *CLASSES]):
            save(name, os.path.join(texts.HERE, "tokenizers"), texts.lines(2000 + i, 40) + [dict(line) for line in FOUND])
    elif sys.argv[1:2] == ["compare"] and len(sys.argv) > 2:
        compare(sys.argv[2], int(sys.argv[3]) if len(sys.argv) > 3 else 200000, sys.argv[4:])
    else:
        sys.exit(__doc__)
