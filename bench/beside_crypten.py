# SPDX-License-Identifier: Apache-2.0
"""Table and JSON of what bench/beside-crypten measured: medians and their ratio."""
import json
import statistics
import sys

folder, rounds, pairs = sys.argv[1], int(sys.argv[2]), sys.argv[3:]
result = {}
print(f"{'pair':16} {'ours s':>8} {'CrypTen s':>10} {'ratio':>6} {'ours MB':>9} {'CrypTen MB':>11} {'rounds':>7} {'theirs':>7}")
for pair in pairs:
    ours = [json.load(open(f"{folder}/mpcf-{pair}-{i}.json")) for i in range(rounds)]
    theirs = [json.loads(line) for line in open(f"{folder}/crypten-{pair}.jsonl")]
    line = {
        "seconds": statistics.median(o["online"]["seconds"] for o in ours),
        "bytes": ours[0]["online"]["bytes"],
        "rounds": ours[0]["online"]["rounds"],
        "crypten_seconds": statistics.median(t["s_min"] for t in theirs),
        "crypten_bytes": 2e6 * theirs[0]["sent_MB_per_party"],
        "crypten_rounds": theirs[0]["rounds"],
        "runs": rounds,
    }
    line["ratio"] = line["seconds"] / line["crypten_seconds"]
    result[pair] = line
    print(f"{pair:16} {line['seconds']:8.2f} {line['crypten_seconds']:10.2f} {line['ratio']:6.3f} {line['bytes'] / 1e6:9.1f}"
          f" {line['crypten_bytes'] / 1e6:11.1f} {line['rounds']:7} {line['crypten_rounds']:7}")
json.dump(result, open(f"{folder}/beside-crypten.json", "w"), indent=1)
