#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes approximations/NAME.json: formulas of published approximations in double precision, written here
anew from their papers, and gradients by PyTorch's autograd.

    pip install torch==2.15.0 numpy==2.4.6
    make_approximations.py OUT

Of each: options, x and y and dx of the network that `mpcf-host plugin check` runs an approximation in
(2 examples of 8 tokens, 16 wide; scores have 2 heads; the second example has 5 tokens), gradients of its
parameters, and "error": of an activation the largest distance to the exact function over [-10, 10]; of a
normaliser the largest difference of a weight from softmax's, over 400 rows of 128 normal scores of
deviation 2.
"""
import json
import math
import os
import sys

import torch
from torch import where

torch.set_default_dtype(torch.float64)
B, T, H, W = 2, 8, 2, 16
KEPT = torch.zeros(B, 1, 1, T)
KEPT[0], KEPT[1, ..., :5] = 1, 1


def poly(coef, x):
    y = torch.zeros_like(x)
    for c in reversed(coef):
        y = y * x + c
    return y


# --- Activations and tanh: the formula, and what it stands in for ---

def gelu(x):
    return x / 2 * (1 + torch.erf(x / math.sqrt(2)))


def silu(x):
    return x / (1 + torch.exp(-x))


def puma_gelu(x):
    cubic = poly([-0.5054031, -0.4222658, -0.1180761, -0.0110341], x)
    sextic = 0.0018067 * x**6 - 0.0376882 * x**4 + 0.3603293 * x**2 + 0.5 * x + 0.0085263
    return where(x < -4, 0 * x, where(x < -1.95, cubic, where(x < 3, sextic, x)))


def bolt_gelu(x, b=2.7):
    t = x.abs()
    g = [0.14439048359960427, -0.7077117131613893, 4.5702822654246535, -8.15444702051307, 16.382265425072532]
    y = (g[0] * t + g[1]) * t + g[2]
    y = (y + g[0] * t + g[3]) * y + g[4] + x / 2  # BOLT's own constants and form
    return where(t < b, y, torch.relu(x))


def bolt_gelu_refit(x, b=3):
    t = x.abs()
    q = poly([0.0041063, -0.5538635, 0.5658561, -0.1971984, 0.0232896], t)
    return torch.relu(x) + where(t < b, q, 0 * x)


def gelu_o2(x):
    t = x.abs()
    return where(t < 2.2, x / 2 + 0.1159408 * t**2 + 0.2597658 * t - 0.0316129, torch.relu(x))


def gelu_quad5(x):
    y = where(x < 3, poly([-0.3639, 1.235126, -0.038356], x), x)
    y = where(x < 1, poly([0.004893, 0.5, 0.348189], x), y)
    y = where(x < -1, poly([-0.3639, -0.235126, -0.038356], x), y)
    y = where(x < -3, poly([-0.033379, -0.015325, -0.001748], x), y)
    return where(x < -5, 0 * x, y)


def tanh_poly(x):
    t = x.abs()
    q = poly([-0.0175827, 1.1950192, -0.4931344, 0.0737858, -0.0014702], t)
    return torch.sign(x) * where(t < 2.95, q, 1 + 0 * x)


def sines(b, x, period):
    return sum(c * torch.sin(2 * math.pi * (k + 1) * x / period) for k, c in enumerate(b))


def secformer_gelu(x, cut=1.7):
    u = x / math.sqrt(2)
    f = sines([1.25772, -0.0299154, 0.382155, -0.0519123, 0.196033, -0.0624557, 0.118029], u, 20)
    return x / 2 * (1 + where(u < -cut, -1 + 0 * x, where(u < cut, f, 1 + 0 * x)))


def shaft_gelu(x):
    b = [-0.0818, -0.0809, -0.0424, -0.0176, -0.0079, -0.0043, -0.0026, -0.0017]
    t = x.abs()
    return torch.relu(x) + where(t < 4, sines(b, t, 8), 0 * x)


def shaft_silu(x):
    b = [-.1299, -.1220, -.0743, -.0394, -.0216, -.0118, -.0074, -.0044, -.0033, -.0021, -.0018, -.0011]
    t = x.abs()
    return torch.relu(x) + where(t < 8, sines(b, t, 16), 0 * x)


def gelu_lut(x, entries=256, high=4, at=0.5):
    """Its gradient is the slope between an entry's neighbours."""
    width = high / entries
    t = x.abs()
    edges = (torch.arange(entries) + at) * width
    table = torch.relu(edges) - gelu(edges)
    table[-1] = 0
    i = torch.floor(t.detach() / width).long().clamp(max=entries - 1)
    left, right = (i - 1).clamp(min=0), (i + 1).clamp(max=entries - 1)
    slope = (table[right] - table[left]) / (right - left) / width * (t < high)
    return torch.relu(x) - table[i] - slope.detach() * (t - t.detach())


