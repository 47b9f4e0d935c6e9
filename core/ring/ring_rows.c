/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The matrix lies tile by tile of columns, so that it is read in one stream; a tile of all results is
 * so small that it stays in the first cache.
 */
#include "ring/ring_rows.h"

#include <assert.h>
#include <string.h>

#include "base/memory.h"
#include "base/workers.h"
#include "ring/ring.h"
#include "ring/ring_kernel.h"

struct ring_rows {
    size_t rows, columns;
    uint32_t *narrow; /* [tiles, rows, RING_ROW_TILE]; or NULL, and then they are wide */
    uint64_t *wide;
};

static size_t tiles_of(size_t columns)
{
    return (columns + RING_ROW_TILE - 1) / RING_ROW_TILE;
}

static size_t elements_of(const struct ring_rows *b)
{
    return tiles_of(b->columns) * RING_ROW_TILE * b->rows;
}

static void arrange(struct ring_rows *r, const uint64_t *b)
{
    for (size_t row = 0; row < r->rows; row++) {
        for (size_t column = 0; column < r->columns; column++) {
            const uint64_t x = b[row * r->columns + column];
            const size_t tile = column / RING_ROW_TILE;
            const size_t at = (tile * r->rows + row) * RING_ROW_TILE + column % RING_ROW_TILE;
            if (r->narrow != NULL) {
                r->narrow[at] = (uint32_t) x;
            } else {
                r->wide[at] = x;
            }
        }
    }
}

struct ring_rows *ring_rows_create(const uint64_t *b, size_t rows, size_t columns, unsigned bits)
{
    struct ring_rows *r = mpcf_alloc_array(1, sizeof *r);

    assert(bits >= 1 && bits <= 64);
    if (r == NULL) {
        return NULL;
    }
    *r = (struct ring_rows){.rows = rows, .columns = columns};
    if (bits <= 32) {
        r->narrow = mpcf_secret_alloc(elements_of(r), sizeof *r->narrow);
    } else {
        r->wide = mpcf_secret_alloc(elements_of(r), sizeof *r->wide);
    }
    if (r->narrow == NULL && r->wide == NULL) {
        mpcf_free(r);
        return NULL;
    }
    arrange(r, b);
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
    return sizeof *b + elements_of(b) * (b->narrow != NULL ? sizeof *b->narrow : sizeof *b->wide);
}

size_t ring_rows_scratch(const struct ring_rows *b, size_t results)
{
    return tiles_of(b->columns) * RING_ROW_TILE * results;
}

struct adding {
    const struct ring_rows *b;
    const uint64_t *a;
    const uint32_t *place;
    size_t width, results;
    uint64_t *c, *scratch; /* scratch: [tiles, results, RING_ROW_TILE] */
};

/* Into C, the columns of TILE that there are. */
static void add_narrow(const struct adding *k, size_t tile, const uint32_t *sums)
{
    const size_t first = tile * RING_ROW_TILE, left = k->b->columns - first;

    for (size_t i = 0; i < k->results * RING_ROW_TILE; i++) {
        if (i % RING_ROW_TILE < left) {
            k->c[i / RING_ROW_TILE * k->b->columns + first + i % RING_ROW_TILE] += sums[i];
        }
    }
}

static void add_wide(const struct adding *k, size_t tile, const uint64_t *sums)
{
    const size_t first = tile * RING_ROW_TILE, left = k->b->columns - first;

    for (size_t i = 0; i < k->results * RING_ROW_TILE; i++) {
        if (i % RING_ROW_TILE < left) {
            k->c[i / RING_ROW_TILE * k->b->columns + first + i % RING_ROW_TILE] += sums[i];
        }
    }
}

static void tiles_body(void *context, size_t begin, size_t end)
{
    const struct adding *k = context;
    const size_t words = k->results * RING_ROW_TILE;

    for (size_t tile = begin; tile < end; tile++) {
        const size_t at = tile * k->b->rows * RING_ROW_TILE;
        uint64_t *sums = k->scratch + tile * words;
        memset(sums, 0, words * sizeof *sums);
        if (k->b->narrow != NULL) {
            uint32_t *narrow = (uint32_t *) sums;
            ring_add_rows_narrow(narrow, k->b->narrow + at, k->a, k->place, k->b->rows, k->width);
            add_narrow(k, tile, narrow);
        } else {
            ring_add_rows_wide(sums, k->b->wide + at, k->a, k->place, k->b->rows, k->width);
            add_wide(k, tile, sums);
        }
    }
}

void ring_rows_add(const struct ring_rows *b, const uint64_t *a, const uint32_t *place,
                   size_t width, uint64_t *c, size_t results, uint64_t *scratch)
{
    struct adding k = {b, a, place, width, results, c, scratch};

    workers_for(tiles_of(b->columns), 1, tiles_body, &k);
}
