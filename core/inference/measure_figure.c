/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs the measured layer with all three roles in this process, one thread each, and takes each step's processor time:
 * what else the machine does meanwhile counts little. How much faster several threads are is a product's, by
 * the clock on the wall.
 */
#include "inference/measure_figure.h"

#include "base/clock.h"
#include "base/memory.h"
#include "base/workers.h"
#include "inference/figure_network.h"
#include "lower/named_network.h"
#include "ring/ring_product.h"
#include "secure/trio.h"

enum { INFERENCES = 4, ROLES = 3 };

/* --- Steps --- */

mpcf_status measure_steps(const struct figure_network *n, const struct program *p,
                          const struct weights *weights, struct step_clock clocks[3],
                          mpcf_error *err)
{
    const struct secure_input input = {
        .input_ids = n->ids, .token_type_ids = n->types, .attention_mask = n->keep};
    const struct trio_run run = {.program = p,
                                 .weights = weights,
                                 .input = &input,
                                 .inferences = INFERENCES,
                                 .clocks = clocks};
    double *output = mpcf_alloc_array(INFERENCES * p->revealed, sizeof *output);
    mpcf_status status = output != NULL ? MPCF_OK : mpcf_fail_memory(err, p->revealed, "logits");

    for (size_t i = 0; status == MPCF_OK && i < ROLES; i++) {
        status = step_clock_create(p->step_count, &clocks[i], err);
    }
    if (status == MPCF_OK) {
        status = trio_run(&run, output, NULL, err);
    }
    mpcf_free(output);
    return status;
}

static mpcf_status add_program(const struct figure_network *n, const struct lower_network *network,
                               struct work_sums *sums, mpcf_error *err)
{
    struct step_clock clocks[ROLES] = {[0] = {.steps = 0}};
    struct program *p = NULL;
    struct weights *weights = NULL;
    mpcf_status status = figure_network_program(n, network, &p, &weights, err);

    if (status == MPCF_OK) {
        status = measure_steps(n, p, weights, clocks, err);
    }
    if (status == MPCF_OK) {
        work_sums_add(sums, p, clocks);
    }
    for (size_t i = 0; i < ROLES; i++) {
        step_clock_clear(&clocks[i]);
    }
    weights_destroy(weights);
    program_destroy(p);
    return status;
}

/* As a LAN and as a WAN have it: they take other kinds of steps. */
static mpcf_status add_network(struct plugins *plugins, const struct figure_shape *shape,
                               struct work_sums *sums, mpcf_error *err)
{
    const char *const names[] = {"lan", "wan"};
    struct figure_network n;
    mpcf_status status = figure_network_open(plugins, shape, &n, err);

    for (size_t i = 0; status == MPCF_OK && i < 2; i++) {
        status = add_program(&n, &named_network_find(names[i])->link, sums, err);
    }
    figure_network_clear(&n);
    return status;
}

/* --- Threads --- */

enum { SIDE = 512, REPEATS = 7 };

static double product_seconds(const uint64_t *a, uint64_t *c)
{
    double least = 1e9;

    for (size_t i = 0; i < REPEATS; i++) {
        const int64_t start = clock_now_ns();

        ring_multiply_batch(a, a, c, 1, SIDE, SIDE, SIDE, false, 48, false);
        least = clock_seconds_since(start) < least ? clock_seconds_since(start) : least;
    }
    return least;
}

static mpcf_status measure_speedup(size_t threads, double *speedup, mpcf_error *err)
{
    uint64_t *a = mpcf_alloc_array((size_t) SIDE * SIDE, sizeof *a);
    uint64_t *c = mpcf_alloc_array((size_t) SIDE * SIDE, sizeof *c);
    double one;

    if (a == NULL || c == NULL) {
        mpcf_free(a);
        mpcf_free(c);
        return mpcf_fail_memory(err, sizeof *a * SIDE * SIDE, "a matrix");
    }
    one = product_seconds(a, c);
    workers_set(threads);
    *speedup = one / product_seconds(a, c);
    *speedup = *speedup < 1 ? 1 : *speedup > (double) threads ? (double) threads : *speedup;
    mpcf_free(a);
    mpcf_free(c);
    return MPCF_OK;
}

mpcf_status measure_figure(struct plugins *plugins, size_t threads, struct figure *out,
                           mpcf_error *err)
{
    struct work_sums *sums = mpcf_alloc_array(1, sizeof *sums);
    mpcf_status status = sums != NULL ? MPCF_OK : mpcf_fail_memory(err, sizeof *sums, "sums");

    workers_set(1);
    for (size_t i = 0; status == MPCF_OK && i < 2; i++) {
        status = add_network(plugins, &figure_shapes[i], sums, err);
    }
    if (status == MPCF_OK) {
        work_sums_rates(sums, &out->rates);
        status = measure_speedup(threads, &out->speedup, err);
    }
    if (status == MPCF_OK) {
        status = measure_messages(&out->messages, err);
    }
    workers_set(threads);
    mpcf_free(sums);
    return status;
}
