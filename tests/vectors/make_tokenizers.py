#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Tokenizers of many kinds, trained small by Hugging Face's library, and what it makes of odd texts.

    pip install tokenizers
    make_tokenizers.py write                      the small vectors in tokenizers/
    make_tokenizers.py compare BUILD [COUNT] [KIND...]
                                                  COUNT (200000) random texts a kind against mpcf
    make_tokenizers.py compose BUILD TOKENIZERS [COUNT]
                                                  as many tokenizers of random steps, COUNT (1000) texts each

A kind is a tokenizer.json and lines of {"text", "pair", "max_length", "ids", "types"}, which
mpcf-token-lines (tests/vectors/token_lines.c) and test_tokenizer_vectors.c encode anew. Made with
tokenizers 0.23.3.
"""
import json
import os
import random
import subprocess
import sys
import tempfile
import unicodedata

from tokenizers import AddedToken, Regex, Tokenizer, models, normalizers as N, pre_tokenizers as P
from tokenizers import processors, trainers

HERE = os.path.dirname(os.path.abspath(__file__))
SPECIALS = ["<s>", "<pad>", "</s>", "<unk>", "<mask>"]

# --- texts ---

WORDS = """the film was good and bad fun a it's don't we're I'll he'd they've THE Film GOOD running walked
unbelievable tokenization Straße ſtraße naïve café résumé İstanbul ΑΒΓ αβγς ЖЗИ жзи été Ångström e\u0301te
東京 東京都 中文字符 かな カナ ｶﾅ 한국어 각 ไทย हिन्दी नमस्ते العربية עברית 12 123 3.14 1,000 ½ ² ⅷ Ⅷ ① ٣٤ ५ ﬁnd ﬀ ﷺ
foo_bar foo-bar x=y a/b c\\d e.g. U.S.A. #tag @user http://a.b/c?d=e&f=g mRNA Covid19 covid19 COVID19""".split()
BLANKS = [" "] * 12 + ["  ", "   ", "\t", "\n", "\r\n", "\u00a0", "\u3000", "\u2028", "\u2009", "\u200b", "\u1680", "\u0085",
          " \n ", "\u2581", "\x1c"]
ODD = ("\x00\x01\x07\x0b\x0c\x7f\x80\x8f\x9f\u00ad\u0300\u0301\u0323\u0345\u034f\u05b0\u0654\u093c\u0e33\u1100\u1161\u11a8"
       "\u0334\u0338\u0327\u0328\u1ce3\u1dce\U0001d167\u200c\u200d\u200e\u2060\u2126\u212b\u2581\u2f00\u3099\ua66f\uac00\uac01\ufb01\ufb1d\ufdfa\ufe0f\ufeff\uff21\uffa1"
       "\ufffd\ufffe\U0001d400\U0001d7ce\U0001f600\U0001f468\U0001f3fb\U0001f1e9\U00020000\U0002f800\U0010ffff\u0130\u0131\u1e9e"
       "\u03a3\u03c2ǅ\u01c5\u1f88\u0390\u0958\u0b4d\u0f71\u0f72\u1ac5\u16fe4\u1e94a\U0001e94b\U00010d30\U0001fbf5")
PUNCTUATION = ".,;:!?'\"()[]{}<>-_+=*/\\|@#$%^&~`«»…—¿¡。、！？·§°€"
ADDED = ["[CLS]", "[SEP]", "[MASK]", "<s>", "</s>", "<mask>", "<mask>_1", "Covid19", "mRNA", "ÉTÉ", "foo_bar", "the film",
         "\u2581x", "a b", "½", "<|end|>", "single", "left", "right", "both", " blank", "東京"]

MARKS = [chr(p) for p in range(0x110000) if unicodedata.combining(chr(p))]


def one_point(r):
    if r.random() < 0.5:
        return r.choice(ODD)
    while True:
        p = r.choice([r.randrange(0x20, 0x250), r.randrange(0x3000), r.randrange(0x10000), r.randrange(0x110000)])
        if not 0xd800 <= p < 0xe000:
            return chr(p)


def word(r):
    k = r.random()
    if k < 0.62:
        w = r.choice(WORDS)
        return w.upper() if r.random() < 0.1 else w
    if k < 0.72:
        return r.choice(PUNCTUATION) * r.choice([1, 1, 1, 2, 3])
    if k < 0.82:
        a = r.choice(ADDED)
        return a if r.random() < 0.7 else a[r.randrange(len(a)):] if r.random() < 0.5 else a.lower()
    if k < 0.92:
        return "".join(one_point(r) for _ in range(r.randrange(1, 6)))
    if k < 0.98:
        return "".join(r.choice("abcdeéхfilmgood") for _ in range(r.randrange(1, 30)))
    if k < 0.99:
        return r.choice("aeoöA한가") + "".join(r.choice(MARKS) for _ in range(r.randrange(1, 6)))
    return r.choice(["a", "ab", "é", "東", "\u0301", "9", "-", "x\u0323\u0301"]) * r.randrange(20, 150)


