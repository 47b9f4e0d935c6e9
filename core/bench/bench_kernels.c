/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Times each kernel at each level of the processor, and tabulates the rates.
 */
#include "bench/bench_kernels.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/cpu.h"
#include "base/memory.h"
#include "base/workers.h"
#include "prg/prg.h"
#include "ring/ring.h"
#include "ring/ring_product.h"

/* Enough for the largest operands below; in the last cache of most machines. */
#define WORDS ((size_t) 3072 * 768)
/* Streams run on what stays in the second cache. */
#define STREAM_WORDS ((size_t) 1 << 15)

/* The operands of every case. */
struct bench {
    uint64_t *x, *y, *z;
    struct ring_packed *packed;
    struct prg_key key;
};

struct bench_case {
    const char *kernel, *name, *unit;
    size_t rows, depth, columns, count; /* COUNT: of a batch, or 0: of a packed operand */
    unsigned bits;
    void (*run)(struct bench *b, const struct bench_case *c);
};

static void run_packed(struct bench *b, const struct bench_case *c)
{
    ring_multiply_packed(b->x, c->rows, c->depth, b->packed, b->z, c->columns, false);
}

static void run_batch(struct bench *b, const struct bench_case *c)
{
    ring_multiply_batch(b->x, b->y, b->z, c->count, c->rows, c->depth, c->columns,
                        c->columns > c->depth, c->bits, false);
}

static void run_prg_fill(struct bench *b, const struct bench_case *c)
{
    prg_fill(&b->key, (struct prg_stream){1, 2, 3}, 0, b->z, c->count);
}

static void run_prg_add(struct bench *b, const struct bench_case *c)
{
    prg_add(&b->key, (struct prg_stream){1, 2, 3}, 0, b->z, c->count);
}

static void run_add(struct bench *b, const struct bench_case *c)
{
    ring_add(b->z, b->x, b->y, c->count);
}

static void run_add_mul(struct bench *b, const struct bench_case *c)
{
    ring_add_mul(b->z, b->x, b->y, c->count);
}

static void run_pack(struct bench *b, const struct bench_case *c)
{
    ring_pack_bits((uint8_t *) b->z, b->x, c->count, c->bits);
}

static void run_unpack(struct bench *b, const struct bench_case *c)
{
    ring_unpack_bits(b->z, (const uint8_t *) b->x, c->count, c->bits);
}

#define PRODUCT "multiply-adds/ns"
#define STREAM  "GB/s"

static const struct bench_case cases[] = {
    {"product 2^64", "128x768x768", PRODUCT, 128, 768, 768, 0, 64, run_packed},
    {"product 2^64", "128x768x3072", PRODUCT, 128, 768, 3072, 0, 64, run_packed},
    {"product 2^64", "128x3072x768", PRODUCT, 128, 3072, 768, 0, 64, run_packed},
    {"product 2^64", "12 x 128x64x128", PRODUCT, 128, 64, 128, 12, 64, run_batch},
    {"product 2^64", "12 x 128x128x64", PRODUCT, 128, 128, 64, 12, 64, run_batch},
    {"product 2^52", "128x768x768", PRODUCT, 128, 768, 768, 0, 52, run_packed},
    {"product 2^52", "128x768x3072", PRODUCT, 128, 768, 3072, 0, 52, run_packed},
    {"product 2^52", "12 x 128x64x128", PRODUCT, 128, 64, 128, 12, 52, run_batch},
    {"product 2^52", "12 x 128x128x64", PRODUCT, 128, 128, 64, 12, 52, run_batch},
    {"product 2^32", "128x768x768", PRODUCT, 128, 768, 768, 0, 32, run_packed},
    {"product 2^32", "128x768x3072", PRODUCT, 128, 768, 3072, 0, 32, run_packed},
    {"product 2^32", "12 x 128x64x128", PRODUCT, 128, 64, 128, 12, 32, run_batch},
    {"product 2^32", "12 x 128x128x64", PRODUCT, 128, 128, 64, 12, 32, run_batch},
    {"stream", "fill", STREAM, 0, 0, 0, STREAM_WORDS, 64, run_prg_fill},
    {"stream", "add", STREAM, 0, 0, 0, STREAM_WORDS, 64, run_prg_add},
    {"words", "add", STREAM, 0, 0, 0, STREAM_WORDS, 64, run_add},
    {"words", "add product", STREAM, 0, 0, 0, STREAM_WORDS, 64, run_add_mul},
    {"bits", "pack 40", STREAM, 0, 0, 0, STREAM_WORDS, 40, run_pack},
    {"bits", "unpack 40", STREAM, 0, 0, 0, STREAM_WORDS, 40, run_unpack},
    {"bits", "pack 1", STREAM, 0, 0, 0, STREAM_WORDS, 1, run_pack},
    {"bits", "unpack 1", STREAM, 0, 0, 0, STREAM_WORDS, 1, run_unpack},
};
enum { CASES = sizeof cases / sizeof cases[0] };

