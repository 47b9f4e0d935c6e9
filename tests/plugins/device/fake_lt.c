/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cuBLASLt: products column by column, as its manual defines them, element by element. For int8 it takes
 * what the manual says the tensor cores take: the first operand transposed, the second not, m, k and
 * leading dimensions multiples of 4, pointers of 4 bytes; and 16 for all, which chips of compute
 * capability 12.0 need. No sum may leave 32 bits, in whatever order its terms are added.
 */
#include <stdlib.h>
#include <string.h>

#include "fake_inside.h"

#define FACTOR    16   /* of shapes and addresses of int8 products */
#define BEGINS    256  /* what addresses of workspaces are multiples of */
#define JUNK      0x5A /* what a product leaves in its workspace */
#define WORKSPACE 4096 /* what an algorithm asks for, besides what its shape adds */

struct lt_handle_of {
    int nothing;
};
struct lt_desc_of {
    lt_compute compute;
    lt_type scale;
    int32_t transpose_a, transpose_b;
};
struct lt_layout_of {
    lt_type type;
    uint64_t rows, columns;
    int64_t ld, stride;
    int32_t batches;
};
struct lt_preference_of {
    uint64_t workspace;
    uint32_t alignment[4];
};

/* A product as it was asked for. */
struct product {
    struct lt_desc_of desc;
    struct lt_layout_of a, b, c;
    cuda_address at_a, at_b, at_c, workspace;
    size_t workspace_bytes;
    union {
        float real;
        int32_t integer;
    } alpha, beta;
};

static void *make(size_t bytes, const char *name)
{
    void *object = calloc(1, bytes);

    fake_call(name, true);
    if (object == NULL) {
        abort();
    }
    fake_live(1);
    return object;
}

static lt_status unmake(void *object, const char *name)
{
    fake_call(name, false);
    free(object);
    fake_live(-1);
    return LT_OK;
}

/* --- Objects --- */

static size_t lt_version(void)
{
    return 130100;
}
static lt_status lt_create(lt_handle *out)
{
    *out = make(sizeof **out, "cublasLtCreate");
    return LT_OK;
}
static lt_status lt_destroy(lt_handle handle)
{
    return unmake(handle, "cublasLtDestroy");
}
static lt_status desc_create(lt_desc *out, lt_compute compute, lt_type scale)
{
    *out = make(sizeof **out, "cublasLtMatmulDescCreate");
    **out = (struct lt_desc_of){.compute = compute, .scale = scale};
    return LT_OK;
}
static lt_status desc_destroy(lt_desc desc)
{
    return unmake(desc, "cublasLtMatmulDescDestroy");
}
static lt_status layout_create(lt_layout *out, lt_type type, uint64_t rows, uint64_t columns,
                               int64_t ld)
{
    *out = make(sizeof **out, "cublasLtMatrixLayoutCreate");
    **out = (struct lt_layout_of){
        .type = type, .rows = rows, .columns = columns, .ld = ld, .batches = 1};
    return LT_OK;
}
static lt_status layout_destroy(lt_layout layout)
{
    return unmake(layout, "cublasLtMatrixLayoutDestroy");
}
static lt_status preference_create(lt_preference *out)
{
    *out = make(sizeof **out, "cublasLtMatmulPreferenceCreate");
    return LT_OK;
}
static lt_status preference_destroy(lt_preference preference)
{
    return unmake(preference, "cublasLtMatmulPreferenceDestroy");
}

/* An attribute has exactly its type's length. */
static void set(void *field, size_t size, const void *value, size_t bytes)
{
    if (bytes != size) {
        fake_problem("an attribute of %zu bytes is set with %zu", size, bytes);
        return;
    }
    memcpy(field, value, size);
}