def text(r):
    out = []
    for _ in range(r.choice([0, 1, 1, 2, 3, 5, 8, 13, 20])):
        if r.random() < 0.8:
            out.append(r.choice(BLANKS))
        out.append(word(r))
    if r.random() < 0.2:
        out.append(r.choice(BLANKS))
    s = "".join(out)
    return s.lstrip() if r.random() < 0.7 else s


def lines(seed, count):
    r = random.Random(seed)
    made = []
    for _ in range(count):
        line = {"text": text(r)}
        if r.random() < 0.2:
            line["pair"] = text(r)
        if r.random() < 0.2:
            line["max_length"] = r.randrange(8, 24)
        made.append(line)
    return made


CORPUS = [" ".join(random.Random(i).choices(WORDS, k=12)) for i in range(400)]

# --- kinds ---

BERT = [("[CLS]", 1), ("[SEP]", 2)]


def bert_template():
    return processors.TemplateProcessing("[CLS] $A [SEP]", "[CLS] $A [SEP] $B:1 [SEP]:1", BERT)


def wordpiece(normaliser, splitter, processor=None, size=300, **model):
    t = Tokenizer(models.WordPiece(unk_token="[UNK]", **model))
    t.normalizer, t.pre_tokenizer = normaliser, splitter
    t.train_from_iterator(CORPUS, trainers.WordPieceTrainer(
        vocab_size=size, special_tokens=["[PAD]", "[CLS]", "[SEP]", "[UNK]", "[MASK]"], show_progress=False))
    t.post_processor = processor
    return t


def bpe(normaliser, splitter, processor=None, size=400, alphabet=None, prefix=None, suffix=None, bytes_too=False, **model):
    t = Tokenizer(models.BPE(unk_token=model.pop("unk_token", None)))
    t.normalizer, t.pre_tokenizer = normaliser, splitter
    specials = SPECIALS + (["<0x%02X>" % b for b in range(256)] if bytes_too else [])
    more = dict(initial_alphabet=alphabet) if alphabet else {}
    if prefix:
        more["continuing_subword_prefix"] = prefix
    if suffix:
        more["end_of_word_suffix"] = suffix
    t.train_from_iterator(CORPUS, trainers.BpeTrainer(vocab_size=size, special_tokens=specials, show_progress=False,
                                                      **more))
    j = json.loads(t.to_str())
    j["model"].update(continuing_subword_prefix=prefix, end_of_word_suffix=suffix, **model)
    if bytes_too:
        j["added_tokens"] = j["added_tokens"][:5]
    t = Tokenizer.from_str(json.dumps(j))
    t.post_processor = processor
    return t


def word_level(normaliser, splitter, processor=None):
    t = Tokenizer(models.WordLevel(unk_token="<unk>"))
    t.normalizer, t.pre_tokenizer = normaliser, splitter
    t.train_from_iterator(CORPUS, trainers.WordLevelTrainer(vocab_size=300, special_tokens=SPECIALS, show_progress=False))
    t.post_processor = processor
    return t


def roberta():
    return processors.RobertaProcessing(("</s>", 2), ("<s>", 0))


def byte_level(**more):
    return bpe(None, P.ByteLevel(**more.pop("splitter", dict(add_prefix_space=False))), more.pop("processor", roberta()),
               alphabet=P.ByteLevel.alphabet() if more.pop("whole", True) else None, size=more.pop("size", 600), **more)


def adding(t, *tokens, **flags):
    for token in tokens:
        t.add_tokens([AddedToken(token, **flags)])
    return t


def add_many(t):
    adding(t, "Covid19", "mRNA", "ÉTÉ", "the film", "½", normalized=True)
    adding(t, "<mask>_1", "foo_bar", normalized=True)
    adding(t, "<|end|>", "東京", "\u2581x", normalized=False)
    adding(t, "single", single_word=True, normalized=False)
    adding(t, "left", lstrip=True, normalized=False)
    adding(t, "right", rstrip=True, normalized=False)
    adding(t, "both", lstrip=True, rstrip=True, single_word=True, normalized=True)
    adding(t, " blank", "a b", normalized=False)
    return t


def left(t):
    t.enable_truncation(16, direction="left")
    return t


