/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which products a device is asked for: their shapes and the lengths of their operands are checked
 * here, once for all devices.
 */
#include "device/device_product.h"

#include <assert.h>

#include "base/memory.h"
#include "device/device_inside.h"

/* Dimensions beyond are no matrix that a memory holds, and their products stay in 64 bits. */
#define DIMENSION_MAX (UINT64_C(1) << 31)

struct device_plan {
    struct device *device;
    bool is_ring;
    struct device_ring_product ring;
    size_t bytes_a, bytes_b, bytes_c; /* at least, of the operands */
    size_t scratch, arranged;
    void *state;
};

struct device_right {
    struct device *device;
    size_t depth, columns;
    bool transposed;
    unsigned bits;
    void *state;
};

/* --- Shapes --- */

static bool is_dimension(size_t n)
{
    return n >= 1 && n <= DIMENSION_MAX;
}

/* X times Y, SIZE_MAX where that is more than a size holds. */
static size_t times(size_t x, size_t y)
{
    return y != 0 && x > SIZE_MAX / y ? SIZE_MAX : x * y;
}

/* Bytes to the last element of COUNT matrices [ROWS, COLUMNS] of SIZE bytes an element. */
static size_t extent(size_t rows, size_t columns, size_t ld, size_t count, size_t stride,
                     size_t size)
{
    const size_t whole = times(count - 1, stride), matrix = times(rows - 1, ld);

    if (whole > SIZE_MAX / 4 || matrix > SIZE_MAX / 4) {
        return SIZE_MAX;
    }
    return times(whole + matrix + columns, size);
}

static mpcf_status check_float(const struct device_float_product *p, mpcf_error *err)
{
    if (!is_dimension(p->m) || !is_dimension(p->n) || !is_dimension(p->k) ||
        !is_dimension(p->count)) {
        return mpcf_fail(err, MPCF_E_SHAPE,
                         "a product of floats of %zu times [%zu, %zu] by [%zu, %zu]: from 1 on",
                         p->count, p->m, p->k, p->k, p->n);
    }
    if (p->lda < (p->transpose_a ? p->m : p->k) || p->ldb < (p->transpose_b ? p->k : p->n) ||
        p->ldc < p->n) {
        return mpcf_fail(err, MPCF_E_SHAPE,
                         "leading dimensions %zu, %zu, %zu of a product of floats of [%zu, %zu] by "
                         "[%zu, %zu]: shorter than a row",
                         p->lda, p->ldb, p->ldc, p->m, p->k, p->k, p->n);
    }
    return MPCF_OK;
}

/* Whether no float of one result is another result's: one behind the other, or side by side in the
 * rows of a larger matrix. */
static bool results_are_apart(const struct device_float_product *p)
{
    const size_t side_by_side = times(p->count - 1, p->stride_c);

    return p->count == 1 || p->stride_c >= times(p->m - 1, p->ldc) + p->n ||
           (p->stride_c >= p->n && side_by_side <= p->ldc - p->n);
}

static mpcf_status check_results(const struct device_float_product *p, mpcf_error *err)
{
    return results_are_apart(p)
               ? MPCF_OK
               : mpcf_fail(err, MPCF_E_SHAPE,
                           "results [%zu, %zu] of products of floats lie %zu floats from each "
                           "other: over each other",
                           p->m, p->n, p->stride_c);
}

static mpcf_status check_ring(const struct device_ring_product *p, mpcf_error *err)
{
    if (!is_dimension(p->rows) || !is_dimension(p->depth) || !is_dimension(p->columns) ||
        !is_dimension(p->count) || p->bits < 1 || p->bits > 64) {
        return mpcf_fail(err, MPCF_E_SHAPE,
                         "a product modulo 2^%u of %zu times [%zu, %zu] by [%zu, %zu]: dimensions "
                         "from 1 on, 1 to 64 bits",
                         p->bits, p->count, p->rows, p->depth, p->depth, p->columns);
    }
    return MPCF_OK;
}

/* --- Plans --- */

static mpcf_status plan_create(struct device *d, struct device_plan **out, mpcf_error *err)
{
    *out = mpcf_alloc_array(1, sizeof **out);
    if (*out == NULL) {
        return mpcf_fail_memory(err, sizeof **out, "a product's plan");
    }
    (*out)->device = d;
    return MPCF_OK;
}

