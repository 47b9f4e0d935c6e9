# SPDX-License-Identifier: Apache-2.0
"""Runs and table of bench/over-links."""
import json
import os
import shlex
import statistics
import subprocess
import sys

host, link, examples, transports, result_file = sys.argv[1:6]
NETWORKS = ("lan", "campus", "wan")
ROLES = ("provider", "user", "dealer")  # on the machines 1, 2, 3
ADDRESSES = {
    True: {"provider": "10.77.0.1:9001", "dealer": "10.77.0.3:9002"},
    False: {"provider": "@over-links-provider", "dealer": "@over-links-dealer"},
}


def settings(transport, apart, plan):
    yield from (f"stages.infer.examples={examples}", "stages.infer.length=full", "stages.infer.timeout=300s",
                "stages.infer.fixed=false", f"transport.name={transport}", "transport.require=[]",
                f"stages.infer.network={plan}")
    for role, address in ADDRESSES[apart].items():
        yield f"parties.{role}.listen={address}"


def command(pipeline, role, transport, apart, plan):
    words = [host, pipeline, "--role", role, "--quiet"]
    for setting in settings(transport, apart, plan):
        words += ["--set", setting]
    return words


def output_of(pipeline):
    """The folder that the file names, which is all that is read of it here."""
    for line in open(pipeline):
        if line.startswith("output:"):
            return os.path.join(os.path.dirname(pipeline), line.split(":", 1)[1].split("#")[0].strip())
    sys.exit(f"over-links: {pipeline} names no output")


def seconds_of(pipeline):
    """Online as the user waits, and before that as the provider does, whom the user's message reaches last."""
    return [statistics.median(run[f"{part}_seconds"] for run in record_of(pipeline, role)["each"][1:])
            for role, part in (("user", "online"), ("provider", "offline"))]


def record_of(pipeline, role):
    return json.load(open(os.path.join(output_of(pipeline), "infer", f"{role}.json")))


def run_here(pipeline, plan):
    runs = [subprocess.Popen(command(pipeline, role, "loopback", False, plan), stdout=subprocess.DEVNULL)
            for role in ROLES]
    if any([run.wait() for run in runs]):
        sys.exit("over-links: the run on loopback failed")
    return seconds_of(pipeline)


def run_apart(pipeline, transport, network):
    shape = [network["delay_seconds"] * 1e3, network["bytes_per_second"] * 8e-6, 0]
    commands = [shlex.join(command(pipeline, role, transport, True, network["name"])) for role in ROLES]
    status = subprocess.run([link, *map(str, shape), *commands], stdout=subprocess.DEVNULL).returncode
    if status != 0:
        sys.exit(status if status == 77 else f"over-links: the run over {transport} failed")
    return seconds_of(pipeline)


def price(pipeline, network):
    words = [host, "cost", pipeline, "--network", network, "--json", result_file + ".cost", "--set",
             f"stages.infer.examples={examples}", "--set", "stages.infer.length=full", "--set",
             f"stages.infer.network={network}"]
    subprocess.run(words + anew, check=True, stdout=subprocess.DEVNULL)
    anew.clear()
    cost = json.load(open(result_file + ".cost"))
    os.remove(result_file + ".cost")
    return cost["network"], cost["lengths"][-1]


anew = ["--measure"]  # the first time
lines = []
print(f"{'pipeline':28} {'network':8} {'transport':9} {'rounds':>6} {'MB':>8} {'computing s':>11}"
      f" {'online s':>9} {'predicted':>9} {'ratio':>6} {'offline s':>9} {'predicted':>9} {'ratio':>6}")
for pipeline in sys.argv[6:]:
    for name in NETWORKS:
        computing = run_here(pipeline, name)[0]
        network, cost = price(pipeline, name)
        online, offline = cost["online"], cost["offline"]
        for transport in transports.split():
            seconds, before = run_apart(pipeline, transport, network)
            lines.append({"pipeline": pipeline, "network": network, "transport": transport, "online_seconds": seconds,
                          "cost_seconds": online["seconds"], "link_seconds": online["link_seconds"],
                          "offline_seconds": before, "offline_cost_seconds": offline["seconds"],
                          "computing_seconds": computing, "rounds": online["rounds"], "bytes": online["bytes"]})
            print(f"{os.path.basename(pipeline):28} {name:8} {transport:9} {online['rounds']:6} {online['bytes'] / 1e6:8.2f}"
                  f" {computing:11.3f} {seconds:9.3f} {online['seconds']:9.3f} {online['seconds'] / seconds:6.2f}"
                  f" {before:9.3f} {offline['seconds']:9.3f} {offline['seconds'] / before:6.2f}", flush=True)
json.dump({"examples": int(examples), "runs": lines}, open(result_file, "w"), indent=1)