static double thread_seconds(void)
{
    struct timespec t = {0};

    (void) clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double) t.tv_sec + 1e-9 * (double) t.tv_nsec;
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *) a, y = *(const double *) b;

    return (x > y) - (x < y);
}

/* Multiply-adds, or bytes, of one run. */
static double work_of(const struct bench_case *c)
{
    if (c->rows == 0) {
        return (double) (c->count * sizeof(uint64_t));
    }
    return (double) (c->rows * c->depth * c->columns) * (c->count > 0 ? (double) c->count : 1);
}

/* The median rate in work a nanosecond; TIMES [rounds]. A round is about a millisecond or one
 * run, whichever is longer. */
static double rate_of(struct bench *b, const struct bench_case *c, double *times, size_t rounds)
{
    double start = thread_seconds();
    size_t repeats = 1;

    c->run(b, c);
    repeats += (size_t) (1e-3 / (thread_seconds() - start + 1e-7));
    for (size_t i = 0; i < rounds; i++) {
        start = thread_seconds();
        for (size_t r = 0; r < repeats; r++) {
            c->run(b, c);
        }
        times[i] = thread_seconds() - start;
    }
    qsort(times, rounds, sizeof *times, compare);
    return work_of(c) * (double) repeats / (times[rounds / 2] * 1e9);
}

static mpcf_status measure(struct bench *b, const struct bench_case *c, double *times,
                           size_t rounds, json_t *results, mpcf_error *err)
{
    bool has_packed = c->rows > 0 && c->count == 0;
    json_t *entry = NULL;
    double rate = 0;

    if (has_packed) {
        b->packed = ring_pack_right(b->y, c->depth, c->columns, c->columns, false, c->bits);
        if (b->packed == NULL) {
            return mpcf_fail_memory(err, c->depth * c->columns * sizeof(uint64_t),
                                    "a packed operand");
        }
    }
    rate = rate_of(b, c, times, rounds);
    ring_packed_destroy(b->packed);
    b->packed = NULL;
    entry = json_pack("{s:s, s:s, s:s, s:s, s:f}", "kernel", c->kernel, "case", c->name, "level",
                      cpu_level_name(cpu_level()), "unit", c->unit, "rate", rate);
    if (json_array_append_new(results, entry) != 0) {
        return mpcf_fail_memory(err, sizeof *c, "a result");
    }
    return MPCF_OK;
}

static mpcf_status measure_levels(struct bench *b, size_t rounds, json_t *results, mpcf_error *err)
{
    const enum cpu_level most = cpu_level();
    double *times = mpcf_alloc_array(rounds, sizeof *times);
    mpcf_status status = MPCF_OK;

    if (times == NULL) {
        return mpcf_fail_memory(err, rounds * sizeof *times, "the times of rounds");
    }
    for (int level = CPU_PORTABLE; level <= (int) most; level++) {
        cpu_force((enum cpu_level) level);
        for (size_t i = 0; i < CASES && status == MPCF_OK; i++) {
            status = measure(b, &cases[i], times, rounds, results, err);
        }
    }
    cpu_force(most);
    mpcf_free(times);
    return status;
}

