/* SPDX-License-Identifier: Apache-2.0 */
/* How long products of BERT-base take on a device and on the CPU, and whether they are equal there. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "device/device_queue.h"
#include "plugins/device/check_device.h"
#include "support/support.h"

#define WARM_UP    3
#define REPEATS    101
#define FLOAT_NEAR 2e-5 /* fp32 is ten times nearer, TF32 five times farther */

/* Products with weights are of one matrix and arranged; those of heads are batches. */
static struct check_result rows[] = {
    {.what = "linear, 128 tokens",
     .count = 1,
     .rows = 128,
     .depth = 768,
     .columns = 768,
     .bits = 64},
    {.what = "linear, 128 tokens",
     .count = 1,
     .rows = 128,
     .depth = 768,
     .columns = 3072,
     .bits = 64},
    {.what = "linear, 128 tokens",
     .count = 1,
     .rows = 128,
     .depth = 768,
     .columns = 3072,
     .bits = 40},
    {.what = "linear, 128 tokens",
     .count = 1,
     .rows = 128,
     .depth = 768,
     .columns = 3072,
     .bits = 32},
    {.what = "linear, 512 tokens",
     .count = 1,
     .rows = 512,
     .depth = 3072,
     .columns = 768,
     .bits = 40},
    {.what = "heads, 128 tokens",
     .count = 12,
     .rows = 128,
     .depth = 64,
     .columns = 128,
     .bits = 40},
    {.what = "heads, 128 tokens",
     .count = 12,
     .rows = 128,
     .depth = 128,
     .columns = 64,
     .bits = 40},
    {.what = "heads, 512 tokens",
     .count = 12,
     .rows = 512,
     .depth = 64,
     .columns = 512,
     .bits = 40},
    {.what = "training, forward", .count = 1, .rows = 4096, .depth = 768, .columns = 3072},
    {.what = "training, heads", .count = 384, .rows = 128, .depth = 64, .columns = 128},
};
enum { ROWS = sizeof rows / sizeof rows[0] };

struct operands {
    size_t bytes[3]; /* a, b, c */
    void *host[3];
    void *result; /* of the device */
};

static void fill(const struct check_result *r, struct operands *o)
{
    struct test_random random = {r->rows + r->depth};

    for (unsigned j = 0; j < 2; j++) {
        if (r->bits == 0) {
            float *x = o->host[j];

            for (size_t i = 0; i < o->bytes[j] / sizeof *x; i++) {
                x[i] = (float) test_random_real(&random, -1, 1);
            }
        } else {
            uint64_t *x = o->host[j];

            for (size_t i = 0; i < o->bytes[j] / sizeof *x; i++) {
                x[i] = test_random_u64(&random);
            }
        }
    }
}

static void operands_free(struct operands *o)
{
    for (unsigned j = 0; j < 3; j++) {
        free(o->host[j]);
    }
    free(o->result);
}

static bool operands_make(const struct check_result *r, struct operands *o)
{
    const size_t size = r->bits == 0 ? sizeof(float) : sizeof(uint64_t);

    *o = (struct operands){{size * r->count * r->rows * r->depth,
                            size * r->count * r->depth * r->columns,
                            size * r->count * r->rows * r->columns},
                           {NULL, NULL, NULL},
                           NULL};
    for (unsigned j = 0; j < 3; j++) {
        o->host[j] = calloc(1, o->bytes[j]);
    }
    o->result = calloc(1, o->bytes[2]);
    if (o->host[0] == NULL || o->host[1] == NULL || o->host[2] == NULL || o->result == NULL) {
        operands_free(o);
        return false;
    }
    fill(r, o);
    return true;
}

/* --- One product on one device --- */

struct run {
    struct device_bench *bench;
    struct device_plan *plan;
    struct device_right *right; /* NULL: none is kept */
    struct device_part part[3], scratch;
    const struct operands *operands;
    void *result;
    bool copies;
};

static mpcf_status make_plan(const struct check_result *r, struct run *run, mpcf_error *err)
{
    const struct device_ring_product ring = {r->rows, r->depth, r->columns, r->count,
                                             false,   false,    r->bits};
    const struct device_float_product real = {.m = r->rows,
                                              .n = r->columns,
                                              .k = r->depth,
                                              .alpha = 1,
                                              .lda = r->depth,
                                              .ldb = r->columns,
                                              .ldc = r->columns,
                                              .count = r->count,
                                              .stride_a = r->rows * r->depth,
                                              .stride_b = r->depth * r->columns,
                                              .stride_c = r->rows * r->columns};

    return r->bits == 0 ? device_float_plan(run->bench->device, &real, &run->plan, err)
                        : device_ring_plan(run->bench->device, &ring, &run->plan, err);
}

