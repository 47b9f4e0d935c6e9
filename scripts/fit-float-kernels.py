#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Prints the coefficients of core/compute/float_functions_template.h: weighted least squares on Chebyshev nodes.

    pip install numpy mpmath
"""
import mpmath as mp
import numpy as np


def fit(function, low, high, degree, weight=lambda x: 1.0, nodes=400):
    """Polynomial of DEGREE with the smallest weighted error, lowest coefficient first."""
    k = np.arange(nodes)
    x = (low + high) / 2 + (high - low) / 2 * np.cos(np.pi * (k + 0.5) / nodes)
    y = np.array([float(function(mp.mpf(v))) for v in x])
    w = np.array([weight(v) for v in x])
    for _ in range(60):  # towards the smallest largest error
        a = np.vander(x, degree + 1, increasing=True) * w[:, None]
        c = np.linalg.lstsq(a, y * w, rcond=None)[0]
        error = abs(np.vander(x, degree + 1, increasing=True) @ c - y) * np.array([weight(v) for v in x])
        w *= (0.2 + error / error.max()) ** 0.25
        w /= w.max()
    return c, error.max()


def show(name, result):
    c, error = result
    print(f"{name}: {', '.join(f'{float(np.float32(v))!r}F'.replace('F', 'F') for v in c)}   error {error:.1e}")


ln2 = mp.log(2)
show("exp(r)=1+r+r^2 p(r)", fit(lambda r: (mp.exp(r) - 1 - r) / r ** 2, -0.3467, 0.3467, 5, lambda r: r * r))
# in s = x^2
show("erf(x)=x+x p(x^2)", fit(lambda s: mp.erf(mp.sqrt(s)) / mp.sqrt(s) - 1, 1e-9, 1.0, 6))
# erf(x) = 1 - exp(-x (c0 + ..))
show("-log(erfc(x))/x", fit(lambda t: -mp.log(mp.erfc(t)) / t, 0.98, 4.0, 7, lambda t: t * float(mp.erfc(t))))
show("tanh(x)=x+x s p(s)", fit(lambda s: (mp.tanh(mp.sqrt(s)) / mp.sqrt(s) - 1) / s, 1e-6, 0.625 ** 2, 4, lambda s: s))
