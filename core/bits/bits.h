/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bit-sliced form: plane j holds bit j of every element, 64 elements a word. A boolean circuit
 * on planes then works on 64 elements an instruction, and on more where the compiler vectorises.
 *
 * Element e is bit e % 64 of word e / 64. All are constant in time.
 */
#ifndef MPCF_BITS_BITS_H
#define MPCF_BITS_BITS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Words of one plane of N elements. */
size_t bit_plane_words(size_t n);

/* PLANES[j * stride + w], j below BITS (1 .. 64), w below bit_plane_words(n): the low BITS bits
 * of X [n]. What the last word of a plane has over is 0. STRIDE, in words, is at least
 * bit_plane_words(n). */
void bit_slice(uint64_t *planes, size_t stride, const uint64_t *x, size_t n, unsigned bits);
/* The inverse: X [n], bits above are 0. */
void bit_unslice(uint64_t *x, const uint64_t *planes, size_t stride, size_t n, unsigned bits);

/* One plane: the low bit of each of X [n], into bit_plane_words(n) words; and its inverse, each
 * element 0 or 1. */
void bit_collect(uint64_t *words, const uint64_t *x, size_t n);
void bit_spread(uint64_t *x, const uint64_t *words, size_t n);

/*
 * Comparison by groups of up to four bits, on planes of WORDS words, STRIDE apart.
 */

/* DIFFERENCE = NUMBER - T modulo 2^BITS (1 .. 64), T public. */
void bit_subtract(uint64_t *difference, const uint64_t *number, uint64_t t, size_t stride,
                  unsigned bits, size_t words);
/* The one-hot form of a number of BITS (1 .. 4) planes: plane J - 1 of HOT, 1 <= J < 2^BITS, has
 * the elements where it is J. */
void bit_one_hot(uint64_t *hot, const uint64_t *number, size_t stride, unsigned bits, size_t words);
/* HOT is one party's XOR share of the one-hot form of r, NUMBER is public: its shares LESS [WORDS]
 * of [number < r] and EQUAL of [number = r]. One of the two parties says it is FIRST. */
void bit_group_compare(uint64_t *less, uint64_t *equal, const uint64_t *hot, const uint64_t *number,
                       size_t stride, unsigned bits, size_t words, bool first);

#endif
