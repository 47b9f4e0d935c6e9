/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/weights.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "compute/ring.h"
#include "protocol/packing.h"
#include "protocol/step_row.h"

/* Of a PROVIDER step: integers, in 32 bits where they fit. Of a LINEAR step: the matrix. */
struct weight {
    int32_t *narrow;
    int64_t *wide;
    struct ring_packed *packed;
};

struct weights {
    struct weight *items; /* by step */
    size_t count;
    const struct parameters *params;
};

const struct parameters *weights_parameters(const struct weights *w)
{
    return w->params;
}

void weights_destroy(struct weights *w)
{
    if (w == NULL) {
        return;
    }
    for (size_t i = 0; i < w->count; ++i) {
        mpcf_secret_free(w->items[i].narrow);
        mpcf_secret_free(w->items[i].wide);
        ring_packed_destroy(w->items[i].packed);
    }
    mpcf_free(w->items);
    mpcf_free(w);
}

void weights_read(const struct weights *w, uint32_t step, size_t first, uint64_t *out, size_t n)
{
    const struct weight *item = &w->items[step];
    for (size_t i = 0; i < n; ++i) {
        int64_t x = item->narrow != NULL ? item->narrow[first + i] : item->wide[first + i];
        out[i] = (uint64_t) x;
    }
}

const struct ring_packed *weights_packed(const struct weights *w, uint32_t step)
{
    return w->items[step].packed;
}

/* --- Rounding --- */

static mpcf_status allocate(struct weight *item, const struct value *v, mpcf_error *err)
{
    if (v->magnitude <= 32) {
        item->narrow = mpcf_secret_alloc(v->dims.count, sizeof *item->narrow);
    } else {
        item->wide = mpcf_secret_alloc(v->dims.count, sizeof *item->wide);
    }
    return item->narrow != NULL || item->wide != NULL
               ? MPCF_OK
               : mpcf_fail_memory(err, v->dims.count * 8, "weights");
}

static void store(struct weight *item, size_t i, int64_t x)
{
    if (item->narrow != NULL) {
        item->narrow[i] = (int32_t) x;
    } else {
        item->wide[i] = x;
    }
}

static mpcf_status round_values(struct weight *item, const struct value *v, const float *x,
                                mpcf_error *err)
{
    double limit = ldexp(1.0, (int) v->magnitude - 1), unit = ldexp(1.0, (int) v->fraction);
    for (size_t i = 0; i < v->dims.count; ++i) {
        double scaled = nearbyint((double) x[i] * unit);
        if (!(fabs(scaled) < limit)) {
            return mpcf_fail(err, MPCF_E_RANGE,
                             "weight '%s': an element does not fit %u bits with %u of them "
                             "fractional",
                             v->node, v->magnitude, v->fraction);
        }
        store(item, i, (int64_t) scaled);
    }
    return MPCF_OK;
}

static mpcf_status evaluate(const struct program *p, const struct step *s,
                            const struct parameters *params, struct weight *item, mpcf_error *err)
{
    const struct value *v = step_out(p, s);
    float *x = mpcf_alloc_array(v->dims.count, sizeof *x);
    if (x == NULL) {
        return mpcf_fail_memory(err, v->dims.count * sizeof *x, "weights");
    }
    mpcf_status status = float_evaluate_constant(p->graph, params, s->node, x, v->dims.count, err);
    if (status == MPCF_OK) {
        status = allocate(item, v, err);
    }
    if (status == MPCF_OK) {
        status = round_values(item, v, x, err);
    }
    mpcf_free(x);
    return status;
}

/* --- Arranging --- */

static mpcf_status pack(const struct program *p, const struct step *s, struct weights *w,
                        mpcf_error *err)
{
    const struct value *v = step_in(p, s, 1);
    size_t rows = 0, depth = 0, columns = 0;
    uint64_t *x = mpcf_secret_alloc(v->dims.count, sizeof *x);
    if (x == NULL) {
        return mpcf_fail_memory(err, v->dims.count * sizeof *x, "weights");
    }
    weights_read(w, v->producer, 0, x, v->dims.count);
    linear_shape(p, s, &rows, &depth, &columns);
    w->items[s->index].packed = ring_pack_right(x, depth, columns, s->transposed ? columns : depth,
                                                !s->transposed, step_out(p, s)->ring);
    mpcf_secret_free(x);
    return w->items[s->index].packed != NULL
               ? MPCF_OK
               : mpcf_fail_memory(err, v->dims.count * 8, "packed weights");
}

static struct weights *create(const struct program *p)
{
    struct weights *w = mpcf_alloc_array(1, sizeof *w);
    if (w == NULL) {
        return NULL;
    }
    w->items = mpcf_alloc_array(p->step_count, sizeof *w->items);
    if (w->items == NULL) {
        mpcf_free(w);
        return NULL;
    }
    w->count = p->step_count;
    return w;
}

static mpcf_status pack_all(const struct program *p, struct weights *w, mpcf_error *err)
{
    for (size_t i = 0; i < p->step_count; ++i) {
        if (p->steps[i].kind == STEP_LINEAR) {
            MPCF_TRY(pack(p, &p->steps[i], w, err));
        }
    }
    return MPCF_OK;
}

mpcf_status weights_create(const struct program *p, const struct parameters *params,
                           struct weights **out, mpcf_error *err)
{
    struct weights *w = create(p);
    if (w == NULL) {
        return mpcf_fail_memory(err, p->step_count * sizeof *w->items, "weights");
    }
    mpcf_status status = MPCF_OK;
    w->params = params;
    for (size_t i = 0; status == MPCF_OK && i < p->step_count; ++i) {
        if (p->steps[i].kind == STEP_PROVIDER) {
            status = evaluate(p, &p->steps[i], params, &w->items[i], err);
        }
    }
    if (status == MPCF_OK) {
        status = pack_all(p, w, err);
    }
    if (status != MPCF_OK) {
        weights_destroy(w);
        return status;
    }
    *out = w;
    return MPCF_OK;
}

mpcf_status weights_from_values(const struct program *p, const int64_t *const *values,
                                struct weights **out, mpcf_error *err)
{
    struct weights *w = create(p);
    if (w == NULL) {
        return mpcf_fail_memory(err, p->step_count * sizeof *w->items, "weights");
    }
    mpcf_status status = MPCF_OK;
    for (size_t i = 0; status == MPCF_OK && i < p->step_count; ++i) {
        if (p->steps[i].kind != STEP_PROVIDER) {
            continue;
        }
        const struct value *v = step_out(p, &p->steps[i]);
        status = allocate(&w->items[i], v, err);
        for (size_t j = 0; status == MPCF_OK && j < v->dims.count; ++j) {
            store(&w->items[i], j, values[i][j]);
        }
    }
    if (status == MPCF_OK) {
        status = pack_all(p, w, err);
    }
    if (status != MPCF_OK) {
        weights_destroy(w);
        return status;
    }
    *out = w;
    return MPCF_OK;
}
