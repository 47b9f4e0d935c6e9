/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rows are added tile by tile of columns, so that a worker's part of the results stays near.
 */
#include "ring/ring_rows.h"

#include <assert.h>

#include "base/memory.h"
#include "base/workers.h"
#include "ring/ring.h"

/* Columns of a tile: 200 results of it fill a fourth of a second cache. */
#define TILE_COLUMNS 128

struct ring_rows {
    size_t rows, columns;
    uint32_t *narrow; /* or NULL, and then they are wide */
    uint64_t *wide;
};

struct ring_rows *ring_rows_create(const uint64_t *b, size_t rows, size_t columns, unsigned bits)
{
    const size_t count = rows * columns;
    struct ring_rows *r = mpcf_alloc_array(1, sizeof *r);

    assert(bits >= 1 && bits <= 64);
    if (r == NULL) {
        return NULL;
    }
    *r = (struct ring_rows){.rows = rows, .columns = columns};
    if (bits <= 32) {
        r->narrow = mpcf_secret_alloc(count, sizeof *r->narrow);
    } else {
        r->wide = mpcf_secret_alloc(count, sizeof *r->wide);
    }
    if (r->narrow == NULL && r->wide == NULL) {
        mpcf_free(r);
        return NULL;
    }
    for (size_t i = 0; i < count; i++) {
        if (r->narrow != NULL) {
            r->narrow[i] = (uint32_t) b[i];
        } else {
            r->wide[i] = b[i];
        }
    }
    return r;
}

void ring_rows_destroy(struct ring_rows *b)
{
    if (b != NULL) {
        mpcf_secret_free(b->narrow);
        mpcf_secret_free(b->wide);
        mpcf_free(b);
    }
}

size_t ring_rows_bytes(const struct ring_rows *b)
{
    return sizeof *b +
           b->rows * b->columns * (b->narrow != NULL ? sizeof(uint32_t) : sizeof(uint64_t));
}

struct adding {
    const struct ring_rows *b;
    const uint64_t *a;
    const uint32_t *place;
    size_t width;
    uint64_t *c;
};

static void add_tile(const struct adding *k, size_t column, size_t n)
{
    const size_t columns = k->b->columns;

    for (size_t r = 0; r < k->b->rows; r++) {
        const size_t at = r * columns + column;
        for (size_t i = r * k->width; i < (r + 1) * k->width; i++) {
            uint64_t *c = k->c + k->place[i] * columns + column;
            if (k->b->narrow != NULL) {
                ring_add_scaled_narrow(c, k->b->narrow + at, (uint32_t) k->a[i], n);
            } else {
                ring_add_scaled(c, k->b->wide + at, k->a[i], n);
            }
        }
    }
}

static void tiles_body(void *context, size_t begin, size_t end)
{
    const struct adding *k = context;

    for (size_t tile = begin; tile < end; tile++) {
        const size_t column = tile * TILE_COLUMNS, left = k->b->columns - column;
        add_tile(k, column, left < TILE_COLUMNS ? left : TILE_COLUMNS);
    }
}

void ring_rows_add(const struct ring_rows *b, const uint64_t *a, const uint32_t *place,
                   size_t width, uint64_t *c)
{
    struct adding k = {b, a, place, width, c};

    workers_for((b->columns + TILE_COLUMNS - 1) / TILE_COLUMNS, 1, tiles_body, &k);
}