GPT4 = (r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+"
        r"|\s+(?!\S)|\s+")


def kinds():
    """name: function that makes it"""
    made = {
        "bert-uncased": lambda: wordpiece(N.BertNormalizer(), P.BertPreTokenizer(), processors.BertProcessing(
            ("[SEP]", 2), ("[CLS]", 1))),
        "bert-cased": lambda: wordpiece(N.BertNormalizer(lowercase=False), P.BertPreTokenizer(), bert_template()),
        "bert-strip-alone": lambda: wordpiece(N.BertNormalizer(lowercase=False, strip_accents=True, clean_text=False,
                                                               handle_chinese_chars=False), P.BertPreTokenizer()),
        "bert-added": lambda: add_many(wordpiece(N.BertNormalizer(), P.BertPreTokenizer(), bert_template())),
        "bert-left": lambda: left(wordpiece(N.BertNormalizer(), P.BertPreTokenizer(), bert_template())),
        "bert-bpe": lambda: bpe(N.BertNormalizer(), P.BertPreTokenizer(), roberta(), unk_token="<unk>"),
        "wordpiece-guide": lambda: wordpiece(N.Sequence([N.NFD(), N.Lowercase(), N.StripAccents()]), P.Whitespace(),
                                             bert_template()),
        "wordpiece-prefix": lambda: wordpiece(N.NFKC(), P.WhitespaceSplit(), max_input_chars_per_word=20,
                                              continuing_subword_prefix="@@"),
        "roberta": lambda: add_many(adding(byte_level(), "<mask>", lstrip=True, normalized=False)),
        "roberta-prefix": lambda: byte_level(splitter=dict(add_prefix_space=True)),
        "roberta-bytes-missing": lambda: byte_level(whole=False, unk_token="<unk>"),
        "roberta-bytes-fused": lambda: byte_level(whole=False, unk_token="<unk>", fuse_unk=True),
        "roberta-bytes-dropped": lambda: byte_level(whole=False),
        "roberta-bert-processing": lambda: byte_level(processor=processors.BertProcessing(("</s>", 2), ("<s>", 0))),
        "roberta-sequence-processing": lambda: byte_level(processor=processors.Sequence([
            processors.ByteLevel(), processors.TemplateProcessing("<s> $A </s>", "<s> $B:1 </s> </s>:1 $A",
                                                                  [("<s>", 0), ("</s>", 2)])])),
        "roberta-left": lambda: left(byte_level()),
        "gpt4": lambda: bpe(N.NFC(), P.Sequence([P.Split(Regex(GPT4), "isolated"), P.ByteLevel(
            add_prefix_space=False, use_regex=False)]), roberta(), alphabet=P.ByteLevel.alphabet(), size=600,
            ignore_merges=True),
        "bytes-normalised": lambda: bpe(N.Sequence([N.NFKD(), N.ByteLevel()]), P.Split("Ġ", "merged_with_next"), None,
                                        alphabet=P.ByteLevel.alphabet(), size=500),
        "bpe-words": lambda: bpe(N.Lowercase(), P.Whitespace(), unk_token="<unk>", suffix="</w>"),
        "bpe-prefix": lambda: bpe(N.NFD(), P.BertPreTokenizer(), unk_token="<unk>", prefix="##", fuse_unk=True),
        "bpe-prefix-suffix": lambda: bpe(None, P.WhitespaceSplit(), unk_token="<unk>", prefix="@", suffix="</w>"),
        "llama": lambda: bpe(N.Sequence([N.Prepend("\u2581"), N.Replace(" ", "\u2581")]), None, None, size=700,
                             bytes_too=True, unk_token="<unk>", fuse_unk=True, byte_fallback=True),
        "bytes-fallback-prefix": lambda: bpe(None, P.Whitespace(), size=700, bytes_too=True, unk_token="<unk>",
                                             byte_fallback=True, suffix="</w>"),
        "metaspace": lambda: add_many(bpe(N.Sequence([N.Nmt(), N.NFKC(), N.Replace(Regex(" {2,}"), " ")]), P.Metaspace(),
                                          roberta(), unk_token="<unk>")),
        "metaspace-first": lambda: add_many(bpe(N.Sequence([N.Strip(), N.NFKC()]), P.Metaspace(prepend_scheme="first"),
                                                unk_token="<unk>")),
        "metaspace-first-replaced": lambda: add_many(bpe(N.Sequence([N.Replace(Regex(r"\s+"), " "), N.NFD()]), P.Sequence([
            P.WhitespaceSplit(), P.Punctuation(), P.Metaspace(prepend_scheme="first", split=False)]), unk_token="<unk>")),
        "metaspace-never": lambda: bpe(N.Strip(left=False), P.Metaspace(replacement="_", prepend_scheme="never"),
                                       unk_token="<unk>"),
        "digits": lambda: word_level(N.NFKC(), P.Sequence([P.WhitespaceSplit(), P.Digits(individual_digits=True)])),
        "digits-together": lambda: word_level(N.Lowercase(), P.Sequence([P.Digits(), P.Whitespace()])),
        "delimiter": lambda: bpe(N.Strip(), P.CharDelimiterSplit("o"), unk_token="<unk>"),
        "accents": lambda: bpe(N.Sequence([N.NFKD(), N.StripAccents(), N.Lowercase(), N.NFC()]), P.Whitespace(),
                               unk_token="<unk>"),
        "nfc": lambda: bpe(N.NFC(), P.Whitespace(), unk_token="<unk>"),
        "replaced": lambda: bpe(N.Sequence([N.Replace(Regex(r"(\d)\d*"), "9"), N.Replace("oo", "u"), N.Replace(
            Regex("(?=f)"), "^"), N.Replace(Regex("é|$"), "")]), P.WhitespaceSplit(), unk_token="<unk>"),
        "words": lambda: word_level(N.Lowercase(), P.Whitespace(), bert_like()),
        "words-added": lambda: add_many(word_level(N.Sequence([N.Lowercase(), N.StripAccents()]), P.WhitespaceSplit())),
        "added-again": lambda: added_again(word_level(N.Lowercase(), P.Whitespace())),
    }
    for behaviour in ("removed", "isolated", "merged_with_previous", "merged_with_next", "contiguous"):
        made["punctuation-" + behaviour] = lambda b=behaviour: bpe(None, P.Sequence([
            P.Punctuation(b), P.WhitespaceSplit()]), unk_token="<unk>")
        made["split-" + behaviour] = lambda b=behaviour: bpe(None, P.Split(Regex(r"\s+|[aeiou]|\b"), b), unk_token="<unk>")
        made["split-not-" + behaviour] = lambda b=behaviour: bpe(None, P.Split(Regex(r"\w+"), b, invert=True),
                                                                 unk_token="<unk>")
        made["split-string-" + behaviour] = lambda b=behaviour: bpe(None, P.Split("o", b), unk_token="<unk>")
    return made


