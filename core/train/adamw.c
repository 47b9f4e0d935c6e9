/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What one step of AdamW does to every parameter, what it keeps between steps, and how that is
 * saved.
 */
#include "train/adamw.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "base/workers.h"
#include "float/optimizer.h"

enum { GRAIN = 16384 };

struct moments {
    float *first, *second;
    float *used; /* tables: 1 for a row that has moments; floats, so that they are saved alike */
    bool decays;
    bool is_left_out;
};

struct adamw {
    struct parameters *parameters;
    struct adamw_options options;
    struct moments *moments; /* one a parameter */
    uint64_t steps;
    double pending; /* product of decays that unused rows have not seen */
};

void adamw_options_default(struct adamw_options *o)
{
    *o = (struct adamw_options){
        .beta1 = 0.9, .beta2 = 0.999, .epsilon = 1e-8, .weight_decay = 0.01, .clip_norm = 1};
}

/* The rule of the published training scripts: no decay of biases and layer norms. */
static bool is_decayed(const struct parameter *p)
{
    return p->shape.rank > 1;
}

static size_t row_count(const struct parameter *p)
{
    return (size_t) p->shape.dim[0];
}

static bool create_moments(struct adamw *a)
{
    for (size_t i = 0; i < a->parameters->count; i++) {
        struct parameter *p = &a->parameters->items[i];
        struct moments *m = &a->moments[i];

        m->is_left_out = p->gradient == NULL;
        m->decays = is_decayed(p) && !m->is_left_out && !p->is_measured;
        m->first = mpcf_alloc_array(p->count, sizeof(float));
        m->second = mpcf_alloc_array(p->count, sizeof(float));
        m->used = p->is_table ? mpcf_alloc_array(row_count(p), sizeof(float)) : NULL;
        if (m->first == NULL || m->second == NULL || (p->is_table && m->used == NULL)) {
            return false;
        }
    }
    return true;
}

mpcf_status adamw_create(struct parameters *p, const struct adamw_options *o, struct adamw **out,
                         mpcf_error *err)
{
    struct adamw *a = mpcf_alloc_array(1, sizeof *a);

    if (a != NULL) {
        a->parameters = p;
        a->options = *o;
        a->pending = 1;
        a->moments = mpcf_alloc_array(p->count, sizeof *a->moments);
    }
    if (a == NULL || a->moments == NULL || !create_moments(a)) {
        adamw_destroy(a);
        return mpcf_fail_memory(err, 0, "the optimizer's moments");
    }
    *out = a;
    return MPCF_OK;
}

void adamw_destroy(struct adamw *a)
{
    if (a == NULL) {
        return;
    }
    for (size_t i = 0; a->moments != NULL && i < a->parameters->count; i++) {
        mpcf_free(a->moments[i].first);
        mpcf_free(a->moments[i].second);
        mpcf_free(a->moments[i].used);
    }
    mpcf_free(a->moments);
    mpcf_free(a);
}

void adamw_leave_out(struct adamw *a, const char *name)
{
    for (size_t i = 0; i < a->parameters->count; i++) {
        if (strcmp(a->parameters->items[i].name, name) == 0) {
            a->moments[i].is_left_out = true;
            a->moments[i].decays = false;
        }
    }
}

static void scale_row(struct parameter *p, size_t row, double factor)
{
    size_t width = p->count / row_count(p);
    float *value = p->value + row * width;

    for (size_t i = 0; i < width; i++) {
        value[i] = (float) ((double) value[i] * factor);
    }
}

void adamw_use_rows(struct adamw *a, const int32_t *ids, size_t count)
{
    for (size_t t = 0; t < a->parameters->count; t++) {
        struct parameter *p = &a->parameters->items[t];
        struct moments *m = &a->moments[t];

        for (size_t i = 0; p->is_table && i < count; i++) {
            size_t row = (size_t) ids[i];

            if (row < row_count(p) && m->used[row] < 1) {
                m->used[row] = 1;
                if (m->decays) {
                    scale_row(p, row, a->pending);
                }
            }
        }
    }
}

void adamw_settle(struct adamw *a)
{
    for (size_t t = 0; t < a->parameters->count; t++) {
        struct parameter *p = &a->parameters->items[t];

        for (size_t row = 0; p->is_table && a->moments[t].decays && row < row_count(p); row++) {
            if (a->moments[t].used[row] < 1) {
                scale_row(p, row, a->pending);
            }
        }
    }
    a->pending = 1;
}

/* --- One step --- */

static double table_square_sum(const struct parameter *p)
{
    size_t width = p->count / row_count(p);
    double sum = 0;

    for (size_t i = 0; i < p->touched_count; i++) {
        sum += optimizer_square_sum(p->gradient + (size_t) p->touched[i] * width, width);
    }
    return sum;
}

/* Sums of fixed pieces, added in order: the same result whatever the number of threads. */
enum { PIECE = 65536, PIECES_MAX = 4096 };
struct norm_job {
    const float *x;
    size_t count;
    double sums[PIECES_MAX];
};