static mpcf_status bench_init(struct bench *b, mpcf_error *err)
{
    static const uint8_t seed[PRG_KEY_BYTES] = "any seed will do";

    b->x = mpcf_alloc_array(WORDS, sizeof *b->x);
    b->y = mpcf_alloc_array(WORDS, sizeof *b->y);
    b->z = mpcf_alloc_array(WORDS, sizeof *b->z);
    if (b->x == NULL || b->y == NULL || b->z == NULL) {
        return mpcf_fail_memory(err, 3 * WORDS * sizeof *b->x, "operands");
    }
    prg_key_expand(&b->key, seed);
    prg_fill(&b->key, (struct prg_stream){0, 0, 1}, 0, b->x, WORDS);
    prg_fill(&b->key, (struct prg_stream){0, 0, 2}, 0, b->y, WORDS);
    return MPCF_OK;
}

static void bench_clear(struct bench *b)
{
    mpcf_free(b->x);
    mpcf_free(b->y);
    mpcf_free(b->z);
}

mpcf_status bench_kernels(size_t rounds, json_t **out, mpcf_error *err)
{
    const size_t threads = workers_count();
    json_t *results = json_array();
    struct bench b = {.packed = NULL};
    mpcf_status status = bench_init(&b, err);

    assert(rounds > 0);
    workers_set(1);
    if (status == MPCF_OK) {
        status = measure_levels(&b, rounds, results, err);
    }
    workers_set(threads);
    bench_clear(&b);
    if (status != MPCF_OK) {
        json_decref(results);
        return status;
    }
    *out = json_pack("{s:s, s:i, s:o}", "machine", cpu_level_name(cpu_level_of_machine()), "rounds",
                     (int) rounds, "results", results);
    return *out != NULL ? MPCF_OK : mpcf_fail_memory(err, sizeof b, "the results");
}

/* The rate of one case at one level, or -1 where it was not measured. */
static double find_rate(const json_t *results, const struct bench_case *c, const char *level)
{
    size_t i = 0;
    json_t *entry = NULL;

    json_array_foreach(results, i, entry)
    {
        if (strcmp(json_string_value(json_object_get(entry, "kernel")), c->kernel) == 0 &&
            strcmp(json_string_value(json_object_get(entry, "case")), c->name) == 0 &&
            strcmp(json_string_value(json_object_get(entry, "level")), level) == 0) {
            return json_number_value(json_object_get(entry, "rate"));
        }
    }
    return -1;
}

static void print_table(FILE *out, const json_t *results)
{
    (void) fprintf(out, "%-14s %-16s %-16s", "kernel", "case", "unit");
    for (int level = CPU_PORTABLE; level <= (int) CPU_AMX; level++) {
        (void) fprintf(out, " %10s", cpu_level_name((enum cpu_level) level));
    }
    (void) fputc('\n', out);
    for (size_t i = 0; i < CASES; i++) {
        (void) fprintf(out, "%-14s %-16s %-16s", cases[i].kernel, cases[i].name, cases[i].unit);
        for (int level = CPU_PORTABLE; level <= (int) CPU_AMX; level++) {
            double rate = find_rate(results, &cases[i], cpu_level_name((enum cpu_level) level));

            if (rate < 0) {
                (void) fprintf(out, " %10s", "-");
            } else {
                (void) fprintf(out, " %10.1f", rate);
            }
        }
        (void) fputc('\n', out);
    }
}

char *bench_kernels_table(const json_t *result)
{
    char *text = NULL, *copy = NULL;
    size_t length = 0;
    FILE *out = open_memstream(&text, &length);

    if (out == NULL) {
        return NULL;
    }
    print_table(out, json_object_get(result, "results"));
    if (fclose(out) == 0) {
        copy = mpcf_strdup(text);
    }
    free(text);
    return copy;
}
