#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes predict/: tiny checkpoints as transformers saves them, texts a line each, and what the library's
own forward makes of them: label, probabilities, logits.

    pip install torch transformers==5.24.0
    make_predict.py OUT [SEED]

OUT/NAME/: config.json, model.safetensors, tokenizer files; OUT/NAME/answers.jsonl: a line for each of
OUT/texts.txt. Lines of texts.txt are texts, or pairs with a tab between; it begins with a byte order mark,
has one line that ends with "\\r\\n", an empty one, and none of its last has an end.
"""
import json
import os
import sys

import torch
from transformers import (BertConfig, BertForSequenceClassification, BertTokenizerFast, DistilBertConfig,
                          DistilBertForSequenceClassification)

WORDS = "[PAD] [UNK] [CLS] [SEP] [MASK] the film was good bad dull warm and story a ##s ##ly , . ! é".split()
TEXTS = ["the film was good", "a dull story, and bad!", "", "warm films\tthe story was dull", "é unknown words",
         "good " * 60, "the story\t", "\tgood", "Warm, warmly"]
NAMES = {0: "no", 1: "perhaps \u00e9", 2: "yes"}
SIZES = dict(vocab_size=len(WORDS), hidden_size=16, num_hidden_layers=2, num_attention_heads=2, intermediate_size=24,
             max_position_embeddings=32)


def make(kind, seed):
    torch.manual_seed(seed)
    if kind == "classes":
        return BertForSequenceClassification(BertConfig(id2label=NAMES, label2id={n: i for i, n in NAMES.items()},
                                                        **SIZES))
    if kind == "score":
        return BertForSequenceClassification(BertConfig(num_labels=1, problem_type="regression", **SIZES))
    return DistilBertForSequenceClassification(DistilBertConfig(
        vocab_size=len(WORDS), dim=16, n_layers=1, n_heads=2, hidden_dim=24, max_position_embeddings=32))


def spread(model):
    """Weights as large as trained ones, so that logits differ."""
    with torch.no_grad():
        for name, p in model.named_parameters():
            if p.dim() > 1:
                p.mul_(12)


def answer(model, tokenizer, text):
    parts = [[part] for part in text.split("\t")]  # lists: else an empty second text would be none
    inputs = tokenizer(*parts, truncation=True, max_length=32, return_tensors="pt")
    if not hasattr(model, "bert"):
        inputs.pop("token_type_ids", None)
    logits = model(**inputs).logits[0].detach()
    if len(logits) == 1:
        return {"score": logits[0].item(), "logits": logits.tolist()}
    return {"label": model.config.id2label[int(logits.argmax())], "probabilities": logits.double().softmax(0).tolist(),
            "logits": logits.tolist()}


def main():
    out, seed = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 7
    os.makedirs(out, exist_ok=True)
    lines = ["\ufeff" + TEXTS[0] + "\r"] + TEXTS[1:]
    with open(os.path.join(out, "texts.txt"), "w", encoding="utf-8", newline="") as f:
        f.write("\n".join(lines))
    with open(os.path.join(out, "vocab.txt"), "w", encoding="utf-8") as f:
        f.write("\n".join(WORDS) + "\n")
    for kind in ("classes", "score", "unnamed"):
        model = make(kind, seed).eval()
        spread(model)
        folder = os.path.join(out, kind)
        tokenizer = BertTokenizerFast(vocab=os.path.join(out, "vocab.txt"), do_lower_case=True)
        model.save_pretrained(folder)
        tokenizer.save_pretrained(folder)
        with open(os.path.join(folder, "answers.jsonl"), "w", encoding="utf-8") as f:
            for text in TEXTS:
                f.write(json.dumps(answer(model, tokenizer, text), ensure_ascii=False) + "\n")
    os.remove(os.path.join(out, "vocab.txt"))


if __name__ == "__main__":
    main()