ELEMENTWISE = {
    "gelu_lut": (gelu_lut, gelu, -6, 6), "gelu_lut_edge": (lambda x: gelu_lut(x, at=0), gelu, -6, 6),
    "puma_gelu": (puma_gelu, gelu, -6, 6), "bolt_gelu": (bolt_gelu, gelu, -6, 6),
    "bolt_gelu_refit": (bolt_gelu_refit, gelu, -6, 6), "gelu_o2": (gelu_o2, gelu, -6, 6),
    "gelu_quad5": (gelu_quad5, gelu, -7, 7), "tanh_poly": (tanh_poly, torch.tanh, -5, 5),
    "secformer_gelu": (secformer_gelu, gelu, -5, 5), "shaft_gelu": (shaft_gelu, gelu, -6, 6),
    "shaft_silu": (shaft_silu, silu, -10, 10),
}

# --- Normalisers: of scores x and the mask m, 0 or 1 ---


def share(w, m):
    return w * m / (w * m).sum(-1, keepdim=True)


def behind_maximum(x, m):
    return x - x.masked_fill(m == 0, -math.inf).amax(-1, keepdim=True).detach()


def softmax(x, m):
    return share(torch.exp(behind_maximum(x, m).clamp(max=0)), m)


def two_linear(x, m, c=5):
    return share(x + c, m)


def power(x, m, p=4, c=0, d=0):
    u = (x + c) * m
    u = u / (u.abs().amax(-1, keepdim=True) + d)  # as the paper trains it
    return share(u**p, m)


def power_e(x, m, p=4, scale=4, e=0.1):
    return share((x / scale)**p + e / m.sum(-1, keepdim=True), m)


def l2q(x, m, a, c):
    return share((a * x + c)**2, m)


def puma_softmax(x, m):
    x = behind_maximum(x, m)
    return share(where(x < -14, 0 * x, (1 + x / 32)**32), m)


def ibert_softmax(x, m):
    x = behind_maximum(x, m)
    z = torch.floor(-x / math.log(2)).detach()
    p = x + z * math.log(2)
    return share(where(z < 16, (0.3585 * (p + 1.353)**2 + 0.344) * 2.0**-z, 0 * x), m)


def softmax_const(x, m, c=5):
    return share(torch.exp(x - c), m)


def softmax_first_max(x, m, columns=2):
    return share(torch.exp(x - x[..., :columns].amax(-1, keepdim=True).detach()), m)


def euler(x, m, steps):
    g = m / m.sum(-1, keepdim=True) + 0 * x
    for _ in range(steps):
        g = g + g * (x / steps - (g * x / steps).sum(-1, keepdim=True))
    return g


def shaft_softmax(x, m, low=-4, high=12, steps=16):
    x = where(x < low, low + 0 * x, where(x < high, x, high + 0 * x))
    return euler(x * m, m, steps) * m


def ode_softmax(x, m, steps=12):
    mean = (x * m).sum(-1, keepdim=True) / m.sum(-1, keepdim=True)
    return share(euler((x - mean) / 2 * m, m, steps)**2, m)


def sigma_attn(x, m):
    return gelu(x) * m / torch.sqrt(m.sum(-1, keepdim=True))


