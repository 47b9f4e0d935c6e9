/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A sine is rounded to 2^-q, so that what it is multiplied by, below 2^(q + 1) units, makes a unit of that at most: as much as
 * rounding the factor does.
 */
#include "protocol/waves_shape.h"

#include <stdlib.h>

static unsigned places_of(int64_t a, int64_t b)
{
    const uint64_t largest = (uint64_t) (llabs(a) > llabs(b) ? llabs(a) : llabs(b));
    unsigned bits = 0;

    while (largest >> bits != 0) {
        bits++;
    }
    return bits > 2 ? bits - 1 : 1;
}

struct waves_shape waves_shape(const struct step *s)
{
    struct waves_shape w = {.count = s->threshold_count / 2 - 1};

    for (size_t j = 0; j < w.count; j++) {
        w.shift[j] = places_of(s->thresholds[2 * j + 2], s->thresholds[2 * j + 3]);
        w.places = w.shift[j] > w.places ? w.shift[j] : w.places;
    }
    for (size_t j = 0; j < w.count; j++) {
        w.shift[j] = w.places - w.shift[j];
    }
    return w;
}

/* A harmonic's factors are off by half a unit each, its sines by half of 2^-q; 2^-26 of the loops besides. */
unsigned waves_units(const struct program *p, const struct step *s)
{
    const struct waves_shape w = waves_shape(s);

    (void) p;
    return (unsigned) (w.count * 5 << w.places) / 2 + 1;
}
