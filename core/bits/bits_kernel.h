/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a path of bit slicing provides; bits.c chooses one, and cuts into groups of 64.
 */
#ifndef MPCF_BITS_BITS_KERNEL_H
#define MPCF_BITS_BITS_KERNEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define BITS_GROUP 64

struct bits_kernel {
    /* X [groups * 64] to planes [bits], a word a group; and back. */
    void (*slice)(uint64_t *planes, size_t stride, const uint64_t *x, size_t groups, unsigned bits);
    void (*unslice)(uint64_t *x, const uint64_t *planes, size_t stride, size_t groups,
                    unsigned bits);
};

/* The same loops on vectors of 512 bits or what a level has. */
struct bits_compare_kernel {
    void (*subtract)(uint64_t *difference, const uint64_t *number, uint64_t t, size_t stride,
                     unsigned bits, size_t words);
    void (*one_hot)(uint64_t *hot, const uint64_t *number, size_t stride, unsigned bits,
                    size_t words);
    void (*group_compare)(uint64_t *less, uint64_t *equal, const uint64_t *hot,
                          const uint64_t *number, size_t stride, unsigned bits, size_t words,
                          bool first);
};

extern const struct bits_compare_kernel bits_compare_portable;
extern const struct bits_compare_kernel bits_compare_avx2;
extern const struct bits_compare_kernel bits_compare_avx512;

extern const struct bits_kernel bits_kernel_portable;
extern const struct bits_kernel bits_kernel_avx2;
extern const struct bits_kernel bits_kernel_avx512ifma;

#endif
