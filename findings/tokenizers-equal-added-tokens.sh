#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Two added tokens that become the same text once normalised ("Word" and "word" before a normaliser that
# lower-cases): tokenizers 0.23.3 gives the text either id, and which of them changes from one process to
# the next, with the same files and the same text. One would expect the first, the last or the longer
# one, but always the same. A network then answers the same question differently by chance. mpcf refuses
# such a tokenizer by the names of both tokens.
#
# Needs python3 with pip and the right to download packages; installs nothing outside a temporary folder.
# Fails if 40 processes agree.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m pip install --quiet --disable-pip-version-check --target lib tokenizers==0.23.3
cat >ids.py <<'END'
from tokenizers import AddedToken, Tokenizer, models, normalizers, pre_tokenizers

t = Tokenizer(models.WordLevel({"<unk>": 0, "a": 1}, unk_token="<unk>"))
t.normalizer = normalizers.Lowercase()
t.pre_tokenizer = pre_tokenizers.Whitespace()
t.add_tokens([AddedToken("Word", normalized=True), AddedToken("word", normalized=True)])
print(t.encode("a word").ids)
END
PYTHONPATH=lib python3 -c 'import tokenizers; print("tokenizers", tokenizers.__version__)'
i=0
while [ $i -lt 40 ]; do
    PYTHONPATH=lib python3 ids.py
    i=$((i + 1))
done | sort | uniq -c | tee seen
[ "$(wc -l <seen)" -eq 2 ]
# Seen:
#      16 [1, 2]
#      24 [1, 3]