static lt_status desc_set(lt_desc desc, lt_desc_attribute attribute, const void *value,
                          size_t bytes)
{
    if (attribute == LT_DESC_TRANSPOSE_A) {
        set(&desc->transpose_a, sizeof desc->transpose_a, value, bytes);
    } else if (attribute == LT_DESC_TRANSPOSE_B) {
        set(&desc->transpose_b, sizeof desc->transpose_b, value, bytes);
    } else {
        fake_problem("attribute %d of a product", (int) attribute);
    }
    return LT_OK;
}

static lt_status layout_set(lt_layout layout, lt_layout_attribute attribute, const void *value,
                            size_t bytes)
{
    if (attribute == LT_LAYOUT_BATCHES) {
        set(&layout->batches, sizeof layout->batches, value, bytes);
    } else if (attribute == LT_LAYOUT_BATCH_STRIDE) {
        set(&layout->stride, sizeof layout->stride, value, bytes);
    } else {
        fake_problem("attribute %d of a matrix", (int) attribute);
    }
    return LT_OK;
}

static lt_status preference_set(lt_preference preference, lt_preference_attribute attribute,
                                const void *value, size_t bytes)
{
    if (attribute == LT_PREFERENCE_WORKSPACE) {
        set(&preference->workspace, sizeof preference->workspace, value, bytes);
    } else if (attribute >= LT_PREFERENCE_ALIGNMENT_A && attribute <= LT_PREFERENCE_ALIGNMENT_D) {
        set(&preference->alignment[attribute - LT_PREFERENCE_ALIGNMENT_A], sizeof(uint32_t), value,
            bytes);
    } else {
        fake_problem("attribute %d of a preference", (int) attribute);
    }
    return LT_OK;
}

/* --- Which products there are --- */

static uint64_t depth_of(const struct product *p)
{
    return p->desc.transpose_a ? p->a.rows : p->a.columns;
}

static bool shapes_agree(const struct product *p)
{
    const struct lt_layout_of *a = &p->a, *b = &p->b, *c = &p->c;
    const uint64_t m = p->desc.transpose_a ? a->columns : a->rows;
    const uint64_t n = p->desc.transpose_b ? b->rows : b->columns;
    const uint64_t k = p->desc.transpose_b ? b->columns : b->rows;

    return m == c->rows && n == c->columns && k == depth_of(p) && m > 0 && n > 0 && k > 0 &&
           a->ld >= (int64_t) a->rows && b->ld >= (int64_t) b->rows && c->ld >= (int64_t) c->rows &&
           a->batches == c->batches && b->batches == c->batches && c->batches >= 1;
}

static bool types_agree(const struct product *p)
{
    if (p->desc.compute == LT_COMPUTE_FLOAT32) {
        return p->desc.scale == LT_FLOAT32 && p->a.type == LT_FLOAT32 && p->b.type == LT_FLOAT32 &&
               p->c.type == LT_FLOAT32;
    }
    return p->desc.compute == LT_COMPUTE_INT32 && p->desc.scale == LT_INT32 &&
           p->a.type == LT_INT8 && p->b.type == LT_INT8 && p->c.type == LT_INT32;
}

static bool tensor_cores_take(const struct product *p)
{
    const uint64_t sizes[] = {p->c.rows,
                              p->c.columns,
                              depth_of(p),
                              (uint64_t) p->a.ld,
                              (uint64_t) p->b.ld,
                              (uint64_t) p->c.ld,
                              (uint64_t) p->a.stride,
                              (uint64_t) p->b.stride,
                              (uint64_t) p->c.stride};

    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        if (sizes[i] % FACTOR != 0) {
            return false;
        }
    }
    return p->desc.transpose_a && !p->desc.transpose_b;
}

/* What an algorithm is for, so that one for another product is found out. */
static lt_algorithm algorithm_for(const struct product *p)
{
    const uint64_t words[] = {(uint64_t) p->desc.compute,
                              (uint64_t) p->desc.transpose_a,
                              (uint64_t) p->desc.transpose_b,
                              p->c.rows,
                              p->c.columns,
                              depth_of(p),
                              (uint64_t) p->c.batches,
                              (uint64_t) p->a.ld,
                              (uint64_t) p->b.ld};
    lt_algorithm out = {{0}};

    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        out.data[i % 8] = out.data[i % 8] * UINT64_C(0x9E3779B97F4A7C15) + words[i] + 1;
    }
    return out;
}

