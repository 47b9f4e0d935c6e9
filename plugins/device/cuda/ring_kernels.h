/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Our kernels round the int8 products, each as a function of a block and a thread in it. CUDA compiles
 * them for the device (kernels.cu); tests compile them as C, run all blocks and threads, and have every
 * access held against the bytes that the operand has.
 *
 * Operands come as spans. Nothing is shared between threads: no two write the same bytes, and none reads
 * what another writes.
 */
#ifndef MPCF_CUDA_RING_KERNELS_H
#define MPCF_CUDA_RING_KERNELS_H

#include "ring_digits.h"

#define KERNEL_THREADS 256u /* in a block */
#define SPLIT_LENGTH   4u   /* digits of one plane that a thread writes: one word */

struct kernel_span {
    uint64_t at, bytes; /* on the device */
};

#ifdef __CUDACC__
#define SPAN_AT(span, type, index) ((type *) (span).at + (index))
#else
/* Whoever runs kernels as C says what is to happen where an access leaves its span. */
extern void kernel_leaves_span(void);
static inline void *span_at(struct kernel_span span, uint64_t size, uint64_t index)
{
    if (index >= span.bytes / size) {
        kernel_leaves_span();
    }
    return (void *) (uintptr_t) (span.at + index * size);
}
#define SPAN_AT(span, type, index) ((type *) span_at((span), sizeof(type), (index)))
#endif

/*
 * Words to planes of digits. FROM has BATCHES matrices, BATCH words from one to the next, of LINES lines of
 * DEPTH elements: element k of line i is word i * line_step + k * depth_step. TO has, for each batch and
 * each of PADDED_LINES lines, DIGITS planes of PADDED_DEPTH bytes (a multiple of 16): plane p has digits
 * p, or DIGITS - 1 - p where REVERSED. What pads is 0.
 */
struct split_call {
    struct kernel_span from, to;
    uint64_t batches, batch, lines, depth, line_step, depth_step;
    uint64_t padded_lines, padded_depth;
    uint32_t digits, reversed;
};

/*
 * Sums of groups to words. SUMS has, for each of GROUPS groups, BATCHES matrices of PADDED_ROWS rows of
 * PADDED_COLUMNS int32; TO has BATCHES matrices [ROWS, COLUMNS] of words: their sum over g of 256^g S_g,
 * added to what is there where ACCUMULATE.
 */
struct combine_call {
    struct kernel_span sums, to;
    uint64_t batches, rows, columns, padded_rows, padded_columns;
    uint32_t groups, accumulate;
};

DIGIT_FUNCTION uint64_t split_threads(const struct split_call *c)
{
    return c->batches * c->padded_lines * (c->padded_depth / SPLIT_LENGTH);
}

/* Threads side by side read words side by side: along the depth, or along the lines. */
DIGIT_FUNCTION void split_place(const struct split_call *c, uint64_t thread, uint64_t *line,
                                uint64_t *first)
{
    const uint64_t pieces = c->padded_depth / SPLIT_LENGTH;

    if (c->depth_step == 1) {
        *line = thread / pieces;
        *first = thread % pieces * SPLIT_LENGTH;
    } else {
        *line = thread / (pieces * c->padded_lines) * c->padded_lines + thread % c->padded_lines;
        *first = thread / c->padded_lines % pieces * SPLIT_LENGTH;
    }
}

DIGIT_FUNCTION void kernel_split(const struct split_call *c, uint64_t block,
                                 uint32_t thread_of_block)
{
    const uint64_t thread = block * KERNEL_THREADS + thread_of_block;
    uint64_t line = 0, first = 0, x[SPLIT_LENGTH];

    if (thread >= split_threads(c)) {
        return;
    }
    split_place(c, thread, &line, &first); /* LINE counts the padded lines of all batches */
    const uint64_t here = line % c->padded_lines, batch = line / c->padded_lines;
    for (uint32_t i = 0; i < SPLIT_LENGTH; i++) {
        const uint64_t k = first + i;

        x[i] = here < c->lines && k < c->depth
                   ? digits_of(*SPAN_AT(c->from, const uint64_t,
                                        batch * c->batch + here * c->line_step + k * c->depth_step))
                   : 0;
    }
    for (uint32_t p = 0; p < c->digits; p++) {
        const uint32_t digit = c->reversed != 0 ? c->digits - 1 - p : p;
        const uint64_t to = (line * c->digits + p) * c->padded_depth + first;

        *SPAN_AT(c->to, uint32_t, to / SPLIT_LENGTH) =
            digit_byte(x[0], digit) | digit_byte(x[1], digit) << 8 | digit_byte(x[2], digit) << 16 |
            digit_byte(x[3], digit) << 24;
    }
}

DIGIT_FUNCTION void kernel_combine(const struct combine_call *c, uint64_t block,
                                   uint32_t thread_of_block)
{
    const uint64_t thread = block * KERNEL_THREADS + thread_of_block;
    const uint64_t matrix = c->rows * c->columns, plane = c->padded_rows * c->padded_columns;

    if (thread >= c->batches * matrix) {
        return;
    }
    const uint64_t batch = thread / matrix, row = thread % matrix / c->columns;
    const uint64_t from = batch * plane + row * c->padded_columns + thread % c->columns;
    uint64_t *to = SPAN_AT(c->to, uint64_t, thread);
    uint64_t sum = c->accumulate != 0 ? *to : 0;

    for (uint32_t g = 0; g < c->groups; g++) {
        sum += digit_group(*SPAN_AT(c->sums, const int32_t, g * c->batches * plane + from), g);
    }
    *to = sum;
}

#endif