NORMALISERS = {
    "2linear": (two_linear, {}, -4, 12), "power": (power, {}, -8, 8),
    "power_e": (power_e, {"e": 0.1}, -8, 8),
    "power_6": (lambda x, m: power(x, m, p=6), {"p": 6}, -8, 8),
    "power_8": (lambda x, m: power(x, m, p=8, c=1), {"p": 8, "c": 1, "scale": 8}, -8, 8),
    "l2q": (l2q, {}, -8, 8), "puma_softmax": (puma_softmax, {}, -10, 10),
    "ibert_softmax": (ibert_softmax, {}, -10, 10), "softmax_const": (softmax_const, {}, -2, 10),
    "softmax_first_max": (softmax_first_max, {}, -3, 3), "shaft_softmax": (shaft_softmax, {}, -6, 10),
    "ode_softmax": (ode_softmax, {}, -6, 6), "sigma_attn": (sigma_attn, {}, -6, 6),
}


def trained(name, x, delta):
    """The sextic or quartic between the outer cuts gets DELTA of x less the middle of its piece."""
    f, cuts = {"bolt_gelu": (bolt_gelu, [-2.7, 0, 2.7]), "puma_gelu": (puma_gelu, [-4, -1.95, 3])}[name]
    y = f(x)
    for p in range(len(cuts) - 1):
        inside = (x >= cuts[p]) & (x < cuts[p + 1])
        y = y + where(inside, poly(list(delta[:, p]), x - (cuts[p] + cuts[p + 1]) / 2), 0 * x)
    return y


def trained_case(name):
    _, _, low, high = ELEMENTWISE[name]
    x, dy = inputs(low, high)
    x.requires_grad = True
    delta = torch.zeros({"bolt_gelu": 5, "puma_gelu": 7}[name], 2, requires_grad=True)
    return case(name, {"trained": True}, x, dy, trained(name, x, delta), {"delta": delta}, 0)


def inputs(low, high):
    torch.manual_seed(1)
    x = torch.rand(B * T, W) * (high - low) + low
    dy = torch.rand(B * T * W) * 2 - 1
    return x.float().double(), dy.float().double()


def numbers(t):
    return [float(f"{v:.9g}") for v in t.flatten().tolist()]


def case(name, options, x, dy, y, parameters, error):
    y.backward(dy.reshape(y.shape))
    return {"name": name, "options": options, "error": float(f"{error:.2g}"), "x": numbers(x.detach()),
            "dy": numbers(dy), "y": numbers(y.detach()), "dx": numbers(x.grad),
            "parameters": {k: numbers(p.grad) for k, p in parameters.items()}}


def elementwise(name):
    f, exact, low, high = ELEMENTWISE[name]
    x, dy = inputs(low, high)
    x.requires_grad = True
    grid = torch.linspace(-10, 10, 200001)
    options = {"at": "edge"} if name == "gelu_lut_edge" else {}
    return case(name.removesuffix("_edge"), options, x, dy, f(x), {}, (f(grid) - exact(grid)).abs().max().item())


def normaliser(name):
    f, options, low, high = NORMALISERS[name]
    x, dy = inputs(low, high)
    x.requires_grad = True
    scores = x.reshape(B, T, H, T).transpose(1, 2)
    torch.manual_seed(2)
    rows, all_kept = torch.randn(400, 1, 1, 128) * 2, torch.ones(1, 1, 1, 128)
    parameters = {}
    if name == "l2q":
        parameters = {"a": torch.ones(1, H, 1, 1, requires_grad=True),
                      "c": torch.full((1, H, 1, 1), 5.0, requires_grad=True)}
        y = f(scores, KEPT, parameters["a"], parameters["c"])
        error = f(rows, all_kept, 1, 5) - softmax(rows, all_kept)
    else:
        y = f(scores, KEPT)
        error = f(rows, all_kept) - softmax(rows, all_kept)
    return case(name.split("_")[0] if name.startswith("power_") else name, options, x, dy, y, parameters,
                error.abs().max().item())


def main(out):
    os.makedirs(out, exist_ok=True)
    for name in list(ELEMENTWISE) + list(NORMALISERS) + ["bolt_gelu_trained", "puma_gelu_trained"]:
        if name.endswith("_trained"):
            made = trained_case(name.removesuffix("_trained"))
        else:
            made = elementwise(name) if name in ELEMENTWISE else normaliser(name)
        with open(os.path.join(out, name + ".json"), "w", encoding="utf-8") as file:
            json.dump(made, file)
            file.write("\n")
        print(f"{name:20} {made['error']:.2g}")


main(sys.argv[1])