static struct product product_of(lt_desc desc, lt_layout a, lt_layout b, lt_layout c, lt_layout d)
{
    if (memcmp(c, d, sizeof *c) != 0) {
        fake_problem("what a product adds to is not laid out as its result");
    }
    return (struct product){.desc = *desc, .a = *a, .b = *b, .c = *d};
}

static lt_status choose(lt_handle handle, lt_desc desc, lt_layout a, lt_layout b, lt_layout c,
                        lt_layout d, lt_preference preference, int most, lt_heuristic *results,
                        int *found)
{
    const struct product p = product_of(desc, a, b, c, d);

    fake_call("cublasLtMatmulAlgoGetHeuristic", true);
    (void) handle;
    *found = 0;
    if (!shapes_agree(&p) || !types_agree(&p) || most < 1) {
        fake_problem("a product whose matrices do not agree");
        return LT_NOT_SUPPORTED;
    }
    for (size_t i = 0; i < 4; i++) {
        if (preference->alignment[i] != FACTOR) {
            fake_problem("operand %zu is said to be aligned to %u bytes", i,
                         preference->alignment[i]);
        }
    }
    if (fake_cuda.has_no_algorithm ||
        (fake_cuda.has_no_batches && p.desc.compute == LT_COMPUTE_INT32 && p.c.batches > 1) ||
        (p.desc.compute == LT_COMPUTE_INT32 && !tensor_cores_take(&p))) {
        return LT_NOT_SUPPORTED;
    }
    results[0] = (lt_heuristic){.algo = algorithm_for(&p), .state = LT_OK};
    results[0].workspaceSize = WORKSPACE + 16 * (p.c.rows % 64 + (size_t) p.c.batches % 8);
    if (results[0].workspaceSize > preference->workspace) {
        return LT_NOT_SUPPORTED;
    }
    *found = 1;
    return LT_OK;
}

/* --- Computing --- */

static size_t extent(const struct lt_layout_of *l, size_t size)
{
    return ((size_t) (l->batches - 1) * (size_t) l->stride + (l->columns - 1) * (size_t) l->ld +
            l->rows) *
           size;
}

/* Where element (ROW, COLUMN) of op(l) of a batch lies, in elements. */
static size_t place(const struct lt_layout_of *l, bool transposed, size_t batch, size_t row,
                    size_t column)
{
    return batch * (size_t) l->stride +
           (transposed ? row * (size_t) l->ld + column : column * (size_t) l->ld + row);
}

static void sum_digits(const struct product *p, size_t batch, size_t i, size_t j)
{
    const int8_t *a = (const int8_t *) (uintptr_t) p->at_a + place(&p->a, true, batch, i, 0);
    const int8_t *b = (const int8_t *) (uintptr_t) p->at_b + place(&p->b, false, batch, 0, j);
    int32_t *c = (int32_t *) (uintptr_t) p->at_c + place(&p->c, false, batch, i, j);
    int64_t sum = 0, most = 0;

    for (size_t k = 0; k < depth_of(p); k++) {
        const int term = a[k] * b[k];

        sum += term;
        most += term < 0 ? -term : term;
    }
    if (most > INT32_MAX) {
        fake_problem("a sum of digits may leave 32 bits");
    }
    if ((size_t) most > fake_cuda_counts.terms_most) {
        fake_cuda_counts.terms_most = (size_t) most;
    }
    *c = (int32_t) (p->alpha.integer * sum + (p->beta.integer != 0 ? p->beta.integer * *c : 0));
}

