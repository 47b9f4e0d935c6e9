/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sums and extremes are exact. A quantile and a histogram are of a sample where there are more values
 * than it holds: each value has the same chance to be in it (reservoir sampling, Vitter 1985,
 * algorithm R), with repeatable numbers.
 */
#include "pass/statistic.h"

#include <math.h>
#include <stdlib.h>

#include "base/memory.h"
#include "base/random.h"
#include "pass/real_elements.h"

enum { SAMPLE = 1 << 22, SAMPLE_LEAST = 1024, BINS = 1024 };

struct group {
    double low, high, sum, square_sum;
    uint64_t count;
};

struct statistic {
    const struct measure *m;
    const char *name;
    size_t heads, places;
    struct group *groups;
    size_t group_count;
    float *sample; /* room values a group; NULL where none is asked for */
    size_t room;
    uint64_t random;
};

static bool wants_sample(const struct measure *m)
{
    return m->fit != NULL || m->statistic == MPCF_QUANTILE;
}

void statistic_destroy(struct statistic *s)
{
    if (s != NULL) {
        mpcf_free(s->groups);
        mpcf_free(s->sample);
        mpcf_free(s);
    }
}

static mpcf_status allocate(struct statistic *s, mpcf_error *err)
{
    s->groups = mpcf_alloc_array(s->group_count, sizeof(*s->groups));
    if (wants_sample(s->m)) {
        s->room = SAMPLE / s->group_count < SAMPLE_LEAST ? SAMPLE_LEAST : SAMPLE / s->group_count;
        s->sample = mpcf_alloc_array(s->group_count * s->room, sizeof(*s->sample));
    }
    if (s->groups == NULL || (wants_sample(s->m) && s->sample == NULL)) {
        return mpcf_fail_memory(err, s->group_count * (s->room + 1) * sizeof(float), s->name);
    }
    for (size_t i = 0; i < s->group_count; i++) {
        s->groups[i] = (struct group){.low = INFINITY, .high = -INFINITY};
    }
    return MPCF_OK;
}

mpcf_status statistic_create(const struct measure *m, const char *name, size_t places,
                             struct statistic **out, mpcf_error *err)
{
    struct statistic *s = mpcf_alloc_array(1, sizeof(*s));
    mpcf_status status;

    if (s == NULL) {
        return mpcf_fail_memory(err, sizeof(*s), name);
    }
    s->m = m;
    s->name = name;
    s->heads = m->by_head ? (size_t) m->x->shape.dim[1] : 1;
    s->places = m->by_position ? places : 1;
    s->group_count = s->heads * s->places;
    status = allocate(s, err);
    if (status != MPCF_OK) {
        statistic_destroy(s);
        return status;
    }
    *out = s;
    return MPCF_OK;
}

bool statistic_is_extreme(const struct statistic *s)
{
    return s->m->fit == NULL &&
           (s->m->statistic == MPCF_LARGEST || s->m->statistic == MPCF_SMALLEST);
}

/* --- Adding --- */

static void add_to_sample(struct statistic *s, size_t group, float x)
{
    const uint64_t count = s->groups[group].count; /* before X */
    size_t at = (size_t) count;

    if (count >= s->room) {
        const double drawn = random_uniform(&s->random) * (double) (count + 1);

        if (drawn >= (double) s->room) {
            return;
        }
        at = (size_t) drawn;
    }
    s->sample[group * s->room + at] = x;
}

static mpcf_status add_value(struct statistic *s, size_t group, float x, mpcf_error *err)
{
    struct group *g = &s->groups[group];
    const double value = (double) x;

    if (!isfinite(value)) {
        return mpcf_fail(err, MPCF_E_RANGE, "measuring '%s': a value of '%s' is %g", s->name,
                         s->m->x->name, value);
    }
    if (s->sample != NULL) {
        add_to_sample(s, group, x);
    }
    g->low = value < g->low ? value : g->low;
    g->high = value > g->high ? value : g->high;
    g->sum += value;
    g->square_sum += value * value;
    g->count++;
    return MPCF_OK;
}

static size_t group_of(const struct statistic *s, const size_t at[MPCF_RANK_MAX])
{
    return (s->places > 1 ? at[2] * s->heads : 0) + (s->heads > 1 ? at[1] : 0);
}

mpcf_status statistic_add(struct statistic *s, const float *x, const struct float_batch *b,
                          mpcf_error *err)
{
    const mpcf_shape shape = s->m->x->shape;
    const struct dims d = shape_resolve(shape, b->batch, b->tokens);
    const struct axes axes = axes_of(shape);
    size_t at[MPCF_RANK_MAX] = {0};

    if (s->m->by_position && b->tokens > s->places) {
        return mpcf_fail(err, MPCF_E_INVALID, "measuring '%s': %zu tokens, but %zu positions",
                         s->name, b->tokens, s->places);
    }
    for (size_t i = 0; i < d.count; i++, axes_advance(at, &d)) {
        if (axes_real(&axes, at, b)) {
            MPCF_TRY(add_value(s, group_of(s, at), x[i], err));
        }
    }
    return MPCF_OK;
}

