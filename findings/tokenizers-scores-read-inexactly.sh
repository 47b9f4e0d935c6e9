#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# tokenizers 0.23.3 does not read the scores of a Unigram model as they are written: a decimal number is
# read as its digits times or divided by a power of ten, which rounds twice, so that about one score
# in eight is the neighbour of the double that every correctly rounding reader gets (Python's json, strtod).
# A tokenizer.json that is loaded and saved again has other scores than before, by one unit in the last
# place, though the numbers were printed so as to be read back exactly. Where two ways of cutting a word
# differ by less than that, the ids differ. mpcf reads scores in the same two roundings.
#
# Needs python3 with pip and the right to download packages; installs nothing outside a temporary folder.
# Fails if all scores come back as they were.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m pip install --quiet --disable-pip-version-check --target lib tokenizers==0.23.3 2>/dev/null
cat >scores.py <<'END'
import json
import random

import tokenizers
from tokenizers import Tokenizer

print("tokenizers", tokenizers.__version__)
random.seed(1)
scores = [-20 * random.random() for _ in range(4000)]
vocab = [["<unk>", 0.0]] + [[f"piece{i}", s] for i, s in enumerate(scores)]
before = {"version": "1.0", "added_tokens": [], "model": {"type": "Unigram", "unk_id": 0, "vocab": vocab}}
after = json.loads(Tokenizer.from_str(json.dumps(before)).to_str())["model"]["vocab"]
changed = [(a, b) for (_, a), (_, b) in zip(vocab, after) if a != b]
print(f"{len(changed)} of {len(scores)} scores changed; the first: {changed[0][0]!r} became {changed[0][1]!r}")
assert all(abs(a - b) < 1e-14 for a, b in changed)
assert 200 < len(changed) < 1000
END
PYTHONPATH=lib python3 scores.py
