# SPDX-License-Identifier: Apache-2.0
"""Table and JSON of what bench/beside-crypten measured: medians, online and offline, and their ratios.

CrypTen makes its triples inside the clock, by party 0, which then knows them: what it spends there is its offline part.
It counts what one party sends; the other sends as much.
"""
import json
import statistics
import sys

folder, rounds, pairs = sys.argv[1], int(sys.argv[2]), sys.argv[3:]


def median(lines, get):
    return statistics.median(get(line) for line in lines)


def ours_of(pair):
    lines = [json.load(open(f"{folder}/mpcf-{pair}-{i}.json")) for i in range(rounds)]
    first = lines[0]
    return {
        "weights": first["weights"],
        "online_seconds": median(lines, lambda o: o["online"]["seconds"]),
        "offline_seconds": median(lines, lambda o: o["offline"]["seconds"]),
        "online_bytes": first["online"]["bytes"],
        "offline_bytes": first["offline"]["bytes"],
        "rounds": first["online"]["rounds"],
    }


def theirs_of(pair):
    lines = [json.loads(line) for line in open(f"{folder}/crypten-{pair}.jsonl")]
    dealing = median(lines, lambda t: max(t["dealer_s"]))
    return {
        "system": lines[0]["system"],
        "online_seconds": median(lines, lambda t: t["s_min"]) - dealing,
        "offline_seconds": dealing,
        "online_bytes": 2e6 * lines[0]["sent_MB_per_party"],
        "rounds": lines[0]["rounds"],
    }


def total(side):
    return side["online_seconds"] + side["offline_seconds"]


result = {}
print(f"{'pair':14} {'':9} {'online s':>9} {'offline s':>9} {'both s':>8} {'online MB':>10} {'offline MB':>10} {'rounds':>7}")
for pair in pairs:
    ours, theirs = ours_of(pair), theirs_of(pair)
    result[pair] = {"ours": ours, "crypten": theirs, "runs": rounds,
                    "ratio_online": ours["online_seconds"] / theirs["online_seconds"],
                    "ratio": total(ours) / total(theirs)}
    for name, side in (("ours", ours), ("CrypTen", theirs)):
        offline = f"{side['offline_bytes'] / 1e6:10.1f}" if "offline_bytes" in side else f"{'-':>10}"
        print(f"{pair:14} {name:9} {side['online_seconds']:9.2f} {side['offline_seconds']:9.2f} {total(side):8.2f}"
              f" {side['online_bytes'] / 1e6:10.1f} {offline} {side['rounds']:7}")
    print(f"{'':14} {'ratio':9} {'1/%.1f' % (1 / result[pair]['ratio_online']):>9} {'':9} {'1/%.1f' % (1 / result[pair]['ratio']):>8}")
json.dump(result, open(f"{folder}/beside-crypten.json", "w"), indent=1)