/* --- The end --- */

static int compare_floats(const void *a, const void *b)
{
    const float x = *(const float *) a, y = *(const float *) b;

    return (x > y) - (x < y);
}

static size_t sample_count(const struct statistic *s, size_t group)
{
    return s->groups[group].count < s->room ? (size_t) s->groups[group].count : s->room;
}

/* Between the two values around (count - 1) q, in proportion. */
static double quantile_of(struct statistic *s, size_t group)
{
    float *sample = s->sample + group * s->room;
    const size_t count = sample_count(s, group);
    const double place = (double) (count - 1) * s->m->quantile;
    const size_t below = (size_t) place;
    const size_t above = below + 1 < count ? below + 1 : below;

    qsort(sample, count, sizeof(*sample), compare_floats);
    return (double) sample[below] +
           (place - (double) below) * ((double) sample[above] - (double) sample[below]);
}

static double value_of(struct statistic *s, size_t group)
{
    const struct group *g = &s->groups[group];

    switch (s->m->statistic) {
    case MPCF_LARGEST:
        return g->high;
    case MPCF_SMALLEST:
        return g->low;
    case MPCF_MEAN:
        return g->sum / (double) g->count;
    case MPCF_QUANTILE:
    default:
        return quantile_of(s, group);
    }
}

/* What a position that no row reached has: of the reached ones of its head. */
static double stand_in(const struct statistic *s, const float *values, size_t head)
{
    double sum = 0, low = INFINITY, high = -INFINITY, reached = 0;

    for (size_t i = head; i < s->group_count; i += s->heads) {
        if (s->groups[i].count > 0) {
            low = fmin(low, (double) values[i]);
            high = fmax(high, (double) values[i]);
            sum += (double) values[i];
            reached++;
        }
    }
    if (s->m->statistic == MPCF_LARGEST) {
        return high;
    }
    return s->m->statistic == MPCF_SMALLEST ? low : sum / reached;
}

static mpcf_status end_groups(struct statistic *s, float *values, mpcf_error *err)
{
    for (size_t i = 0; i < s->group_count; i++) {
        values[i] = s->groups[i].count > 0 ? (float) value_of(s, i) : 0;
    }
    for (size_t i = 0; i < s->group_count; i++) {
        if (s->groups[i].count == 0) {
            values[i] = (float) stand_in(s, values, i % s->heads);
        }
        if (!isfinite(values[i])) {
            return mpcf_fail(err, MPCF_E_INVALID, "measuring '%s': no element of '%s' counted",
                             s->name, s->m->x->name);
        }
    }
    return MPCF_OK;
}

static void fill_bins(const struct statistic *s, double *share)
{
    const struct group *g = &s->groups[0];
    const size_t count = sample_count(s, 0);
    const double width = (g->high - g->low) / BINS;

    for (size_t i = 0; i < count; i++) {
        const double place = width > 0 ? ((double) s->sample[i] - g->low) / width : 0;

        share[place < BINS ? (size_t) place : BINS - 1] += 1.0 / (double) count;
    }
}

static mpcf_status end_fit(struct statistic *s, float *values, size_t count, mpcf_error *err)
{
    const struct group *g = &s->groups[0];
    const double n = (double) g->count;
    double share[BINS] = {0}, made[MPCF_FITTED_MAX] = {0};
    mpcf_histogram h = {.struct_size = sizeof(h), .low = g->low, .high = g->high, .bins = BINS};

    if (g->count == 0) {
        return mpcf_fail(err, MPCF_E_INVALID, "measuring '%s': no element of '%s' counted", s->name,
                         s->m->x->name);
    }
    fill_bins(s, share);
    h.mean = g->sum / n;
    h.deviation = sqrt(fmax(g->square_sum / n - h.mean * h.mean, 0));
    h.share = share;
    s->m->fit(s->m->fit_config, &h, made);
    for (size_t i = 0; i < count; i++) {
        values[i] = (float) made[i];
        if (!isfinite(values[i])) {
            return mpcf_fail(err, MPCF_E_RANGE, "'%s': the fit to '%s' gives %g for value %zu",
                             s->name, s->m->x->name, made[i], i);
        }
    }
    return MPCF_OK;
}

mpcf_status statistic_end(struct statistic *s, float *values, size_t count, mpcf_error *err)
{
    return s->m->fit != NULL ? end_fit(s, values, count, err) : end_groups(s, values, err);
}
