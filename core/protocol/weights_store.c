/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which constants have been rounded and arranged already, and making those that have not.
 */
#include "protocol/weights_store.h"

#include "float_engine/float_constant.h"

#include <string.h>

#include "base/memory.h"
#include "protocol/linear_operand.h"
#include "ring/ring_product.h"
#include "ring/ring_rows.h"

struct rounded_entry {
    const mpcf_node *node; /* NULL: of weights_store_copy(), found by nobody */
    unsigned fraction, magnitude;
    size_t count;
    bool wraps;
    struct rounded_weight *weight;
};

struct arranged_entry {
    const struct rounded_weight *weight;
    struct dims dims;
    bool transposed;
    unsigned ring;
    bool is_rows;
    struct ring_packed *matrix; /* or */
    struct ring_rows *rows;
};

struct weights_store {
    const mpcf_graph *graph;
    const struct parameters *params;
    struct rounded_entry *rounded;
    struct arranged_entry *arranged;
    size_t rounded_count, arranged_count;
};

struct weights_store *weights_store_create(const mpcf_graph *g, const struct parameters *params)
{
    struct weights_store *s = mpcf_alloc_array(1, sizeof *s);

    if (s != NULL) {
        *s = (struct weights_store){.graph = g, .params = params};
    }
    return s;
}

void weights_store_destroy(struct weights_store *s)
{
    if (s == NULL) {
        return;
    }
    for (size_t i = 0; i < s->rounded_count; i++) {
        rounded_weight_destroy(s->rounded[i].weight);
    }
    for (size_t i = 0; i < s->arranged_count; i++) {
        ring_packed_destroy(s->arranged[i].matrix);
        ring_rows_destroy(s->arranged[i].rows);
    }
    mpcf_free(s->rounded);
    mpcf_free(s->arranged);
    mpcf_free(s);
}

const mpcf_graph *weights_store_graph(const struct weights_store *s)
{
    return s->graph;
}

const struct parameters *weights_store_parameters(const struct weights_store *s)
{
    return s->params;
}

struct weights_store_size weights_store_size(const struct weights_store *s)
{
    struct weights_store_size size = {.rounded = s->rounded_count, .arranged = s->arranged_count};

    for (size_t i = 0; i < s->rounded_count; i++) {
        size.bytes += rounded_weight_bytes(s->rounded[i].weight);
    }
    for (size_t i = 0; i < s->arranged_count; i++) {
        const struct arranged_entry *e = &s->arranged[i];
        size.bytes += e->is_rows ? ring_rows_bytes(e->rows) : ring_packed_bytes(e->matrix);
    }
    return size;
}

/* --- Integers --- */

static const struct rounded_weight *
find_rounded(const struct weights_store *s, const mpcf_node *node, const struct weight_form *form)
{
    for (size_t i = 0; i < s->rounded_count; i++) {
        const struct rounded_entry *e = &s->rounded[i];
        if (e->node == node && e->fraction == form->fraction && e->magnitude == form->magnitude &&
            e->count == form->count && e->wraps == form->wraps) {
            return e->weight;
        }
    }
    return NULL;
}

/* Takes over WEIGHT, also where it fails. */
static mpcf_status add_rounded(struct weights_store *s, const mpcf_node *node,
                               const struct weight_form *form, struct rounded_weight *weight,
                               mpcf_error *err)
{
    struct rounded_entry *grown =
        mpcf_grow_array(s->rounded, s->rounded_count, s->rounded_count + 1, sizeof *grown);

    if (grown == NULL) {
        rounded_weight_destroy(weight);
        return mpcf_fail_memory(err, sizeof *grown, "weights");
    }
    s->rounded = grown;
    s->rounded[s->rounded_count++] = (struct rounded_entry){
        node, form->fraction, form->magnitude, form->count, form->wraps, weight};
    return MPCF_OK;
}

static mpcf_status evaluate(const struct weights_store *s, const mpcf_node *node,
                            const struct weight_form *form, struct rounded_weight **out,
                            mpcf_error *err)
{
    float *x = mpcf_alloc_array(form->count, sizeof *x);

    if (x == NULL) {
        return mpcf_fail_memory(err, form->count * sizeof *x, "weights");
    }
    mpcf_status status = float_evaluate_constant(s->graph, s->params, node, x, form->count, err);
    if (status == MPCF_OK) {
        status = rounded_weight_create(form, x, out, err);
    }
    mpcf_free(x);
    return status;
}

