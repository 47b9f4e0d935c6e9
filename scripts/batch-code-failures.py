#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""batch-code-failures.py [TRIALS]: how often the batch code of the private embedding has no place for a
text (core/protocol/batch_code.h), as docs/protocols.md says it. A tool of development; no more than
Python.

For each number of ids, all distinct (the worst text), and each vocabulary: in how many of TRIALS texts
of random ids some are left over without the stash, and with it; by the same hashes and a matching that
leaves as few over as possible. And a bound that holds for random hashes. By Hall's theorem more than s
ids (the stash) are left without a place only where some u = k + s + 1 ids have all their buckets among k;
of the smallest such set, each of these buckets has two of the ids at least. With m buckets in each third
the chance is at most the sum over u and k = k1 + k2 + k3 of

    C(n, u) prod_i C(m, k_i) N(u, k_i) m^-u,

N(u, k): the functions from u ids onto k buckets that give each two or more.
"""
import math
import operator
import random
import sys

COPIES, STASH, MORE, LEAST = 3, 1, 12, 96
MASK = (1 << 64) - 1


def mixed(x):
    x = ((x ^ x >> 30) * 0xBF58476D1CE4E5B9) & MASK
    x = ((x ^ x >> 27) * 0x94D049BB133111EB) & MASK
    return x ^ x >> 31


def bucket(buckets, row, i):
    third = buckets // COPIES
    high = mixed((row * COPIES + i + 1) * 0x9E3779B97F4A7C15 & MASK) >> 32
    return i * third + (high * third >> 32)


def bucket_count(ids):
    wanted = max(ids + (ids + 1) // 2 + MORE, LEAST)
    return -(-wanted // COPIES) * COPIES


def left_over(choices, buckets):
    """Ids that a largest matching leaves."""
    owner, left = [-1] * buckets, 0
    at = [-1] * len(choices)
    for first in range(len(choices)):
        queue, via, free = [first], {}, -1
        for looking in queue:
            for b in choices[looking]:
                if b in via:
                    continue
                via[b] = looking
                if owner[b] < 0:
                    free = b
                    break
                queue.append(owner[b])
            if free >= 0:
                break
        if free < 0:
            left += 1
        while free >= 0:
            who = via[free]
            owner[free], at[who], free = who, free, at[who]
    return left


def simulate(ids, vocabulary, trials):
    buckets = bucket_count(ids)
    table = [[bucket(buckets, r, i) for i in range(COPIES)] for r in range(vocabulary)]
    without = beyond = 0
    for _ in range(trials):
        left = left_over([table[r] for r in random.sample(range(vocabulary), ids)], buckets)
        without += left > 0
        beyond += left > STASH
    return without, beyond


def log_choose(n, k):
    return math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1)


MEAN = 3.0  # of the Poisson numbers by which functions are counted; anything, near the mean of a bucket


def twice_onto(ids, most):
    """[k][u]: log N(u, k), or -inf: the coefficient of x^u in u! (e^x - 1 - x)^k."""
    weight = [math.exp(j * math.log(MEAN) - MEAN - math.lgamma(j + 1)) for j in range(ids + 1)]
    row, table = [1.0] + [0.0] * ids, [None]
    for k in range(1, most + 1):
        row = [sum(map(operator.mul, weight[2:u + 1], reversed(row[:u - 1]))) if u >= 2 * k else 0.0
               for u in range(ids + 1)]
        table.append([math.lgamma(u + 1) + k * MEAN - u * math.log(MEAN) + math.log(x) if x > 0
                      else u * math.log(k) if u >= 2 * k else -math.inf
                      for u, x in enumerate(row)])  # too small for a double: all functions
    return table


def bound(ids, stash):
    """log10 of the sum; k_i >= 1, since each id has one bucket in each third."""
    m = bucket_count(ids) // COPIES
    onto, logs = twice_onto(ids, min(m, ids // 2)), []
    for u in range(2, ids + 1):
        third = [None] + [log_choose(m, k) + onto[k][u] - u * math.log(m)
                          for k in range(1, min(m, u // 2) + 1)]
        k, sums = u - stash - 1, []
        for a in range(1, min(k, len(third) - 1) + 1):
            for b in range(1, min(k - a - 1, len(third) - 1) + 1):
                if k - a - b < len(third):
                    sums.append(third[a] + third[b] + third[k - a - b])
        if sums:
            top = max(sums)
            logs.append(log_choose(ids, u) + top + math.log(sum(math.exp(x - top) for x in sums)))
    top = max(logs)
    return (top + math.log(sum(math.exp(x - top) for x in logs))) / math.log(10)


def main():
    trials = int(sys.argv[1]) if len(sys.argv) > 1 else 2000
    random.seed(1)
    print("  ids buckets  bound: no stash  with it   vocabulary   texts  left over  refused")
    for ids in (16, 32, 64, 128, 256, 512):
        no_stash, with_stash = bound(ids, 0), bound(ids, STASH)
        for vocabulary in (1000, 8000, 30522, 250000):
            some = max(trials * 64 // max(ids, 64), 200)
            left, refused = simulate(ids, vocabulary, some)
            print(f"{ids:5} {bucket_count(ids):7}  {'1e%.1f' % no_stash:>15} {'1e%.1f' % with_stash:>8} "
                  f"{vocabulary:12} {some:7} {left:10} {refused:8}", flush=True)


if __name__ == "__main__":
    main()