static void sum_floats(const struct product *p, size_t batch, size_t i, size_t j)
{
    const float *a = (const float *) (uintptr_t) p->at_a, *b = (const float *) (uintptr_t) p->at_b;
    float *c = (float *) (uintptr_t) p->at_c + place(&p->c, false, batch, i, j);
    double sum = 0;

    for (size_t k = 0; k < depth_of(p); k++) {
        sum += (double) a[place(&p->a, p->desc.transpose_a, batch, i, k)] *
               (double) b[place(&p->b, p->desc.transpose_b, batch, k, j)];
    }
    sum *= (double) p->alpha.real;
    if (p->beta.real < 0 || p->beta.real > 0) { /* else what is there is not read */
        sum += (double) p->beta.real * (double) *c;
    }
    *c = (float) sum;
}

static void run_product(const void *work)
{
    const struct product *p = work;
    const bool is_int8 = p->desc.compute == LT_COMPUTE_INT32;
    const size_t size = is_int8 ? 1 : sizeof(float);

    if (!fake_memory_holds(p->at_a, extent(&p->a, size), "the first operand") ||
        !fake_memory_holds(p->at_b, extent(&p->b, size), "the second operand") ||
        !fake_memory_holds(p->at_c, extent(&p->c, 4), "the result") ||
        !fake_memory_holds(p->workspace, p->workspace_bytes, "the workspace")) {
        return;
    }
    memset((void *) (uintptr_t) p->workspace, JUNK, p->workspace_bytes);
    for (size_t batch = 0; batch < (size_t) p->c.batches; batch++) {
        for (size_t j = 0; j < p->c.columns; j++) {
            for (size_t i = 0; i < p->c.rows; i++) {
                (is_int8 ? sum_digits : sum_floats)(p, batch, i, j);
            }
        }
    }
    memset((void *) (uintptr_t) p->workspace, JUNK, p->workspace_bytes);
}

static lt_status multiply(lt_handle handle, lt_desc desc, const void *alpha, const void *a,
                          lt_layout layout_a, const void *b, lt_layout layout_b, const void *beta,
                          const void *c, lt_layout layout_c, void *d, lt_layout layout_d,
                          const lt_algorithm *algorithm, void *workspace, size_t workspace_bytes,
                          cuda_stream stream)
{
    struct product p = product_of(desc, layout_a, layout_b, layout_c, layout_d);
    const lt_algorithm expected = algorithm_for(&p);

    fake_call("cublasLtMatmul", false);
    (void) handle;
    p.at_a = (uintptr_t) a;
    p.at_b = (uintptr_t) b;
    p.at_c = (uintptr_t) d;
    p.workspace = (uintptr_t) workspace;
    p.workspace_bytes = workspace_bytes;
    memcpy(&p.alpha, alpha, sizeof p.alpha);
    memcpy(&p.beta, beta, sizeof p.beta);
    if (c != d || memcmp(&expected, algorithm, sizeof expected) != 0) {
        fake_problem("an algorithm that was chosen for another product");
    }
    if (workspace_bytes < WORKSPACE || p.workspace % BEGINS != 0 || p.at_a % FACTOR != 0 ||
        p.at_b % FACTOR != 0 || p.at_c % FACTOR != 0) {
        fake_problem("an operand that is not aligned, or no workspace");
    }
    fake_cuda_counts.products++;
    fake_streams_put(stream, run_product, &p, sizeof p);
    return LT_OK;
}

void fake_lt_fill(struct cuda_table *table)
{
    table->lt_version = lt_version;
    table->lt_create = lt_create;
    table->lt_destroy = lt_destroy;
    table->lt_desc_create = desc_create;
    table->lt_desc_destroy = desc_destroy;
    table->lt_desc_set = desc_set;
    table->lt_layout_create = layout_create;
    table->lt_layout_destroy = layout_destroy;
    table->lt_layout_set = layout_set;
    table->lt_preference_create = preference_create;
    table->lt_preference_destroy = preference_destroy;
    table->lt_preference_set = preference_set;
    table->lt_choose = choose;
    table->lt_multiply = multiply;
}
