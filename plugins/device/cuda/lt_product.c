/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How cuBLASLt is told of a product, and which of its algorithms is taken: the first that it names for
 * this shape, these alignments and a workspace of at most WORKSPACE_MOST.
 */
#include "lt_product.h"

#include <string.h>

#define WORKSPACE_MOST ((size_t) 32 << 20) /* what its fast kernels on compute capability 9.0 ask */

static mpcf_status make_desc(const struct cuda_device *c, const struct lt_shape *shape,
                             lt_desc *out, mpcf_error *err)
{
    const struct cuda_table *t = c->table;
    const int32_t transpose_a = shape->transpose_a ? LT_TRANSPOSED : LT_NOT_TRANSPOSED;
    const int32_t transpose_b = shape->transpose_b ? LT_TRANSPOSED : LT_NOT_TRANSPOSED;

    MPCF_TRY(
        cuda_check_lt(t->lt_desc_create(out, shape->is_int8 ? LT_COMPUTE_INT32 : LT_COMPUTE_FLOAT32,
                                        shape->is_int8 ? LT_INT32 : LT_FLOAT32),
                      "describing a product", err));
    MPCF_TRY(
        cuda_check_lt(t->lt_desc_set(*out, LT_DESC_TRANSPOSE_A, &transpose_a, sizeof transpose_a),
                      "describing a product", err));
    return cuda_check_lt(
        t->lt_desc_set(*out, LT_DESC_TRANSPOSE_B, &transpose_b, sizeof transpose_b),
        "describing a product", err);
}

struct matrix {
    lt_type type;
    size_t rows, columns, ld, batches, stride;
};

static mpcf_status make_layout(const struct cuda_device *c, struct matrix m, lt_layout *out,
                               mpcf_error *err)
{
    const struct cuda_table *t = c->table;
    const int32_t batches = (int32_t) m.batches;
    const int64_t stride = (int64_t) m.stride;

    MPCF_TRY(cuda_check_lt(t->lt_layout_create(out, m.type, m.rows, m.columns, (int64_t) m.ld),
                           "describing a matrix", err));
    if (m.batches == 1) {
        return MPCF_OK;
    }
    MPCF_TRY(cuda_check_lt(t->lt_layout_set(*out, LT_LAYOUT_BATCHES, &batches, sizeof batches),
                           "describing matrices", err));
    return cuda_check_lt(t->lt_layout_set(*out, LT_LAYOUT_BATCH_STRIDE, &stride, sizeof stride),
                         "describing matrices", err);
}

static mpcf_status make_layouts(const struct cuda_device *c, const struct lt_shape *s,
                                struct lt_product *out, mpcf_error *err)
{
    const lt_type operand = s->is_int8 ? LT_INT8 : LT_FLOAT32;
    const lt_type result = s->is_int8 ? LT_INT32 : LT_FLOAT32;

    MPCF_TRY(
        make_layout(c,
                    (struct matrix){operand, s->transpose_a ? s->k : s->m,
                                    s->transpose_a ? s->m : s->k, s->lda, s->batches, s->stride_a},
                    &out->a, err));
    MPCF_TRY(
        make_layout(c,
                    (struct matrix){operand, s->transpose_b ? s->n : s->k,
                                    s->transpose_b ? s->k : s->n, s->ldb, s->batches, s->stride_b},
                    &out->b, err));
    return make_layout(c, (struct matrix){result, s->m, s->n, s->ldc, s->batches, s->stride_c},
                       &out->c, err);
}