def bert_like():
    return processors.BertProcessing(("</s>", 2), ("<s>", 0))


def added_again(t):
    """A file that has tokens several times, with other flags. (Of several that are the same once normalised the
    library takes one by chance.)"""
    def one(content, **flags):
        return dict(dict(id=0, content=content, single_word=False, lstrip=False, rstrip=False, normalized=False,
                         special=False), **flags)

    j = json.loads(t.to_str())
    j["added_tokens"] += [
        one("single"), one("Covid19"), one("single", normalized=True, lstrip=True), one("Covid19", normalized=True),
        one("<mask>", special=True),
        one("mRNA", normalized=True, special=True), one("<mask>", rstrip=True, normalized=True), one("mRNA"),
        one("foo_bar"), one("foo_bar", special=True, normalized=True, single_word=True), one("")]
    return j  # what the library writes has each once


def composed(r):
    """A tokenizer of random steps."""
    normalisers = [N.NFC(), N.NFD(), N.NFKC(), N.NFKD(), N.Lowercase(), N.StripAccents(), N.Strip(), N.Strip(right=False),
                   N.Nmt(), N.Prepend("\u2581"), N.Prepend("x"), N.Replace(" ", "\u2581"), N.Replace(Regex(r"\s+"), " "),
                   N.Replace(Regex("[[:punct:]]"), ""), N.BertNormalizer(),
                   N.BertNormalizer(strip_accents=False), N.ByteLevel()]
    behaviours = ["removed", "isolated", "merged_with_previous", "merged_with_next", "contiguous"]
    splitters = [P.Whitespace(), P.WhitespaceSplit(), P.BertPreTokenizer(), P.Digits(), P.Digits(individual_digits=True),
                 P.Punctuation(r.choice(behaviours)), P.CharDelimiterSplit(r.choice("oé\u2581 ")),
                 P.Split(r.choice(["o", "the", " ", "é"]), r.choice(behaviours), invert=r.random() < 0.5),
                 P.Split(Regex(r.choice([GPT4, r"\s+", r"\p{Lu}", r"\b", "[[:punct:]]+", "(?<=a)", "$", r"\p{Han}|\d"])),
                         r.choice(behaviours), invert=r.random() < 0.5),
                 P.Metaspace(prepend_scheme=r.choice(["first", "always", "never"]), split=r.random() < 0.5),
                 P.ByteLevel(add_prefix_space=r.random() < 0.5, use_regex=r.random() < 0.5)]
    t = r.choice([
        lambda: word_level(None, P.WhitespaceSplit()),
        lambda: wordpiece(None, P.BertPreTokenizer()),
        lambda: bpe(None, P.Whitespace(), unk_token="<unk>", fuse_unk=r.random() < 0.5),
        lambda: bpe(None, P.ByteLevel(), alphabet=P.ByteLevel.alphabet(), size=500, ignore_merges=r.random() < 0.5),
        lambda: bpe(None, P.Metaspace(), unk_token="<unk>", suffix="</w>")])()
    t.normalizer = N.Sequence(r.sample(normalisers, r.randrange(1, 4))) if r.random() < 0.9 else None
    t.pre_tokenizer = P.Sequence(r.sample(splitters, r.randrange(1, 4))) if r.random() < 0.9 else None
    for content in r.sample(ADDED, 8):
        t.add_tokens([AddedToken(content, **{flag: r.random() < 0.4 for flag in ("single_word", "lstrip", "rstrip",
                                                                                "normalized")})])
    t.post_processor = r.choice([None, bert_like(), roberta(), bert_template()])
    return t