mpcf_status weights_store_round(struct weights_store *s, const mpcf_node *node,
                                const struct weight_form *form, const struct rounded_weight **out,
                                mpcf_error *err)
{
    struct rounded_weight *made = NULL;
    const struct rounded_weight *found = find_rounded(s, node, form);

    if (found == NULL) {
        MPCF_TRY(evaluate(s, node, form, &made, err));
        MPCF_TRY(add_rounded(s, node, form, made, err));
        found = made;
    }
    *out = found;
    return MPCF_OK;
}

mpcf_status weights_store_copy(struct weights_store *s, const struct weight_form *form,
                               const int64_t *x, const struct rounded_weight **out, mpcf_error *err)
{
    struct rounded_weight *made = NULL;

    MPCF_TRY(rounded_weight_copy(form, x, &made, err));
    MPCF_TRY(add_rounded(s, NULL, form, made, err));
    *out = made;
    return MPCF_OK;
}

/* --- Matrices --- */

static const struct arranged_entry *find_arranged(const struct weights_store *s,
                                                  const struct arranged_entry *wanted)
{
    for (size_t i = 0; i < s->arranged_count; i++) {
        const struct arranged_entry *e = &s->arranged[i];
        if (e->weight == wanted->weight && e->transposed == wanted->transposed &&
            e->ring == wanted->ring && e->is_rows == wanted->is_rows &&
            memcmp(&e->dims, &wanted->dims, sizeof e->dims) == 0) {
            return e;
        }
    }
    return NULL;
}

static bool arrange(struct arranged_entry *e)
{
    const size_t columns = e->dims.dim[MPCF_RANK_MAX - 1];
    uint64_t *x = mpcf_secret_alloc(e->dims.count, sizeof *x);

    if (x == NULL) {
        return false;
    }
    rounded_weight_read(e->weight, 0, x, e->dims.count);
    if (e->is_rows) {
        e->rows = ring_rows_create(x, e->dims.count / columns, columns, e->ring);
    } else {
        e->matrix = linear_operand(x, &e->dims, e->transposed, e->ring);
    }
    mpcf_secret_free(x);
    return e->rows != NULL || e->matrix != NULL;
}

static mpcf_status add_arranged(struct weights_store *s, struct arranged_entry *e, mpcf_error *err)
{
    struct arranged_entry *grown =
        mpcf_grow_array(s->arranged, s->arranged_count, s->arranged_count + 1, sizeof *grown);

    if (grown == NULL) {
        return mpcf_fail_memory(err, sizeof *grown, "weights");
    }
    s->arranged = grown;
    if (!arrange(e)) {
        return mpcf_fail_memory(err, e->dims.count * sizeof(uint64_t), "weights");
    }
    s->arranged[s->arranged_count++] = *e;
    return MPCF_OK;
}

/* What the store has of E, made where it is new. */
static mpcf_status find_or_add(struct weights_store *s, struct arranged_entry *e, mpcf_error *err)
{
    const struct arranged_entry *found = find_arranged(s, e);

    if (found != NULL) {
        *e = *found;
        return MPCF_OK;
    }
    return add_arranged(s, e, err);
}

mpcf_status weights_store_arrange(struct weights_store *s, const struct rounded_weight *w,
                                  const struct dims *dims, bool transposed, unsigned ring,
                                  const struct ring_packed **out, mpcf_error *err)
{
    struct arranged_entry e = {.weight = w, .dims = *dims, .transposed = transposed, .ring = ring};

    MPCF_TRY(find_or_add(s, &e, err));
    *out = e.matrix;
    return MPCF_OK;
}

mpcf_status weights_store_rows(struct weights_store *s, const struct rounded_weight *w,
                               const struct dims *dims, unsigned ring, const struct ring_rows **out,
                               mpcf_error *err)
{
    struct arranged_entry e = {.weight = w, .dims = *dims, .ring = ring, .is_rows = true};

    MPCF_TRY(find_or_add(s, &e, err));
    *out = e.rows;
    return MPCF_OK;
}
