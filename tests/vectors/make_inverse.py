#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Keys and shares of core/protocol/inverse.c by an independent simulation: AES from FIPS 197, the point function
as Boyle, Gilboa, Ishai (2016) write it, the nodes that count found by recursion from the root.

    tests/vectors/make_inverse.py > tests/vectors/inverse/keys.json
"""
import json
import math
import random

SPLIT, NEAR, PLACE, PART = 4, 19, 12, 15


def sbox():
    box, p, q = [0] * 256, 1, 1
    while True:
        p = (p ^ (p << 1) ^ (0x1B if p & 0x80 else 0)) & 0xFF
        for s in (1, 2, 4):
            q ^= (q << s) & 0xFF
        if q & 0x80:
            q ^= 0x09
        x = q
        for s in (1, 2, 3, 4):
            x ^= ((q << s) | (q >> (8 - s))) & 0xFF
        box[p] = x ^ 0x63
        if p == 1:
            break
    box[0] = 0x63
    return box


BOX = sbox()


def expand(key):
    words = [list(key[4 * i : 4 * i + 4]) for i in range(4)]
    constant = 1
    for i in range(4, 44):
        w = list(words[i - 1])
        if i % 4 == 0:
            w = [BOX[b] for b in w[1:] + w[:1]]
            w[0] ^= constant
            constant = (constant << 1) ^ (0x11B if constant & 0x80 else 0)
        words.append([a ^ b for a, b in zip(words[i - 4], w)])
    return [sum(words[4 * r : 4 * r + 4], []) for r in range(11)]


def double(a):
    return ((a << 1) ^ (0x1B if a & 0x80 else 0)) & 0xFF


def aes(keys, block):
    s = [a ^ b for a, b in zip(block, keys[0])]
    for r in range(1, 11):
        s = [BOX[s[(i + 4 * (i % 4)) % 16]] for i in range(16)]
        if r < 10:
            m = []
            for c in range(4):
                col = s[4 * c : 4 * c + 4]
                m += [
                    double(col[i]) ^ double(col[(i + 1) % 4]) ^ col[(i + 1) % 4]
                    ^ col[(i + 2) % 4] ^ col[(i + 3) % 4]
                    for i in range(4)
                ]
            s = m
        s = [a ^ b for a, b in zip(s, keys[r])]
    return bytes(s)


# FIPS 197, appendix B.
assert aes(
    expand(bytes.fromhex("2b7e151628aed2a6abf7158809cf4f3c")),
    bytes.fromhex("3243f6a8885a308d313198a2e0370734"),
) == bytes.fromhex("3925841d02dc09fbdc118597196a0b32")


class Hash:
    def __init__(self, key):
        self.keys = expand(key)

    def __call__(self, seed, tweak):
        x = ((seed >> 2 << 2) | tweak).to_bytes(16, "little")
        return int.from_bytes(bytes(a ^ b for a, b in zip(x, aes(self.keys, x))), "little")


def halves(block):
    """A seed and its bit."""
    return block >> 2 << 2, block & 1


def numbers(h, seed):
    a, b = h(seed, 2), h(seed, 3)
    low = (1 << 64) - 1
    return [a & low, a >> 64, b & low]


def first_stop(depth):
    return depth if depth <= SPLIT + 3 else SPLIT + 2 + (depth - SPLIT) % 2


def place(r, l):
    t = r % (1 << l)
    return (t << PLACE >> l) - (1 << (PLACE - 1))


def make(h, bits, finest, ring, r, roots):
    depth = bits - finest
    s, t = [root >> 2 << 2 for root in roots], [0, 1]
    words, payloads = [], []
    for d in range(depth + 1):
        if d >= first_stop(depth) and (d - first_stop(depth)) % 2 == 0:
            p = place(r, bits - d)
            zero, one = numbers(h, s[0]), numbers(h, s[1])
            for k, v in enumerate([1, p, (p * p + (1 << (PLACE - 1))) >> PLACE]):
                payloads.append((-1 if t[1] else 1) * (v - zero[k] + one[k]) % (1 << ring))
        if d == depth:
            break
        bit = r >> (bits - d - 1) & 1
        child = [[halves(h(s[p], side)) for side in (0, 1)] for p in (0, 1)]
        seed = child[0][1 - bit][0] ^ child[1][1 - bit][0]
        left = child[0][0][1] ^ child[1][0][1] ^ bit ^ 1
        right = child[0][1][1] ^ child[1][1][1] ^ bit
        words.append(seed | left | right << 1)
        for p in (0, 1):
            cs, ct = child[p][bit]
            s[p], t[p] = (cs ^ seed, ct ^ (right if bit else left)) if t[p] else (cs, ct)
    return words, payloads


def series(is_root, scale, j):
    if is_root:
        g = math.isqrt(scale * scale // j)
        up, down = [1, -1, 3, -5, 35], [1, 2, 8, 16, 128]
        return [int(math.copysign(1, n)) * (abs(n) * g // (d * j**k)) for k, (n, d) in enumerate(zip(up, down))]
    return [(-1) ** k * (scale // j ** (k + 1)) for k in range(5)]


def coefficients(is_root, scale, j, g, l, finest):
    """Of 1, place, place^2 on node J of 2^l numbers; g: what c has in its own node."""
    q = series(is_root, scale, max(j, 1 << SPLIT))
    if j < 1 << SPLIT:
        q = [q[0], 0, 0, 0, 0]
    e = (g << PART >> l) - (1 << (PART - 1)) - (1 << (PART - PLACE - 1) if l > PLACE else 0)

    def horner(c):
        total = 0
        for x in reversed(c):
            total = x + (e * total >> PART)
        return total

    def rounded(x, shift):
        return (x + (1 << shift >> 1)) >> shift

    value = horner(q)
    slope = horner([k * q[k] for k in range(1, 5)])
    curve = horner([q[2], 3 * q[3], 6 * q[4]])
    third = horner([q[3], 4 * q[4]])
    shift = (l - finest) // (2 if is_root else 1)
    return [
        rounded(value - (q[4] >> 7), shift),
        -rounded(slope + (3 * third >> 4), shift + PLACE),
        rounded(curve + (q[4] >> 2), shift + PLACE),
    ]


def share(h, party, bits, finest, ring, c, root, words, payloads, is_root, scale):
    depth = bits - finest
    first = first_stop(depth)
    total = 0

    def visit(d, prefix, s, t):
        nonlocal total
        l = bits - d
        j = ((c >> l) - prefix) % (1 << d)
        if j > 1 << max(d - 1, 0):  # x would be negative
            return
        if d >= first and (d - first) % 2 == 0 and (d == depth or j >= NEAR):
            v = numbers(h, s)
            stop = 3 * ((d - first) // 2)
            for k, p in enumerate(coefficients(is_root, scale, j, c % (1 << l), l, finest)):
                total += p * (v[k] + (payloads[stop + k] if t else 0))
            return
        for side in (0, 1):
            cs, ct = halves(h(s, side))
            if t:
                cs, ct = cs ^ (words[d] >> 2 << 2), ct ^ (words[d] >> side & 1)
            visit(d + 1, 2 * prefix + side, cs, ct)

    visit(0, 0, root >> 2 << 2, party)
    return (-total if party else total) % (1 << ring)


def case(rng, bits, finest, ring, x, r):
    h_key = rng.randbytes(16)
    h = Hash(h_key)
    roots = [rng.getrandbits(128) for _ in (0, 1)]
    words, payloads = make(h, bits, finest, ring, r, roots)
    c = (x + r) % (1 << bits)
    out = {"bits": bits, "finest": finest, "ring": ring, "hash": h_key.hex(), "x": x, "r": r}
    out["seeds"] = [s.to_bytes(16, "little").hex() for s in roots]
    out["words"] = [w.to_bytes(16, "little").hex() for w in words]
    out["payloads"] = [p.to_bytes(8, "little").hex() for p in payloads]
    for name, is_root in (("inverse", False), ("root", True)):
        octaves = bits - 1 - finest
        scale = 1 << (27 + ((octaves + 1) // 2 if is_root else octaves))
        shares = [share(h, p, bits, finest, ring, c, roots[p], words, payloads, is_root, scale) for p in (0, 1)]
        m = x / 2**finest
        want = scale / (math.sqrt(m) if is_root else m)
        assert abs(sum(shares) % (1 << ring) - want) <= 1600 + want / 2**15, (name, x, r, want)
        out[name] = {"scale": scale, "shares": [s.to_bytes(8, "little").hex() for s in shares]}
    return out


def main():
    rng = random.Random(20)
    cases = []
    for bits, finest, ring in ((24, 10, 40), (27, 10, 64), (31, 13, 48), (12, 4, 37), (9, 3, 36)):
        for x in (1 << (finest + SPLIT), (1 << (bits - 1)) - 1, rng.randrange(1 << (finest + SPLIT), 1 << (bits - 1))):
            r = rng.choice([rng.getrandbits(bits), -x % (1 << bits), (1 << bits) - 1])
            cases.append(case(rng, bits, finest, ring, x, r))
    print(json.dumps(cases, indent=1))


if __name__ == "__main__":
    main()
