# SPDX-License-Identifier: Apache-2.0
"""CrypTen's parties on two machines of the links that bench/over-links measured ours on, and a table of both."""
import json
import os
import re
import shlex
import subprocess
import sys
import tempfile

python, script, link, ours_file, result_file = sys.argv[1:6]
DEVICE = "mpcf0"  # of tests/link


def said(pipeline, name, default):
    """What the file PIPELINE says of NAME; little YAML is read of it here."""
    found = re.search(rf"\b{name}:\s*\{{?\s*(?:name:\s*)?([\w./-]+)", open(pipeline).read())
    return found.group(1) if found else default


def shape(pipeline):
    folder = os.path.join(os.path.dirname(pipeline), said(pipeline, "output", "run"), "student", "public", "config.json")
    config = json.load(open(folder))
    keys = {"layers": "num_hidden_layers", "hidden": "hidden_size", "heads": "num_attention_heads",
            "inter": "intermediate_size"}
    default = {"layers": 12, "hidden": 768, "heads": 12, "inter": 3072}
    words = []
    for name, key in keys.items():
        words += [f"--{name}", str(config.get(key, default[name]))]
    return words + ["--tokens", said(pipeline, "max_length", "128"), "--act", said(pipeline, "activation", "gelu"),
                    "--soft", said(pipeline, "normaliser", "softmax"), "--repeat", "1"]


def run_crypten(pipeline, network):
    with tempfile.TemporaryDirectory() as folder:
        commands = []
        for rank in range(2):
            env = {"WORLD_SIZE": "2", "RANK": str(rank), "DISTRIBUTED_BACKEND": "gloo", "GLOO_SOCKET_IFNAME": DEVICE,
                   "RENDEZVOUS": f"file://{folder}/meet", "OMP_NUM_THREADS": "1"}
            words = [f"{k}={v}" for k, v in env.items()] + [python, script, *shape(pipeline), "--rank", str(rank)]
            commands.append(f"env {shlex.join(words)} >{folder}/{rank}.json 2>{folder}/{rank}.log")
        rate = [network["delay_seconds"] * 1e3, network["bytes_per_second"] * 8e-6, 0]
        status = subprocess.run([link, *map(str, rate), *commands, "true"]).returncode
        if status != 0:
            sys.stderr.write(open(f"{folder}/0.log").read()[-2000:])
            sys.exit(status)
        return [json.loads(open(f"{folder}/{rank}.json").read().splitlines()[-1]) for rank in range(2)]


lines = json.load(open(ours_file))["runs"]
crypten = {}
print(f"\n{'pipeline':28} {'network':8} {'transport':9} {'ours s':>8} {'MB':>8} {'rounds':>6}"
      f" {'CrypTen s':>10} {'MB':>9} {'rounds':>6} {'ratio':>8}")
for line in lines:
    pipeline, name = line["pipeline"], line["network"]["name"]
    if (pipeline, name) not in crypten:
        both = run_crypten(pipeline, line["network"])
        crypten[pipeline, name] = {"seconds": max(run["seconds"][0] for run in both), "bytes": both[0]["bytes"],
                                   "rounds": both[0]["rounds"], "version": both[0]["version"]}
    theirs = line["crypten"] = crypten[pipeline, name]
    print(f"{os.path.basename(pipeline):28} {name:8} {line['transport']:9}"
          f" {line['online_seconds']:8.3f} {line['bytes'] / 1e6:8.2f} {line['rounds']:6}"
          f" {theirs['seconds']:10.2f} {theirs['bytes'] / 1e6:9.1f} {theirs['rounds']:6}"
          f" {'1/%.1f' % (theirs['seconds'] / line['online_seconds']):>8}")
json.dump({"runs": lines}, open(result_file, "w"), indent=1)
