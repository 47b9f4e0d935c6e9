# SPDX-License-Identifier: Apache-2.0
"""Table and JSON of what bench/beside-pytorch measured: medians and their ratio."""
import json
import re
import statistics
import sys

folder, rounds = sys.argv[1], int(sys.argv[2])
ours = [json.load(open(f"{folder}/train-{i}.json")) for i in range(rounds)]
theirs = re.findall(r"(\w+): ([\d.]+) examples/s", open(f"{folder}/pytorch.txt").read())
result = {}
print(f"{'stage':20} {'ours/s':>8} {'PyTorch/s':>10} {'ratio':>6}")
for name, stage in (("finetune", "finetune"), ("distill.layers", "layers"), ("distill.prediction", "prediction")):
    a = statistics.median(o[name]["examples_per_second"] for o in ours)
    b = statistics.median(float(v) for k, v in theirs if k == stage)
    result[name] = {"examples_per_second": a, "pytorch_examples_per_second": b, "ratio": a / b, "runs": rounds}
    print(f"{name:20} {a:8.1f} {b:10.1f} {a / b:6.2f}")
json.dump(result, open(f"{folder}/beside-pytorch.json", "w"), indent=1)
