/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Products modulo 2^k on int8 tensor cores (ring_digits.h has the arithmetic): for each piece of the
 * depth both operands become planes of digits, one int8 product of cuBLASLt makes the sums of each group,
 * and the sums become words.
 *
 * cuBLASLt's int8 products want both operands with the depth along the memory, the first of them
 * transposed ("TN"). Asked for c^T = b^T a^T, as it reads column by column, the first is the right
 * operand: its digits lie by columns, the left one's by rows. The right one's planes are in reverse, so
 * that b_g .. b_0 stand one after the other as a_0 .. a_g do.
 */
#include "cuda_ring.h"

#include <stdlib.h>

#include "lt_product.h"
#include "ring_kernels.h"
#include "ring_layout.h"

#define BLOCKS_MAX 0x7FFFFFFFu

struct ring_plan {
    struct ring_layout layout;
    size_t together; /* matrices of the batch in one product of cuBLASLt: all, or 1 */
    struct lt_product groups[DIGITS_MAX];
    size_t workspace_at; /* in scratch memory, behind the layout's */
};

/* --- Plans --- */

static struct lt_shape group_shape(const struct ring_plan *p, unsigned g)
{
    const struct ring_layout *l = &p->layout;
    const size_t line = l->digits * l->depth;

    return (struct lt_shape){.is_int8 = true,
                             .transpose_a = true,
                             .m = l->columns,
                             .n = l->rows,
                             .k = (g + 1) * l->depth,
                             .lda = line,
                             .ldb = line,
                             .ldc = l->columns,
                             .batches = p->together,
                             .stride_a = l->columns * line,
                             .stride_b = l->rows * line,
                             .stride_c = l->rows * l->columns};
}

static mpcf_status plan_groups(const struct cuda_device *c, struct ring_plan *p, size_t *workspace,
                               mpcf_error *err)
{
    *workspace = 0;
    for (unsigned g = 0; g < p->layout.digits; g++) {
        const struct lt_shape shape = group_shape(p, g);

        MPCF_TRY(lt_product_plan(c, &shape, &p->groups[g], err));
        if (p->groups[g].workspace > *workspace) {
            *workspace = p->groups[g].workspace;
        }
    }
    return MPCF_OK;
}

static void clear_groups(const struct cuda_device *c, struct ring_plan *p)
{
    for (unsigned g = 0; g < DIGITS_MAX; g++) {
        lt_product_clear(c, &p->groups[g]);
    }
}

/* Where cuBLASLt has no algorithm for a batch, its matrices go one by one. */
static mpcf_status plan_products(const struct cuda_device *c, struct ring_plan *p,
                                 size_t *workspace, mpcf_error *err)
{
    if (p->layout.product.count > 1) {
        p->together = p->layout.product.count;
        const mpcf_status status = plan_groups(c, p, workspace, NULL);
        if (status == MPCF_OK) {
            return MPCF_OK;
        }
        clear_groups(c, p);
    }
    p->together = 1;
    return plan_groups(c, p, workspace, err);
}

mpcf_status cuda_ring_plan(void *state, const struct device_ring_product *product, void **plan,
                           size_t *scratch, size_t *arranged, mpcf_error *err)
{
    const struct cuda_device *c = state;
    struct ring_layout layout;
    size_t workspace = 0;

    MPCF_TRY(ring_layout_make(product, &layout, err));
    MPCF_TRY(cuda_enter(c, err));
    struct ring_plan *p = calloc(1, sizeof *p);
    if (p == NULL) {
        return mpcf_fail(err, MPCF_E_NOMEM, "out of memory (a product's plan)");
    }
    p->layout = layout;
    p->workspace_at = layout.bytes;
    mpcf_status status = plan_products(c, p, &workspace, err);
    if (status != MPCF_OK) {
        cuda_ring_plan_destroy(state, p);
        return status;
    }
    *scratch = layout.bytes + workspace;
    *arranged = layout.pieces * layout.right_bytes;
    *plan = p;
    return MPCF_OK;
}