static void norm_pieces(void *context, size_t begin, size_t end)
{
    struct norm_job *job = context;

    for (size_t i = begin; i < end; i++) {
        size_t first = i * PIECE;
        size_t n = job->count - first < PIECE ? job->count - first : PIECE;

        job->sums[i] = optimizer_square_sum(job->x + first, n);
    }
}

static double dense_square_sum(const float *x, size_t count)
{
    struct norm_job job;
    double sum = 0;

    while (count > 0) {
        size_t part = count < (size_t) PIECE * PIECES_MAX ? count : (size_t) PIECE * PIECES_MAX;
        size_t pieces = (part + PIECE - 1) / PIECE;

        job.x = x;
        job.count = part;
        workers_for(pieces, 1, norm_pieces, &job);
        for (size_t i = 0; i < pieces; i++) {
            sum += job.sums[i];
        }
        x += part;
        count -= part;
    }
    return sum;
}

static double gradient_norm(const struct adamw *a)
{
    double sum = 0;

    for (size_t i = 0; i < a->parameters->count; i++) {
        const struct parameter *p = &a->parameters->items[i];

        if (!a->moments[i].is_left_out) {
            sum += p->is_table ? table_square_sum(p) : dense_square_sum(p->gradient, p->count);
        }
    }
    return sqrt(sum);
}

struct update_job {
    struct adamw_step step;
    struct parameter *p;
    struct moments *m;
};

static void update_dense(void *context, size_t begin, size_t end)
{
    struct update_job *job = context;

    optimizer_adamw(&job->step, job->p->value + begin, job->m->first + begin,
                    job->m->second + begin, job->p->gradient + begin, end - begin);
}

static void update_rows(void *context, size_t begin, size_t end)
{
    struct update_job *job = context;
    size_t width = job->p->count / row_count(job->p);

    for (size_t row = begin; row < end; row++) {
        if (job->m->used[row] > 0) {
            update_dense(job, row * width, (row + 1) * width);
        }
    }
}

/* The update left their gradients zero. */
static void forget_touched(struct parameter *p)
{
    for (size_t i = 0; i < p->touched_count; i++) {
        p->is_touched[p->touched[i]] = false;
    }
    p->touched_count = 0;
}

static void update_one(struct adamw *a, size_t i, const struct adamw_step *step, double decay)
{
    struct update_job job = {*step, &a->parameters->items[i], &a->moments[i]};

    job.step.decay = job.m->decays ? (float) decay : 1;
    if (job.p->is_table) {
        workers_for(row_count(job.p), 16, update_rows, &job);
        forget_touched(job.p);
    } else {
        workers_for(job.p->count, GRAIN, update_dense, &job);
    }
}

static double clip_scale(const struct adamw *a, double norm)
{
    double limit = a->options.clip_norm;

    /* The small addend is part of the usual definition. */
    return limit > 0 && norm + 1e-6 > limit ? limit / (norm + 1e-6) : 1;
}

mpcf_status adamw_step(struct adamw *a, double learning_rate, double *norm, mpcf_error *err)
{
    const struct adamw_options *o = &a->options;
    double decay = 1 - learning_rate * o->weight_decay;
    struct adamw_step step;

    *norm = gradient_norm(a);
    if (!isfinite(*norm)) {
        return mpcf_fail(err, MPCF_E_RANGE, "the gradients are not finite");
    }
    a->steps++;
    step = (struct adamw_step){
        .rate = (float) (learning_rate / (1 - pow(o->beta1, (double) a->steps))),
        .beta1 = (float) o->beta1,
        .beta2 = (float) o->beta2,
        .root_scale = (float) (1 / sqrt(1 - pow(o->beta2, (double) a->steps))),
        .epsilon = (float) o->epsilon,
        .gradient_scale = (float) clip_scale(a, *norm)};
    for (size_t i = 0; i < a->parameters->count; i++) {
        if (!a->moments[i].is_left_out) {
            update_one(a, i, &step, decay);
        }
    }
    a->pending *= decay;
    return MPCF_OK;
}

/* --- Saving --- */

size_t adamw_array_count(const struct adamw *a)
{
    return 3 * a->parameters->count;
}

struct adamw_array adamw_array(struct adamw *a, size_t i)
{
    static const char *const parts[] = {"first", "second", "used"};
    const struct parameter *p = &a->parameters->items[i / 3];
    struct moments *m = &a->moments[i / 3];
    float *const data[] = {m->first, m->second, m->used};
    struct adamw_array array = {.data = data[i % 3], .count = p->count};

    if (i % 3 == 2) {
        array.count = m->used != NULL ? row_count(p) : 0;
    }
    (void) snprintf(array.name, sizeof array.name, "%s.%s", parts[i % 3], p->name);
    return array;
}

uint64_t adamw_steps(const struct adamw *a)
{
    return a->steps;
}

double adamw_pending(const struct adamw *a)
{
    return a->pending;
}

void adamw_restore(struct adamw *a, uint64_t steps, double pending)
{
    a->steps = steps;
    a->pending = pending;
}
