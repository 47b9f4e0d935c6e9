/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The product in plain C: the truth of the others.
 */
#include "ring/ring_product_template.h"

#define PANEL 16

static void pack64(const struct ring_block_source *source, void *block)
{
    ring_pack64(source, block, PANEL, 0);
}

static void pack32(const struct ring_block_source *source, void *block)
{
    ring_pack32(source, block, PANEL, 0);
}

static void row_sums(const uint64_t *a, size_t rows, size_t depth, size_t lda, void *left)
{
    ring_row_sums(a, rows, depth, lda, left, 0);
}

static void multiply64(const struct ring_block_product *p)
{
    for (size_t i = 0; i < p->rows; i++) {
        const uint64_t *a = p->a + i * p->lda;
        const uint64_t *b = p->block;
        uint64_t *c = p->c + i * p->ldc;
        uint64_t sums[PANEL] = {0};

        for (size_t k = 0; k < p->depth; k++, b += PANEL) {
            for (size_t j = 0; j < PANEL; j++) {
                sums[j] += a[k] * b[j];
            }
        }
        for (size_t j = 0; j < p->columns; j++) {
            c[j] = sums[j] + (p->accumulate ? c[j] : 0);
        }
    }
}

static void multiply32(const struct ring_block_product *p)
{
    for (size_t i = 0; i < p->rows; i++) {
        const uint64_t *a = p->a + i * p->lda;
        const uint32_t *b = p->block;
        uint64_t *c = p->c + i * p->ldc;
        uint32_t sums[PANEL] = {0};

        for (size_t k = 0; k < p->depth; k++, b += PANEL) {
            for (size_t j = 0; j < PANEL; j++) {
                sums[j] += (uint32_t) a[k] * b[j];
            }
        }
        for (size_t j = 0; j < p->columns; j++) {
            c[j] = sums[j] + (p->accumulate ? c[j] : 0);
        }
    }
}

const struct ring_product_kernel ring_product64_portable =
    RING_SUMMED(PANEL, sizeof(uint64_t), pack64, row_sums, multiply64);
const struct ring_product_kernel ring_product32_portable =
    RING_SUMMED(PANEL, sizeof(uint32_t), pack32, row_sums, multiply32);