void cuda_ring_plan_destroy(void *state, void *plan)
{
    clear_groups(state, plan);
    free(plan);
}

/* --- Our kernels --- */

static struct kernel_span span(struct device_part part)
{
    return (struct kernel_span){part.at, part.bytes};
}

static struct device_part part_of(struct device_part part, size_t offset, size_t bytes)
{
    return (struct device_part){part.at + offset, bytes};
}

/* THREADS threads of a kernel that takes one struct. */
static mpcf_status launch(const struct cuda_device *c, cuda_function function, void *call,
                          uint64_t threads, cuda_stream stream, mpcf_error *err)
{
    const uint64_t blocks = (threads + KERNEL_THREADS - 1) / KERNEL_THREADS;
    void *parameters[] = {call};

    if (blocks > BLOCKS_MAX) {
        return mpcf_fail(err, MPCF_E_SHAPE, "a product of more than 2^39 elements");
    }
    return cuda_check(c->table,
                      c->table->launch(function, (unsigned) blocks, 1, 1, KERNEL_THREADS, 1, 1, 0,
                                       stream, parameters, NULL),
                      "starting a kernel", err);
}

/* Piece I of the left operand. */
static mpcf_status split_left(const struct cuda_device *c, const struct ring_layout *l, size_t i,
                              struct device_part a, struct device_part to, cuda_stream stream,
                              mpcf_error *err)
{
    const size_t skipped = i * l->piece * sizeof(uint64_t);
    struct split_call call = {.from = span(part_of(a, skipped, a.bytes - skipped)),
                              .to = span(to),
                              .batches = l->product.count,
                              .batch = l->product.rows * l->product.depth,
                              .lines = l->product.rows,
                              .depth = ring_layout_piece(l, i),
                              .line_step = l->product.depth,
                              .depth_step = 1,
                              .padded_lines = l->rows,
                              .padded_depth = l->depth,
                              .digits = l->digits};

    return launch(c, c->split, &call, split_threads(&call), stream, err);
}

static mpcf_status split_right(const struct cuda_device *c, const struct ring_layout *l, size_t i,
                               struct device_part b, struct device_part to, cuda_stream stream,
                               mpcf_error *err)
{
    const bool transposed = l->product.transposed_b;
    const size_t step = transposed ? 1 : l->product.columns;
    const size_t skipped = i * l->piece * step * sizeof(uint64_t);
    struct split_call call = {.from = span(part_of(b, skipped, b.bytes - skipped)),
                              .to = span(to),
                              .batches = l->product.count,
                              .batch = l->product.columns * l->product.depth,
                              .lines = l->product.columns,
                              .depth = ring_layout_piece(l, i),
                              .line_step = transposed ? l->product.depth : 1,
                              .depth_step = step,
                              .padded_lines = l->columns,
                              .padded_depth = l->depth,
                              .digits = l->digits,
                              .reversed = 1};

    return launch(c, c->split, &call, split_threads(&call), stream, err);
}

static mpcf_status combine(const struct cuda_device *c, const struct ring_layout *l,
                           bool accumulate, struct device_part sums, struct device_part to,
                           cuda_stream stream, mpcf_error *err)
{
    struct combine_call call = {.sums = span(sums),
                                .to = span(to),
                                .batches = l->product.count,
                                .rows = l->product.rows,
                                .columns = l->product.columns,
                                .padded_rows = l->rows,
                                .padded_columns = l->columns,
                                .groups = l->digits,
                                .accumulate = accumulate};

    return launch(c, c->combine, &call, call.batches * call.rows * call.columns, stream, err);
}

/* --- Runs --- */

/* Matrix FIRST of the batch and those that go with it: one product for each group. b_g .. b_0 begin
 * n - 1 - g planes on in a line. */