static mpcf_status prepare(const struct check_result *r, struct run *run, mpcf_error *err)
{
    struct device *d = run->bench->device;
    struct device_queue *q = run->bench->queue;
    struct device_part room;

    MPCF_TRY(make_plan(r, run, err));
    device_take_back(d, 0);
    for (unsigned j = 0; j < 3; j++) {
        MPCF_TRY(device_take(d, run->operands->bytes[j], &run->part[j], err));
    }
    MPCF_TRY(device_take(d, device_plan_scratch(run->plan), &run->scratch, err));
    MPCF_TRY(device_upload(q, run->part[0], run->operands->host[0], err));
    MPCF_TRY(device_upload(q, run->part[1], run->operands->host[1], err));
    if (r->bits != 0 && r->count == 1) {
        MPCF_TRY(device_take(d, device_plan_arranged(run->plan), &room, err));
        MPCF_TRY(device_arrange(q, run->plan, run->part[1], room, &run->right, err));
    }
    return device_wait(q, err);
}

static mpcf_status once(struct run *run, mpcf_error *err)
{
    struct device_queue *q = run->bench->queue;

    if (run->copies) {
        MPCF_TRY(device_upload(q, run->part[0], run->operands->host[0], err));
    }
    if (run->right != NULL) {
        MPCF_TRY(device_multiply_right(q, run->plan, run->part[0], run->right, run->part[2],
                                       run->scratch, err));
    } else {
        MPCF_TRY(device_multiply(q, run->plan, run->part[0], run->part[1], run->part[2],
                                 run->scratch, err));
    }
    if (run->copies) {
        MPCF_TRY(device_download(q, run->result, run->part[2], err));
    }
    return device_wait(q, err);
}

static int compare_times(const void *a, const void *b)
{
    const double x = *(const double *) a, y = *(const double *) b;

    return (x > y) - (x < y);
}

static mpcf_status median(struct run *run, unsigned repeats, double *out, mpcf_error *err)
{
    double seconds[REPEATS] = {0};

    for (unsigned i = 0; i < WARM_UP; i++) {
        MPCF_TRY(once(run, err));
    }
    for (unsigned i = 0; i < repeats; i++) {
        const int64_t start = clock_now_ns();

        MPCF_TRY(once(run, err));
        seconds[i] = clock_seconds_since(start);
    }
    qsort(seconds, repeats, sizeof *seconds, compare_times);
    *out = seconds[repeats / 2];
    return MPCF_OK;
}

/* COPIED may be NULL: the result is then copied at the end alone. */
static mpcf_status measure(const struct check_result *r, struct run *run, unsigned repeats,
                           double *seconds, double *copied, mpcf_error *err)
{
    double unused = 0;
    mpcf_status status = prepare(r, run, err);

    if (status == MPCF_OK) {
        status = median(run, repeats, seconds, err);
    }
    run->copies = true;
    if (status == MPCF_OK) {
        status = copied != NULL ? median(run, repeats, copied, err) : median(run, 1, &unused, err);
    }
    device_right_destroy(run->right);
    device_plan_destroy(run->plan);
    return status;
}

/* --- A row of the table --- */

static bool is_equal(const struct check_result *r, const struct operands *o)
{
    const uint64_t *want = o->host[2], *got = o->result;
    const float *real = o->host[2], *other = o->result;
    const double near = FLOAT_NEAR * sqrt((double) r->depth);

    for (size_t i = 0; i < r->count * r->rows * r->columns; i++) {
        if (r->bits == 0 ? !(fabs((double) real[i] - (double) other[i]) <= near)
                         : (want[i] ^ got[i]) << (64 - r->bits) != 0) {
            return false;
        }
    }
    return true;
}

static mpcf_status check_row(struct check_result *r, struct device_bench *device,
                             struct device_bench *cpu, unsigned repeats, mpcf_error *err)
{
    struct operands o;

    if (!operands_make(r, &o)) {
        return mpcf_fail(err, MPCF_E_NOMEM, "out of memory (operands)");
    }
    struct run here = {.bench = cpu, .operands = &o, .result = o.host[2]};
    struct run there = {.bench = device, .operands = &o, .result = o.result};
    mpcf_status status = measure(r, &here, repeats < 5 ? repeats : 5, &r->host_seconds, NULL, err);
    if (status == MPCF_OK) {
        status = measure(r, &there, repeats, &r->seconds, &r->copied, err);
    }
    if (status == MPCF_OK) {
        r->is_equal = is_equal(r, &o);
    }
    operands_free(&o);
    return status;
}

mpcf_status check_speed(struct device_bench *device, struct device_bench *cpu, unsigned repeats,
                        bool small, const struct check_result **results, size_t *count,
                        mpcf_error *err)
{
    repeats = repeats > REPEATS ? REPEATS : repeats;
    for (size_t i = 0; i < ROWS; i++) {
        if (small) {
            rows[i].rows = rows[i].rows / 16;
            rows[i].count = (rows[i].count + 15) / 16;
        }
        MPCF_TRY(check_row(&rows[i], device, cpu, repeats, err));
    }
    *results = rows;
    *count = ROWS;
    return MPCF_OK;
}