static mpcf_status plan_done(struct device_plan *plan, mpcf_status status, struct device_plan **out)
{
    if (status != MPCF_OK) {
        mpcf_free(plan);
    } else {
        *out = plan;
    }
    return status;
}

mpcf_status device_float_plan(struct device *d, const struct device_float_product *product,
                              struct device_plan **out, mpcf_error *err)
{
    const struct device_float_product *p = product;
    struct device_plan *plan = NULL;

    MPCF_TRY(check_float(p, err));
    MPCF_TRY(check_results(p, err));
    MPCF_TRY(plan_create(d, &plan, err));
    plan->bytes_a = extent(p->transpose_a ? p->k : p->m, p->transpose_a ? p->m : p->k, p->lda,
                           p->count, p->stride_a, sizeof(float));
    plan->bytes_b = extent(p->transpose_b ? p->n : p->k, p->transpose_b ? p->k : p->n, p->ldb,
                           p->count, p->stride_b, sizeof(float));
    plan->bytes_c = extent(p->m, p->n, p->ldc, p->count, p->stride_c, sizeof(float));
    return plan_done(
        plan, d->operations->float_plan(d->state, p, &plan->state, &plan->scratch, err), out);
}

mpcf_status device_ring_plan(struct device *d, const struct device_ring_product *product,
                             struct device_plan **out, mpcf_error *err)
{
    const struct device_ring_product *p = product;
    struct device_plan *plan = NULL;

    MPCF_TRY(check_ring(p, err));
    MPCF_TRY(plan_create(d, &plan, err));
    plan->is_ring = true;
    plan->ring = *p;
    plan->bytes_a = times(times(p->count, sizeof(uint64_t)), times(p->rows, p->depth));
    plan->bytes_b = times(times(p->count, sizeof(uint64_t)), times(p->depth, p->columns));
    plan->bytes_c = times(times(p->count, sizeof(uint64_t)), times(p->rows, p->columns));
    return plan_done(
        plan,
        d->operations->ring_plan(d->state, p, &plan->state, &plan->scratch, &plan->arranged, err),
        out);
}

void device_plan_destroy(struct device_plan *plan)
{
    if (plan == NULL) {
        return;
    }
    if (plan->is_ring) {
        plan->device->operations->ring_plan_destroy(plan->device->state, plan->state);
    } else {
        plan->device->operations->float_plan_destroy(plan->device->state, plan->state);
    }
    mpcf_free(plan);
}

size_t device_plan_scratch(const struct device_plan *plan)
{
    return plan->scratch;
}

size_t device_plan_arranged(const struct device_plan *plan)
{
    return plan->arranged;
}

/* --- Runs --- */

static mpcf_status check_part(struct device_part part, size_t least, const char *what,
                              unsigned alignment, mpcf_error *err)
{
    if (part.bytes < least) {
        return mpcf_fail(err, MPCF_E_SHAPE, "%s of a product has %zu bytes, its shape needs %zu",
                         what, part.bytes, least);
    }
    if (part.at % alignment != 0) {
        return mpcf_fail(err, MPCF_E_INVALID, "%s of a product begins at no multiple of %u bytes",
                         what, alignment);
    }
    return MPCF_OK;
}

static mpcf_status check_operand(struct device_part part, size_t least, const char *what,
                                 mpcf_error *err)
{
    return check_part(part, least, what, DEVICE_OPERAND_ALIGNMENT, err);
}

/* Workspaces of cuBLASLt lie in it, which wants them so. */
static mpcf_status check_scratch(const struct device_plan *plan, struct device_part scratch,
                                 mpcf_error *err)
{
    return check_part(scratch, plan->scratch, "the scratch memory", DEVICE_ALIGNMENT, err);
}

/* Of what is written nothing else may be read or written at the same time. LEAST: the bytes that are
 * used of each. */
static mpcf_status check_apart(struct device_part written, size_t written_least,
                               struct device_part other, size_t other_least, const char *what,
                               mpcf_error *err)
{
    if (written_least != 0 && other_least != 0 && written.at < other.at + other_least &&
        other.at < written.at + written_least) {
        return mpcf_fail(err, MPCF_E_INVALID, "%s of a product lie over each other", what);
    }
    return MPCF_OK;
}

