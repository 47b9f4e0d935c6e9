/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How a constant is rounded to integers and read back, by place or by rows that are secret.
 */
#include "protocol/rounded_weight.h"

#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "protocol/integer.h"

struct rounded_weight {
    size_t count;
    int32_t *narrow; /* or NULL, and then they are wide */
    int64_t *wide;
};

void rounded_weight_destroy(struct rounded_weight *w)
{
    if (w == NULL) {
        return;
    }
    mpcf_secret_free(w->narrow);
    mpcf_secret_free(w->wide);
    mpcf_free(w);
}

size_t rounded_weight_bytes(const struct rounded_weight *w)
{
    return w->count * (w->narrow != NULL ? sizeof *w->narrow : sizeof *w->wide);
}

void rounded_weight_read(const struct rounded_weight *w, size_t first, uint64_t *out, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        int64_t x = w->narrow != NULL ? w->narrow[first + i] : w->wide[first + i];
        out[i] = (uint64_t) x;
    }
}

/* --- Rounding --- */

static struct rounded_weight *allocate(const struct weight_form *form, mpcf_error *err)
{
    struct rounded_weight *w = mpcf_alloc_array(1, sizeof *w);

    if (w != NULL) {
        w->count = form->count;
        if (form->magnitude <= 32) {
            w->narrow = mpcf_secret_alloc(form->count, sizeof *w->narrow);
        } else {
            w->wide = mpcf_secret_alloc(form->count, sizeof *w->wide);
        }
    }
    if (w == NULL || (w->narrow == NULL && w->wide == NULL)) {
        (void) mpcf_fail_memory(err, form->count * sizeof *w->wide, "weights");
        rounded_weight_destroy(w);
        return NULL;
    }
    return w;
}

static void put(struct rounded_weight *w, size_t i, int64_t x)
{
    if (w->narrow != NULL) {
        w->narrow[i] = (int32_t) x;
    } else {
        w->wide[i] = x;
    }
}

#define INTEGER_BITS 62 /* of what a double rounds to before it is taken modulo a ring */

static mpcf_status round_reals(struct rounded_weight *w, const struct weight_form *form,
                               const float *x, mpcf_error *err)
{
    const double limit = ldexp(1.0, form->wraps ? INTEGER_BITS : (int) form->magnitude - 1);
    const double unit = ldexp(1.0, (int) form->fraction);

    for (size_t i = 0; i < form->count; i++) {
        double scaled = nearbyint((double) x[i] * unit);
        if (!(fabs(scaled) < limit)) {
            return mpcf_fail(err, MPCF_E_RANGE,
                             "weight '%s': an element does not fit %u bits with %u of them "
                             "fractional: run the stage that makes the student again, with a "
                             "larger stages.calibrate.margin_bits",
                             form->node, form->magnitude, form->fraction);
        }
        const int64_t integer = (int64_t) scaled;
        put(w, i,
            form->wraps ? (int64_t) ring_sign_extend((uint64_t) integer, form->magnitude)
                        : integer);
    }
    return MPCF_OK;
}

mpcf_status rounded_weight_create(const struct weight_form *form, const float *x,
                                  struct rounded_weight **out, mpcf_error *err)
{
    struct rounded_weight *w = allocate(form, err);

    if (w == NULL) {
        return MPCF_E_NOMEM;
    }
    mpcf_status status = round_reals(w, form, x, err);
    if (status != MPCF_OK) {
        rounded_weight_destroy(w);
        return status;
    }
    *out = w;
    return MPCF_OK;
}

mpcf_status rounded_weight_copy(const struct weight_form *form, const int64_t *x,
                                struct rounded_weight **out, mpcf_error *err)
{
    struct rounded_weight *w = allocate(form, err);

    if (w == NULL) {
        return MPCF_E_NOMEM;
    }
    for (size_t i = 0; i < form->count; i++) {
        put(w, i, x[i]);
    }
    *out = w;
    return MPCF_OK;
}

/* --- Picking rows --- */

enum { PICKED_IDS = 16, PICKED_COLUMNS = 128 };

static inline void add_masked(int32_t *restrict sum, const int32_t *restrict x, int32_t mask,
                              size_t n)
{
    for (size_t c = 0; c < n; c++) {
        sum[c] |= x[c] & mask;
    }
}

/* A tile of the results: some ids, some columns. */
static void pick_tile(const struct rounded_weight *w, size_t rows, size_t columns,
                      const int32_t *ids, size_t n, size_t width, int32_t (*sum)[PICKED_COLUMNS],
                      size_t first)
{
    for (size_t row = 0; row < rows; row++) {
        const int32_t *x = w->narrow + row * columns + first;
        for (size_t i = 0; i < n; i++) {
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

void rounded_weight_pick(const struct rounded_weight *w, size_t rows, size_t columns,
                         const int32_t *ids, size_t n, uint64_t *out)
{
    int32_t sum[PICKED_IDS][PICKED_COLUMNS];

    for (size_t i = 0; i < n; i += PICKED_IDS) {
        size_t some = n - i < PICKED_IDS ? n - i : PICKED_IDS;
        for (size_t first = 0; first < columns; first += PICKED_COLUMNS) {
            size_t width = columns - first < PICKED_COLUMNS ? columns - first : PICKED_COLUMNS;
            memset(sum, 0, sizeof sum);
            pick_tile(w, rows, columns, ids + i, some, width, sum, first);
            for (size_t t = 0; t < some * width; t++) {
                size_t row = t / width, c = t % width;
                out[(i + row) * columns + first + c] = (uint64_t) (int64_t) sum[row][c];
            }
        }
    }
    mpcf_wipe(sum, sizeof sum);
}