static mpcf_status ask(const struct cuda_device *c, const struct lt_product *p,
                       lt_preference preference, lt_heuristic *best, int *found, mpcf_error *err)
{
    static const lt_preference_attribute alignments[] = {
        LT_PREFERENCE_ALIGNMENT_A, LT_PREFERENCE_ALIGNMENT_B, LT_PREFERENCE_ALIGNMENT_C,
        LT_PREFERENCE_ALIGNMENT_D};
    const struct cuda_table *t = c->table;
    const uint64_t workspace = WORKSPACE_MOST;
    const uint32_t alignment = LT_ALIGNMENT;

    MPCF_TRY(cuda_check_lt(
        t->lt_preference_set(preference, LT_PREFERENCE_WORKSPACE, &workspace, sizeof workspace),
        "saying how much memory a product may take", err));
    for (size_t i = 0; i < sizeof alignments / sizeof alignments[0]; i++) {
        MPCF_TRY(cuda_check_lt(
            t->lt_preference_set(preference, alignments[i], &alignment, sizeof alignment),
            "saying how operands are aligned", err));
    }
    const lt_status status =
        t->lt_choose(c->lt, p->desc, p->a, p->b, p->c, p->c, preference, 1, best, found);
    return status == LT_NOT_SUPPORTED ? MPCF_OK
                                      : cuda_check_lt(status, "choosing an algorithm", err);
}

static mpcf_status choose(const struct cuda_device *c, const struct lt_shape *s,
                          struct lt_product *out, mpcf_error *err)
{
    lt_preference preference = NULL;
    lt_heuristic best = {0};
    int found = 0;

    MPCF_TRY(
        cuda_check_lt(c->table->lt_preference_create(&preference), "choosing an algorithm", err));
    mpcf_status status = ask(c, out, preference, &best, &found, err);
    (void) c->table->lt_preference_destroy(preference);
    MPCF_TRY(status);
    if (found < 1 || best.state != LT_OK) {
        return mpcf_fail(
            err, MPCF_E_UNSUPPORTED,
            "cuBLASLt has no %s algorithm on %s for %zu times [%zu, %zu] by [%zu, %zu]",
            s->is_int8 ? "int8" : "float", c->facts.name, s->batches, s->m, s->k, s->k, s->n);
    }
    out->algorithm = best.algo;
    out->workspace = best.workspaceSize;
    return MPCF_OK;
}

mpcf_status lt_product_plan(const struct cuda_device *c, const struct lt_shape *shape,
                            struct lt_product *out, mpcf_error *err)
{
    *out = (struct lt_product){0};
    if (shape->batches > INT32_MAX) {
        return mpcf_fail(err, MPCF_E_SHAPE, "a batch of %zu products: cuBLASLt takes %d at most",
                         shape->batches, INT32_MAX);
    }
    mpcf_status status = make_desc(c, shape, &out->desc, err);
    if (status == MPCF_OK) {
        status = make_layouts(c, shape, out, err);
    }
    if (status == MPCF_OK) {
        status = choose(c, shape, out, err);
    }
    if (status != MPCF_OK) {
        lt_product_clear(c, out);
    }
    return status;
}

void lt_product_clear(const struct cuda_device *c, struct lt_product *p)
{
    lt_layout layouts[] = {p->a, p->b, p->c};

    for (size_t i = 0; i < 3; i++) {
        if (layouts[i] != NULL) {
            (void) c->table->lt_layout_destroy(layouts[i]);
        }
    }
    if (p->desc != NULL) {
        (void) c->table->lt_desc_destroy(p->desc);
    }
    *p = (struct lt_product){0};
}

/* An address of the device, which nothing here follows. */
static void *pointer(cuda_address address)
{
    return (void *) (uintptr_t) address;
}

mpcf_status lt_product_run(const struct cuda_device *c, const struct lt_product *p,
                           const void *alpha, cuda_address a, cuda_address b, const void *beta,
                           cuda_address out, cuda_address workspace, cuda_stream stream,
                           mpcf_error *err)
{
    const lt_status status = c->table->lt_multiply(
        c->lt, p->desc, alpha, pointer(a), p->a, pointer(b), p->b, beta, pointer(out), p->c,
        pointer(out), p->c, &p->algorithm, pointer(workspace), p->workspace, stream);

    return cuda_check_lt(status, "a product", err);
}
