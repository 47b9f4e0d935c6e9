/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which constants of the store each step of a program reads.
 */
#include "protocol/weights.h"

#include "base/memory.h"
#include "protocol/step_operations.h"
#include "ring/ring_product.h"

/* Of a step that is a constant: integers. Of one whose weight is a matrix: its arrangement, or rows. */
struct weight {
    const struct rounded_weight *rounded;
    const struct ring_packed *packed;
    const struct ring_rows *rows;
};

struct weights {
    struct weight *items; /* by step */
    struct weights_store *store;
    struct weights_store *own; /* the same, where nobody shares it; or NULL */
};

const struct parameters *weights_parameters(const struct weights *w)
{
    return weights_store_parameters(w->store);
}

void weights_destroy(struct weights *w)
{
    if (w == NULL) {
        return;
    }
    weights_store_destroy(w->own);
    mpcf_free(w->items);
    mpcf_free(w);
}

void weights_read(const struct weights *w, uint32_t step, size_t first, uint64_t *out, size_t n)
{
    rounded_weight_read(w->items[step].rounded, first, out, n);
}

void weights_pick(const struct weights *w, const struct program *p, uint32_t step,
                  const int32_t *ids, size_t n, uint64_t *out)
{
    const size_t columns = step_out(p, &p->steps[step])->dims.dim[MPCF_RANK_MAX - 1];

    rounded_weight_pick(w->items[step].rounded, p->steps[step].table_rows, columns, ids, n, out);
}

const struct ring_packed *weights_packed(const struct weights *w, uint32_t step)
{
    return w->items[step].packed;
}

const struct ring_rows *weights_rows(const struct weights *w, uint32_t step)
{
    return w->items[step].rows;
}

/* --- Making --- */

static bool is_constant(const struct step *s)
{
    return s->operations->constant != NULL;
}

static mpcf_status create(const struct program *p, struct weights_store *store,
                          struct weights **out, mpcf_error *err)
{
    struct weights *w = mpcf_alloc_array(1, sizeof *w);

    if (w != NULL) {
        w->items = mpcf_alloc_array(p->step_count, sizeof *w->items);
    }
    if (w == NULL || w->items == NULL) {
        mpcf_free(w);
        return mpcf_fail_memory(err, p->step_count * sizeof *w->items, "weights");
    }
    w->store = store;
    *out = w;
    return MPCF_OK;
}

/* The matrices, once all integers are there. */
static mpcf_status arrange_all(const struct program *p, struct weights *w, mpcf_error *err)
{
    for (size_t i = 0; i < p->step_count; i++) {
        const struct step *s = &p->steps[i];
        if (s->operations->weight == WEIGHT_MATRIX) {
            const struct value *v = step_in(p, s, 1);
            MPCF_TRY(weights_store_arrange(w->store, w->items[v->producer].rounded, &v->dims,
                                           s->transposed, step_out(p, s)->ring, &w->items[i].packed,
                                           err));
        } else if (s->operations->weight == WEIGHT_ROWS) {
            const struct value *v = step_in(p, s, 1);
            MPCF_TRY(weights_store_rows(w->store, w->items[v->producer].rounded, &v->dims,
                                        step_out(p, s)->ring, &w->items[i].rows, err));
        }
    }
    return MPCF_OK;
}

static mpcf_status round_all(const struct program *p, struct weights *w, enum weights_part part,
                             mpcf_error *err)
{
    for (size_t i = 0; i < p->step_count; i++) {
        const struct step *s = &p->steps[i];
        if (is_constant(s) && (s->operations->is_public_table || part == WEIGHTS_ALL)) {
            struct weight_form f;
            s->operations->constant(p, s, &f);
            MPCF_TRY(weights_store_round(w->store, s->node, &f, &w->items[i].rounded, err));
        }
    }
    return part == WEIGHTS_ALL ? arrange_all(p, w, err) : MPCF_OK;
}

mpcf_status weights_create_shared(const struct program *p, struct weights_store *store,
                                  enum weights_part part, struct weights **out, mpcf_error *err)
{
    struct weights *w = NULL;

    if (weights_store_graph(store) != p->graph) {
        return mpcf_fail(err, MPCF_E_INVALID, "the weights are of another graph than the program");
    }
    MPCF_TRY(create(p, store, &w, err));
    mpcf_status status = round_all(p, w, part, err);
    if (status != MPCF_OK) {
        weights_destroy(w);
        return status;
    }
    *out = w;
    return MPCF_OK;
}

mpcf_status weights_create(const struct program *p, const struct parameters *params,
                           struct weights **out, mpcf_error *err)
{
    struct weights_store *store = weights_store_create(p->graph, params);

    if (store == NULL) {
        return mpcf_fail_memory(err, 0, "weights");
    }
    mpcf_status status = weights_create_shared(p, store, WEIGHTS_ALL, out, err);
    if (status != MPCF_OK) {
        weights_store_destroy(store);
        return status;
    }
    (*out)->own = store;
    return MPCF_OK;
}

static mpcf_status copy_all(const struct program *p, struct weights *w,
                            const int64_t *const *values, mpcf_error *err)
{
    for (size_t i = 0; i < p->step_count; i++) {
        const struct step *s = &p->steps[i];
        if (is_constant(s)) {
            struct weight_form f;
            s->operations->constant(p, s, &f);
            MPCF_TRY(weights_store_copy(w->store, &f, values[i], &w->items[i].rounded, err));
        }
    }
    return arrange_all(p, w, err);
}

mpcf_status weights_from_values(const struct program *p, const int64_t *const *values,
                                struct weights **out, mpcf_error *err)
{
    struct weights *w = NULL;

    MPCF_TRY(create(p, NULL, &w, err));
    w->store = w->own = weights_store_create(NULL, NULL);
    mpcf_status status =
        w->own != NULL ? copy_all(p, w, values, err) : mpcf_fail_memory(err, 0, "weights");
    if (status != MPCF_OK) {
        weights_destroy(w);
        return status;
    }
    *out = w;
    return MPCF_OK;
}