static mpcf_status check_left_and_result(const struct device_plan *plan, struct device_part a,
                                         struct device_part c, struct device_part scratch,
                                         mpcf_error *err)
{
    MPCF_TRY(check_operand(a, plan->bytes_a, "the left operand", err));
    MPCF_TRY(check_operand(c, plan->bytes_c, "the result", err));
    MPCF_TRY(check_scratch(plan, scratch, err));
    MPCF_TRY(
        check_apart(c, plan->bytes_c, a, plan->bytes_a, "the result and the left operand", err));
    MPCF_TRY(check_apart(scratch, plan->scratch, a, plan->bytes_a,
                         "the scratch memory and the left operand", err));
    return check_apart(scratch, plan->scratch, c, plan->bytes_c,
                       "the scratch memory and the result", err);
}

mpcf_status device_multiply(struct device_queue *q, struct device_plan *plan, struct device_part a,
                            struct device_part b, struct device_part c, struct device_part scratch,
                            mpcf_error *err)
{
    const struct device_operations *o = q->device->operations;

    assert(q->device == plan->device);
    MPCF_TRY(check_left_and_result(plan, a, c, scratch, err));
    MPCF_TRY(check_operand(b, plan->bytes_b, "the right operand", err));
    MPCF_TRY(
        check_apart(c, plan->bytes_c, b, plan->bytes_b, "the result and the right operand", err));
    MPCF_TRY(check_apart(scratch, plan->scratch, b, plan->bytes_b,
                         "the scratch memory and the right operand", err));
    return plan->is_ring
               ? o->ring_multiply(q->device->state, q->state, plan->state, a, b, c, scratch, err)
               : o->float_multiply(q->device->state, q->state, plan->state, a, b, c, scratch, err);
}

mpcf_status device_arrange(struct device_queue *q, struct device_plan *plan, struct device_part b,
                           struct device_part room, struct device_right **out, mpcf_error *err)
{
    struct device_right *right = NULL;

    assert(q->device == plan->device && plan->is_ring && plan->ring.count == 1);
    MPCF_TRY(check_operand(b, plan->bytes_b, "the right operand", err));
    MPCF_TRY(check_operand(room, plan->arranged, "the room of the right operand", err));
    MPCF_TRY(
        check_apart(room, plan->arranged, b, plan->bytes_b, "the right operand and its room", err));
    right = mpcf_alloc_array(1, sizeof *right);
    if (right == NULL) {
        return mpcf_fail_memory(err, sizeof *right, "a right operand");
    }
    *right = (struct device_right){.device = q->device,
                                   .depth = plan->ring.depth,
                                   .columns = plan->ring.columns,
                                   .transposed = plan->ring.transposed_b,
                                   .bits = plan->ring.bits};
    mpcf_status status = q->device->operations->ring_arrange(
        q->device->state, q->state, plan->state, b, room, &right->state, err);
    if (status != MPCF_OK) {
        mpcf_free(right);
        return status;
    }
    *out = right;
    return MPCF_OK;
}

void device_right_destroy(struct device_right *right)
{
    if (right != NULL) {
        right->device->operations->ring_right_destroy(right->device->state, right->state);
        mpcf_free(right);
    }
}

mpcf_status device_multiply_right(struct device_queue *q, struct device_plan *plan,
                                  struct device_part a, const struct device_right *right,
                                  struct device_part c, struct device_part scratch, mpcf_error *err)
{
    assert(q->device == plan->device && q->device == right->device);
    if (!plan->is_ring || plan->ring.count != 1 || plan->ring.depth != right->depth ||
        plan->ring.columns != right->columns || plan->ring.bits != right->bits ||
        plan->ring.transposed_b != right->transposed) {
        return mpcf_fail(err, MPCF_E_SHAPE,
                         "a right operand [%zu, %zu] modulo 2^%u is not the one of this plan",
                         right->depth, right->columns, right->bits);
    }
    MPCF_TRY(check_left_and_result(plan, a, c, scratch, err));
    return q->device->operations->ring_multiply_right(q->device->state, q->state, plan->state, a,
                                                      right->state, c, scratch, err);
}
