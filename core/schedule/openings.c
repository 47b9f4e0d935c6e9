/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which step opens a value for all the steps that read it opened.
 */
#include "schedule/openings.h"

#include <stdlib.h>

#include "base/memory.h"
#include "protocol/opening.h"

static int by_value(const void *a, const void *b)
{
    const struct opener *x = a, *y = b;

    if (x->value != y->value) {
        return x->value < y->value ? -1 : 1;
    }
    if (x->step != y->step) {
        return x->step < y->step ? -1 : 1;
    }
    return (int) x->item - (int) y->item;
}

size_t openings_end(const struct openings *o, size_t first)
{
    size_t end = first + 1;

    while (end < o->count && o->items[end].value == o->items[first].value) {
        end++;
    }
    return end;
}

/* A value that is opened once shares with nobody. */
static void drop_single(struct openings *o)
{
    size_t kept = 0;

    for (size_t first = 0, end = 0; first < o->count; first = end) {
        end = openings_end(o, first);
        for (size_t i = first; end - first > 1 && i < end; i++) {
            o->items[kept++] = o->items[i];
        }
    }
    o->count = kept;
}

mpcf_status openings_find(const struct program *p, struct openings *out, mpcf_error *err)
{
    *out = (struct openings){.items = mpcf_alloc_array(2 * p->step_count + 1, sizeof *out->items)};
    if (out->items == NULL) {
        return mpcf_fail_memory(err, 2 * p->step_count * sizeof *out->items, "openings");
    }
    for (size_t i = 0; i < p->step_count; i++) {
        const struct step *s = &p->steps[i];
        for (unsigned j = 0; j < opening_count(s); j++) {
            out->items[out->count++] =
                (struct opener){.value = opening_id(s, j), .step = s->index, .item = (uint8_t) j};
        }
    }
    qsort(out->items, out->count, sizeof *out->items, by_value);
    drop_single(out);
    return MPCF_OK;
}

void openings_clear(struct openings *o)
{
    mpcf_free(o->items);
    *o = (struct openings){0};
}

static unsigned ring_of(const struct program *p, const struct opener *o)
{
    return opening_ring(p, &p->steps[o->step], o->item);
}

/* Of openers A, B of one value for one ring. */
static bool is_before(const struct program *p, const struct opener *a, const struct opener *b)
{
    uint32_t x = p->steps[a->step].round, y = p->steps[b->step].round;

    return x < y || (x == y && a->step < b->step) || (a->step == b->step && a->item < b->item);
}

static void share_value(struct program *p, const struct opener *items, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const struct opener *best = &items[i];
        for (size_t j = 0; j < count; j++) {
            if (ring_of(p, &items[j]) == ring_of(p, best) && is_before(p, &items[j], best)) {
                best = &items[j];
            }
        }
        struct opening *opening = &p->steps[items[i].step].opening[items[i].item];
        opening->step = best->step;
        opening->item = best->item;
    }
}

void openings_share(struct program *p, const struct openings *o)
{
    for (size_t i = 0; i < p->step_count; i++) {
        struct step *s = &p->steps[i];
        for (unsigned j = 0; j < 2; j++) {
            s->opening[j] = (struct opening){.step = s->index, .item = (uint8_t) j};
        }
    }
    for (size_t first = 0, end = 0; first < o->count; first = end) {
        end = openings_end(o, first);
        share_value(p, &o->items[first], end - first);
    }
}
