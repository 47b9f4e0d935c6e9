#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# CrypTen 0.4.1's "exact" GELU and softmax are not. erf is a Taylor series of eight terms, which has left the function
# at 2, where it is 176 off, and which inputs of a trained network's GELU pass; softmax divides by Newton's method, which
# begins too high for sums of 200: a row of 200 equal scores, whose exponentials are 1 each, sums to 1.5, and one of 300
# to numbers of no meaning. Two parties, the settings that the package comes with, inputs that networks have.
#
# PY: a python with crypten 0.4.1 and torch 2.6.0 (bench/README.md says how they are installed); without it both are
# downloaded by python3's pip into a temporary folder, which takes some 6 GB. Fails if the functions come out right.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
if [ -z "${PY:-}" ]; then
    python3 -m venv "$work/env"
    PY=$work/env/bin/python
    "$PY" -m pip install --quiet --disable-pip-version-check torch==2.6.0 numpy==1.26.4 scipy==1.17.1 pyyaml==6.0.4 \
        omegaconf==2.4.0 onnx==1.14.1 protobuf==3.20.3
    "$PY" -m pip install --quiet --disable-pip-version-check --no-deps crypten==0.4.1
fi
cd "$work"
cat >functions.py <<'END'
import os
import sys
import warnings

warnings.filterwarnings("ignore")
import torch
import crypten

crypten.init()
assert crypten.__version__ == "0.4.1", crypten.__version__
points = torch.tensor([0.5, 1.0, 2.0, 3.0])
erf = crypten.cryptensor(points).erf().get_plain_text()
rows = {n: crypten.cryptensor(torch.zeros(1, n)).softmax(-1).get_plain_text() for n in (128, 200, 300)}
if os.environ["RANK"] == "0":
    print("crypten", crypten.__version__, "torch", torch.__version__)
    for x, got, want in zip(points, erf, torch.erf(points)):
        print(f"erf({x:.1f}) = {got:.4f}, expected {want:.4f}")
    for n, row in rows.items():
        print(f"softmax of {n} equal scores: {row[0, 0]:.6g} each, expected {1 / n:.6g}; the sum is {row.sum():.6g}")
    assert (erf - torch.erf(points))[:2].abs().max() < 0.02  # what it is made for
    assert abs(erf[2] - torch.erf(points)[2]) > 100
    assert abs(rows[128].sum() - 1) < 0.1
    assert abs(rows[200].sum() - 1) > 0.3
    assert abs(rows[300].sum() - 1) > 1e3
sys.stdout.flush()
os._exit(0)
END
export WORLD_SIZE=2 DISTRIBUTED_BACKEND=gloo GLOO_SOCKET_IFNAME=lo RENDEZVOUS="file://$work/meet" OMP_NUM_THREADS=1
RANK=1 "$PY" functions.py &
RANK=0 "$PY" functions.py
wait
