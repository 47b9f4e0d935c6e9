#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What scikit-learn and scipy make of labels and predictions: tests/vectors/metrics/cases.json.

    pip install scikit-learn==1.9.1 scipy==1.17.1
    make_metrics.py write                     the small vectors
    make_metrics.py compare LABELS.json       figures of labels and predictions in a file, on standard output

A case has labels, predictions and a figure for each metric that the libraries have one for. Where they have none
(nan: a side that is constant, a single score) the case says null, and mpcf gives 0.
"""
import json
import math
import os
import random
import sys
import warnings

import numpy
from scipy.stats import pearsonr, spearmanr
from sklearn.metrics import accuracy_score, f1_score, matthews_corrcoef

warnings.simplefilter("ignore")
HERE = os.path.dirname(os.path.abspath(__file__))


def number(value):
    value = float(value)
    return value if math.isfinite(value) else None


def of_classes(name, labels, predictions):
    case = {"name": name, "labels": labels, "predictions": predictions,
            "accuracy": accuracy_score(labels, predictions),
            "matthews": number(matthews_corrcoef(labels, predictions))}
    if max(labels + predictions) < 2:
        case["f1"] = float(f1_score(labels, predictions, zero_division=0.0))
    return case


def of_scores(name, labels, predictions):
    case = {"name": name, "labels": labels, "predictions": predictions, "pearson": None, "spearman": None}
    if len(labels) > 1:
        case["pearson"] = number(pearsonr(labels, predictions).statistic)
        case["spearman"] = number(spearmanr(labels, predictions).statistic)
    return case


def class_cases():
    r = random.Random(1)
    yield of_classes("one class only, all right", [1] * 5, [1] * 5)
    yield of_classes("one class only, the other predicted", [0] * 5, [1] * 5)
    yield of_classes("no positive predictions", [0, 1, 1, 0], [0] * 4)
    yield of_classes("no positives at all", [0] * 4, [0] * 4)
    yield of_classes("no positive labels", [0] * 4, [0, 1, 0, 0])
    yield of_classes("all wrong", [0, 1, 1, 0], [1, 0, 0, 1])
    yield of_classes("one example", [1], [1])
    yield of_classes("one example, wrong", [1], [0])
    yield of_classes("a class that nobody has", [0, 2, 2, 0], [0, 2, 0, 2])
    yield of_classes("predictions of a class that no label has", [0, 1, 1, 0], [2, 1, 2, 0])
    for classes in (2, 3, 7):
        for share in (0.5, 0.9):
            labels = [r.randrange(classes) for _ in range(211)]
            answers = [x if r.random() < share else r.randrange(classes) for x in labels]
            yield of_classes(f"{classes} classes, {share:g} right", labels, answers)
    rare = [1 if i % 97 == 0 else 0 for i in range(400)]
    yield of_classes("a rare class", rare, [x ^ (i % 53 == 0) for i, x in enumerate(rare)])


def score_cases():
    r = random.Random(2)
    normal = [r.gauss(0, 1) for _ in range(120)]
    near = [x + r.gauss(0, 0.4) for x in normal]
    yield of_scores("normal", normal, near)
    yield of_scores("opposed", normal, [-x for x in near])
    yield of_scores("constant predictions", normal[:9], [0.1] * 9)
    yield of_scores("constant labels", [2.5] * 9, normal[:9])
    yield of_scores("both constant, by numbers that have no exact mean", [0.1] * 3, [0.7] * 3)
    yield of_scores("one score", [1.5], [2.5])
    yield of_scores("two scores", [1.5, 2], [2.5, 9])
    yield of_scores("two scores, opposed", [1.5, 2], [9, 2.5])
    yield of_scores("ties", [round(5 * r.random() * 4) / 4 for _ in range(150)],
                    [round(5 * r.random()) for _ in range(150)])
    yield of_scores("ties of nearly all", [0.0] * 40 + [1.0], [0.0] * 39 + [1.0, 1.0])
    yield of_scores("zeros of both signs", [0.0, -0.0, 1.0, 2.0], [1.0, 2.0, 3.0, -0.0])
    yield of_scores("far from 0", [1e6 + x for x in normal], [-3e5 + x for x in near])
    yield of_scores("very large", [1e180 * x for x in normal], [1e150 * x for x in near])
    yield of_scores("very small", [1e-180 * x for x in normal], [1e-200 * x for x in near])
    yield of_scores("an outlier", normal, near[:-1] + [1e9])
    gold = [round(5 * r.random(), 3) for _ in range(300)]
    yield of_scores("as STS-B has them", gold, [float(numpy.float32(x + r.gauss(0, 0.8))) for x in gold])


def write():
    folder = os.path.join(HERE, "metrics")
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, "cases.json"), "w", encoding="utf-8") as f:
        f.write("[\n" + ",\n".join(json.dumps(c) for c in [*class_cases(), *score_cases()]) + "\n]\n")


def compare(path):
    with open(path, encoding="utf-8") as f:
        given = json.load(f)
    whole = all(x == int(x) and x >= 0 for x in given["labels"] + given["predictions"])
    figures = (of_classes if whole and not given.get("scores") else of_scores)("", given["labels"], given["predictions"])
    print(json.dumps({k: v for k, v in figures.items() if k not in ("name", "labels", "predictions")}))


if __name__ == "__main__":
    if sys.argv[1:] == ["write"]:
        write()
    elif len(sys.argv) == 3 and sys.argv[1] == "compare":
        compare(sys.argv[2])
    else:
        sys.exit(__doc__)