static mpcf_status multiply_groups(const struct cuda_device *c, const struct ring_plan *p,
                                   size_t first, struct device_part left, struct device_part right,
                                   struct device_part sums, cuda_address workspace,
                                   cuda_stream stream, mpcf_error *err)
{
    const struct ring_layout *l = &p->layout;
    const size_t line = l->digits * l->depth;
    const int32_t one = 1, none = 0;

    for (unsigned g = 0; g < l->digits; g++) {
        const size_t sum =
            g * (l->sums_bytes / l->digits) + first * l->rows * l->columns * sizeof(int32_t);

        MPCF_TRY(lt_product_run(
            c, &p->groups[g], &one,
            right.at + first * l->columns * line + (l->digits - 1 - g) * l->depth,
            left.at + first * l->rows * line, &none, sums.at + sum, workspace, stream, err));
    }
    return MPCF_OK;
}

/* RIGHT NULL: B is split on the way. */
static mpcf_status multiply(const struct cuda_device *c, const struct ring_plan *p,
                            struct device_part a, struct device_part b,
                            const struct device_part *right, struct device_part out,
                            struct device_part scratch, cuda_stream stream, mpcf_error *err)
{
    const struct ring_layout *l = &p->layout;
    const struct device_part left = part_of(scratch, l->left_at, l->left_bytes);
    const struct device_part sums = part_of(scratch, l->sums_at, l->sums_bytes);

    for (size_t i = 0; i < l->pieces; i++) {
        struct device_part digits = part_of(scratch, l->right_at, l->right_bytes);

        if (right != NULL) {
            digits = part_of(*right, i * l->right_bytes, l->right_bytes);
        } else {
            MPCF_TRY(split_right(c, l, i, b, digits, stream, err));
        }
        MPCF_TRY(split_left(c, l, i, a, left, stream, err));
        for (size_t first = 0; first < l->product.count; first += p->together) {
            MPCF_TRY(multiply_groups(c, p, first, left, digits, sums, scratch.at + p->workspace_at,
                                     stream, err));
        }
        MPCF_TRY(combine(c, l, i > 0 || l->product.accumulate, sums, out, stream, err));
    }
    return MPCF_OK;
}

mpcf_status cuda_ring_multiply(void *state, void *queue, void *plan, struct device_part a,
                               struct device_part b, struct device_part c,
                               struct device_part scratch, mpcf_error *err)
{
    const struct cuda_queue *q = queue;

    MPCF_TRY(cuda_enter(state, err));
    return multiply(state, plan, a, b, NULL, c, scratch, q->stream, err);
}

mpcf_status cuda_ring_arrange(void *state, void *queue, void *plan, struct device_part b,
                              struct device_part room, void **right, mpcf_error *err)
{
    const struct ring_plan *p = plan;
    const struct cuda_queue *q = queue;
    struct device_part *kept = calloc(1, sizeof *kept);

    if (kept == NULL) {
        return mpcf_fail(err, MPCF_E_NOMEM, "out of memory (a right operand)");
    }
    *kept = room;
    mpcf_status status = cuda_enter(state, err);
    for (size_t i = 0; status == MPCF_OK && i < p->layout.pieces; i++) {
        status = split_right(state, &p->layout, i, b,
                             part_of(room, i * p->layout.right_bytes, p->layout.right_bytes),
                             q->stream, err);
    }
    if (status != MPCF_OK) {
        free(kept);
        return status;
    }
    *right = kept;
    return MPCF_OK;
}

void cuda_ring_right_destroy(void *state, void *right)
{
    (void) state;
    free(right);
}

mpcf_status cuda_ring_multiply_right(void *state, void *queue, void *plan, struct device_part a,
                                     const void *right, struct device_part c,
                                     struct device_part scratch, mpcf_error *err)
{
    const struct cuda_queue *q = queue;

    MPCF_TRY(cuda_enter(state, err));
    return multiply(state, plan, a, (struct device_part){0}, right, c, scratch, q->stream, err);
}