# --- what the library makes of them ---

def encode(t, made):
    """Lines with the library's ids and types."""
    direction = (t.truncation or {}).get("direction", "right")
    by_length = {}
    for line in made:
        by_length.setdefault(line.get("max_length"), []).append(line)
    for most, group in by_length.items():
        t.no_truncation()
        if most is not None:
            t.enable_truncation(most, direction=direction)
        batch = [(g["text"], g["pair"]) if "pair" in g else g["text"] for g in group]
        for line, e in zip(group, t.encode_batch(batch)):
            line["ids"], line["types"] = e.ids, e.type_ids
    return made


def save(name, t, folder, made):
    """T: a Tokenizer, or the JSON of one."""
    path = os.path.join(folder, name)
    j = json.loads(t.to_str()) if isinstance(t, Tokenizer) else t
    t = Tokenizer.from_str(json.dumps(j))
    os.makedirs(path, exist_ok=True)
    with open(os.path.join(path, "tokenizer.json"), "w", encoding="utf-8") as f:
        f.write(json.dumps(j, ensure_ascii=False, separators=(",", ":")) + "\n")
    with open(os.path.join(path, "texts.jsonl"), "w", encoding="utf-8") as f:
        for line in encode(t, made):
            f.write(json.dumps(line, separators=(",", ":")) + "\n")
    return path


def judge(build, name, path):
    run = subprocess.run([os.path.join(build, "tests", "mpcf-token-lines"), path], capture_output=True, text=True)
    print(f"{name:28s} {run.stdout.strip()} {run.stderr.strip()}", flush=True)
    return run.returncode != 0


def compose(build, tokenizers, count):
    bad = 0
    with tempfile.TemporaryDirectory() as folder:
        for i in range(tokenizers):
            r = random.Random(i)
            t = composed(r)
            try:
                path = save("composed", t, folder, lines(i, count))
            except BaseException as e:  # the library's panics are no Exception
                if isinstance(e, KeyboardInterrupt):
                    raise
                print(f"composed {i:3d} the library says: {e}", flush=True)
                continue
            wrong = judge(build, f"composed {i}", path)
            if wrong:
                print(t.to_str()[:1500])
            bad += wrong
    sys.exit(bad != 0)


def compare(build, count, names):
    bad = 0
    made = lines(os.environ.get("SEED", "1"), count)
    with tempfile.TemporaryDirectory() as folder:
        for name, make in kinds().items():
            if names and name not in names:
                continue
            path = save(name, make(), folder, made)
            bad += judge(build, name, path)
            os.remove(os.path.join(path, "texts.jsonl"))
    sys.exit(bad != 0)


if __name__ == "__main__":
    if sys.argv[1:2] == ["write"]:
        for i, (name, make) in enumerate(kinds().items()):
            save(name, make(), os.path.join(HERE, "tokenizers"), lines(1000 + i, 16))
    elif sys.argv[1:2] == ["compare"] and len(sys.argv) > 2:
        compare(sys.argv[2], int(sys.argv[3]) if len(sys.argv) > 3 else 200000, sys.argv[4:])
    elif sys.argv[1:2] == ["compose"] and len(sys.argv) > 3:
        compose(sys.argv[2], int(sys.argv[3]), int(sys.argv[4]) if len(sys.argv) > 4 else 1000)
    else:
        sys.exit(__doc__)
