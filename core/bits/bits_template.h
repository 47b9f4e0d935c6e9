/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The 64 x 64 bit transpose in plain C, compiled for each file's instructions; the including
 * file says BITS_KERNEL_NAME, the table it fills.
 */
#include <string.h>

#include "base/memory.h"
#include "bits/bits_kernel.h"

/* Exchanges the two off-diagonal blocks of HALF x HALF bits of all pairs of rows HALF apart. */
static inline void exchange(uint64_t *row, unsigned half, uint64_t low)
{
    for (unsigned first = 0; first < 64; first += 2 * half) {
        for (unsigned i = first; i < first + half; i++) {
            uint64_t moved = ((row[i] >> half) ^ row[i + half]) & low;

            row[i + half] ^= moved;
            row[i] ^= moved << half;
        }
    }
}

/* Bit j of row i becomes bit i of row j. */
static void transpose(uint64_t *row)
{
    exchange(row, 32, UINT64_C(0x00000000ffffffff));
    exchange(row, 16, UINT64_C(0x0000ffff0000ffff));
    exchange(row, 8, UINT64_C(0x00ff00ff00ff00ff));
    exchange(row, 4, UINT64_C(0x0f0f0f0f0f0f0f0f));
    exchange(row, 2, UINT64_C(0x3333333333333333));
    exchange(row, 1, UINT64_C(0x5555555555555555));
}

static void slice(uint64_t *planes, size_t stride, const uint64_t *x, size_t groups, unsigned bits)
{
    uint64_t row[BITS_GROUP];

    for (size_t g = 0; g < groups; g++) {
        memcpy(row, x + g * BITS_GROUP, sizeof row);
        transpose(row);
        for (unsigned j = 0; j < bits; j++) {
            planes[j * stride + g] = row[j];
        }
    }
    mpcf_wipe(row, sizeof row);
}

static void unslice(uint64_t *x, const uint64_t *planes, size_t stride, size_t groups,
                    unsigned bits)
{
    for (size_t g = 0; g < groups; g++) {
        uint64_t *row = x + g * BITS_GROUP;

        for (unsigned j = 0; j < bits; j++) {
            row[j] = planes[j * stride + g];
        }
        memset(row + bits, 0, (BITS_GROUP - bits) * sizeof *row);
        transpose(row);
    }
}

const struct bits_kernel BITS_KERNEL_NAME = {slice, unslice};
