/* SPDX-License-Identifier: Apache-2.0 */
#include "protocol/weights.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "float_engine/float_constant.h"
#include "protocol/masked_weights.h"
#include "protocol/step_operations.h"
#include "ring/ring.h"

/* Of a PROVIDER or USER_LOOKUP step: integers, in 32 bits where they fit. Of a LINEAR step: the matrix. */
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

/* --- Picking rows --- */

enum { PICKED_IDS = 16, PICKED_COLUMNS = 128 };

static inline void add_masked(int32_t *restrict sum, const int32_t *restrict x, int32_t mask,
                              size_t n)
{
    for (size_t c = 0; c < n; ++c) {
        sum[c] |= x[c] & mask;
    }
}

/* A tile of the results: some ids, some columns. */
static void pick_tile(const struct weight *item, size_t rows, size_t columns, const int32_t *ids,
                      size_t n, size_t width, int32_t (*sum)[PICKED_COLUMNS], size_t first)
{
    for (size_t row = 0; row < rows; ++row) {
        const int32_t *x = item->narrow + row * columns + first;
        for (size_t i = 0; i < n; ++i) {
            uint32_t difference = (uint32_t) ids[i] ^ (uint32_t) row;
            uint32_t differs = (difference | (0 - difference)) >> 31;
            int32_t mask = (int32_t) (differs - 1);
            if (width == PICKED_COLUMNS) { /* a known count becomes vector instructions */
                add_masked(sum[i], x, mask, PICKED_COLUMNS);
            } else {
                add_masked(sum[i], x, mask, width);
            }
        }
    }
}

void weights_pick(const struct weights *w, const struct program *p, uint32_t step,
                  const int32_t *ids, size_t n, uint64_t *out)
{
    const size_t columns = step_out(p, &p->steps[step])->dims.dim[MPCF_RANK_MAX - 1];
    int32_t sum[PICKED_IDS][PICKED_COLUMNS];
    for (size_t i = 0; i < n; i += PICKED_IDS) {
        size_t some = n - i < PICKED_IDS ? n - i : PICKED_IDS;
        for (size_t first = 0; first < columns; first += PICKED_COLUMNS) {
            size_t width = columns - first < PICKED_COLUMNS ? columns - first : PICKED_COLUMNS;
            memset(sum, 0, sizeof sum);
            pick_tile(&w->items[step], p->steps[step].table_rows, columns, ids + i, some, width,
                      sum, first);
            for (size_t t = 0; t < some * width; ++t) {
                size_t row = t / width, c = t % width;
                out[(i + row) * columns + first + c] = (uint64_t) (int64_t) sum[row][c];
            }
        }
    }
    mpcf_wipe(sum, sizeof sum);
}

/* --- Rounding --- */

/* What a step's integers look like: those of its result, or of the table that it picks from. */
struct form {
    const char *node;
    size_t count;
    unsigned fraction, magnitude;
};

static bool has_values(const struct step *s)
{
    return s->kind == STEP_PROVIDER || s->kind == STEP_USER_LOOKUP;
}

static struct form form_of(const struct program *p, const struct step *s)
{
    const struct value *v = step_out(p, s);
    struct form f = {v->node, v->dims.count, v->fraction, v->magnitude};
    if (s->kind == STEP_USER_LOOKUP) {
        /* Rows that no text of the calibration had may be larger than its range. */
        f.count = s->table_rows * v->dims.dim[MPCF_RANK_MAX - 1];
        f.magnitude = 32;
    }
    return f;
}

static mpcf_status allocate(struct weight *item, const struct form *f, mpcf_error *err)
{
    if (f->magnitude <= 32) {
        item->narrow = mpcf_secret_alloc(f->count, sizeof *item->narrow);
    } else {
        item->wide = mpcf_secret_alloc(f->count, sizeof *item->wide);
    }
    return item->narrow != NULL || item->wide != NULL
               ? MPCF_OK
               : mpcf_fail_memory(err, f->count * 8, "weights");
}

static void store(struct weight *item, size_t i, int64_t x)
{
    if (item->narrow != NULL) {
        item->narrow[i] = (int32_t) x;
    } else {
        item->wide[i] = x;
    }
}

static mpcf_status round_values(struct weight *item, const struct form *f, const float *x,
                                mpcf_error *err)
{
    double limit = ldexp(1.0, (int) f->magnitude - 1), unit = ldexp(1.0, (int) f->fraction);
    for (size_t i = 0; i < f->count; ++i) {
        double scaled = nearbyint((double) x[i] * unit);
        if (!(fabs(scaled) < limit)) {
            return mpcf_fail(err, MPCF_E_RANGE,
                             "weight '%s': an element does not fit %u bits with %u of them "
                             "fractional",
                             f->node, f->magnitude, f->fraction);
        }
        store(item, i, (int64_t) scaled);
    }
    return MPCF_OK;
}

static mpcf_status evaluate(const struct program *p, const struct step *s,
                            const struct parameters *params, struct weight *item, mpcf_error *err)
{
    const struct form f = form_of(p, s);
    float *x = mpcf_alloc_array(f.count, sizeof *x);
    if (x == NULL) {
        return mpcf_fail_memory(err, f.count * sizeof *x, "weights");
    }
    mpcf_status status = float_evaluate_constant(p->graph, params, s->node, x, f.count, err);
    if (status == MPCF_OK) {
        status = allocate(item, &f, err);
    }
    if (status == MPCF_OK) {
        status = round_values(item, &f, x, err);
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

static mpcf_status create_from(const struct program *p, const struct parameters *params,
                               bool tables_alone, struct weights **out, mpcf_error *err)
{
    struct weights *w = create(p);
    if (w == NULL) {
        return mpcf_fail_memory(err, p->step_count * sizeof *w->items, "weights");
    }
    mpcf_status status = MPCF_OK;
    w->params = params;
    for (size_t i = 0; status == MPCF_OK && i < p->step_count; ++i) {
        if (p->steps[i].kind == STEP_USER_LOOKUP ||
            (p->steps[i].kind == STEP_PROVIDER && !tables_alone)) {
            status = evaluate(p, &p->steps[i], params, &w->items[i], err);
        }
    }
    if (status == MPCF_OK && !tables_alone) {
        status = pack_all(p, w, err);
    }
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
    return create_from(p, params, false, out, err);
}

mpcf_status weights_create_tables(const struct program *p, const struct parameters *params,
                                  struct weights **out, mpcf_error *err)
{
    return create_from(p, params, true, out, err);
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
        if (!has_values(&p->steps[i])) {
            continue;
        }
        const struct form f = form_of(p, &p->steps[i]);
        status = allocate(&w->items[i], &f, err);
        for (size_t j = 0; status == MPCF_OK && j < f.count; ++j) {
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
