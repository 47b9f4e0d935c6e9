#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What Python's csv module reads of GLUE's and IMDb's files: tests/vectors/datasets/splits.json.

    pip install scikit-learn==1.9.1 scipy==1.17.1
    make_datasets.py DATA        the folder with glue/ and imdb/ (the texts of imdb as train.tsv, test.tsv)

An entry has a file's rows, how many of each class (or the sum of the scores), and the SHA-256 over all rows: text,
0x1f, second text, 0x1f, class or score or nothing, newline. Rows are read as Hugging Face's loader reads them: csv with
QUOTE_NONE, columns by name; CoLA's train and dev by number. With them stand the task's figures, by scikit-learn and scipy,
of these labels and of predictions that come from the number of the row (guess()).
"""
import csv
import hashlib
import json
import os
import sys

from scipy.stats import pearsonr, spearmanr
from sklearn.metrics import accuracy_score, f1_score, matthews_corrcoef

csv.field_size_limit(1 << 30)
HERE = os.path.dirname(os.path.abspath(__file__))
NUMBERS = ["0", "1"]
ENTAILMENT = ["entailment", "not_entailment"]
THREE = ["entailment", "neutral", "contradiction"]
# task, texts, label, its words (None: a score), splits and their files where they have other names
TASKS = [
    ("CoLA", ["sentence"], "label", NUMBERS, {"train": "", "dev": "", "test": ""}),
    ("SST-2", ["sentence"], "label", NUMBERS, {"train": "", "dev": ""}),
    ("MRPC", ["#1 String", "#2 String"], "Quality", NUMBERS, {"train": "", "dev": "", "test": ""}),
    ("STS-B", ["sentence1", "sentence2"], "score", None, {"train": "", "dev": "", "test": ""}),
    ("QQP", ["question1", "question2"], "is_duplicate", NUMBERS,
     {"train": "train_subset.tsv", "dev": "dev_subset.tsv"}),
    ("MNLI", ["sentence1", "sentence2"], "gold_label", THREE, {"train": "train_sample.tsv", "dev_matched": ""}),
    ("QNLI", ["question", "sentence"], "label", ENTAILMENT, {"train": "train_sample.tsv", "dev": "", "test": ""}),
    ("RTE", ["sentence1", "sentence2"], "label", ENTAILMENT, {"train": "", "dev": "", "test": ""}),
    ("WNLI", ["sentence1", "sentence2"], "label", NUMBERS, {"train": "", "dev": ""}),
]


def rows_of(path, task, split):
    with open(path, encoding="utf-8-sig", newline="\n") as f:
        if task == "CoLA" and split != "test":
            for row in csv.reader(f, delimiter="\t", quoting=csv.QUOTE_NONE):
                yield {"label": row[1], "sentence": row[3]}
        else:
            yield from csv.DictReader(f, delimiter="\t", quoting=csv.QUOTE_NONE)


FIGURES = {"accuracy": accuracy_score, "f1": f1_score, "matthews": matthews_corrcoef,
           "pearson": lambda x, y: pearsonr(x, y).statistic, "spearman": lambda x, y: spearmanr(x, y).statistic}
METRICS = {"CoLA": ["matthews"], "STS-B": ["pearson", "spearman"], "MRPC": ["accuracy", "f1"], "QQP": ["accuracy", "f1"]}


def guess(row, label, classes):
    """As a network might: four of five are right; of scores some are closer."""
    share = row * 2654435761 % 2**32 / 2**32
    if classes == 1:
        return label + 2 * share - 1
    return label if share < 0.8 else row % classes


def figures(labels, task, classes):
    guesses = [guess(i, x, classes) for i, x in enumerate(labels)]
    return {m: float(FIGURES[m](labels, guesses)) for m in METRICS.get(task, ["accuracy"])}


def summary(examples, task, classes):
    digest, count, counts, labels = hashlib.sha256(), 0, {}, []
    for a, b, label in examples:
        labels += [label if classes == 1 else int(label)] if label != "" else []
        label = f"{label:.3f}" if isinstance(label, float) else label
        digest.update("\x1f".join([a, b, label]).encode() + b"\n")
        counts[label] = counts.get(label, 0) + 1
        count += 1
    return {"rows": count, "classes": {k: v for k, v in sorted(counts.items()) if "." not in k},
            "digest": digest.hexdigest(), "figures": figures(labels, task, classes) if labels else {}}


def glue_examples(path, task, texts, column, words, split):
    for row in rows_of(path, task, split):
        label = row.get(column) or ""
        if label != "":
            label = float(label) if words is None else str(words.index(label))
        yield row[texts[0]], row[texts[1]] if len(texts) > 1 else "", label


def imdb_examples(path):
    with open(path, encoding="utf-8", newline="\n") as f:
        next(f)
        rows = [line.rstrip("\n").split("\t") for line in f]
    for name, _, _, review in sorted(rows, key=lambda r: (r[0].split("/")[0], int(r[0].split("/")[1].split("_")[0]))):
        yield review, "", "1" if name.startswith("pos") else "0"


def subset_examples(folder):
    for label in ("neg", "pos"):
        names = os.listdir(os.path.join(folder, label))
        for name in sorted(names, key=lambda n: int(n.split("_")[0])):
            with open(os.path.join(folder, label, name), encoding="utf-8", newline="") as f:
                yield f.read(), "", "1" if label == "pos" else "0"


def entries(data):
    for task, texts, column, words, splits in TASKS:
        for split, name in splits.items():
            path = os.path.join(data, "glue", task, name or split + ".tsv")
            options = f"{{task: {task}" + (f", {split.split('_')[0]}_file: {name}}}" if name else "}")
            yield {"reader": "glue", "options": options, "path": f"glue/{task}", "split": split,
                   **summary(glue_examples(path, task, texts, column, words, split), task, len(words or [0]))}
    for split in ("train", "test"):
        folder = os.path.join(data, "imdb", "aclImdb_subset", split)
        yield {"reader": "imdb", "options": "{}", "path": "imdb/aclImdb_subset", "split": split,
               **summary(subset_examples(folder), "IMDb", 2)}
    for split in ("train", "test"):
        yield {"reader": "imdb", "options": "{}", "path": "", "split": split,
               **summary(imdb_examples(os.path.join(data, "imdb", split + ".tsv")), "IMDb", 2)}


def main():
    folder = os.path.join(HERE, "datasets")
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, "splits.json"), "w", encoding="utf-8") as f:
        f.write("[\n" + ",\n".join(json.dumps(e) for e in entries(sys.argv[1])) + "\n]\n")


if __name__ == "__main__":
    sys.exit(__doc__) if len(sys.argv) != 2 else main()
