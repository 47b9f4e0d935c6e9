#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# A cased BERT tokenizer in one file, tokenizer.json with "lowercase": false, is loaded by AutoTokenizer of
# transformers 5.24.0 as one that lower-cases, without a word, where no tokenizer_config.json says
# do_lower_case: the class BertTokenizer, which config.json's model_type chooses, takes the words alone from
# tokenizer.json and builds the normaliser anew, from its own defaults. Capitals are then never found.
# The library that reads the file itself (tokenizers) keeps them. mpcf does as AutoTokenizer does, and
# warns of it with the line to write.
#
# Needs python3 with pip and the right to download packages; installs nothing outside a temporary folder.
# Fails if both libraries give the same ids.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m pip install --quiet --disable-pip-version-check --target lib transformers==5.24.0 \
    tokenizers==0.23.3 2>/dev/null
mkdir model
cat >cased.py <<'END'
import json
import os

os.environ["TRANSFORMERS_VERBOSITY"] = "error"
import transformers
from tokenizers import Tokenizer
from transformers import AutoTokenizer

words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "The", "the", "film"]
with open("model/config.json", "w") as f:
    json.dump({"model_type": "bert", "vocab_size": len(words)}, f)
with open("model/tokenizer.json", "w") as f:
    json.dump({"version": "1.0", "added_tokens": [], "pre_tokenizer": {"type": "BertPreTokenizer"},
               "normalizer": {"type": "BertNormalizer", "clean_text": True, "handle_chinese_chars": True,
                              "strip_accents": None, "lowercase": False},
               "model": {"type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##",
                         "max_input_chars_per_word": 100, "vocab": {w: i for i, w in enumerate(words)}}}, f)
file_alone = Tokenizer.from_file("model/tokenizer.json").encode("The film").ids
by_class = AutoTokenizer.from_pretrained("model")("The film", add_special_tokens=False)["input_ids"]
print("transformers", transformers.__version__, "tokenizers:", file_alone, "AutoTokenizer:", by_class)
assert file_alone == [5, 7] and by_class == [6, 7]
END
PYTHONPATH=lib python3 cased.py 2>/dev/null
