/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether an approximation lowers, and whether the plaintext reference and two parties then agree
 * with the float engine.
 */
#include "conformance/approx_secure.h"

#include <inttypes.h>
#include <math.h>

#include "float_engine/float_engine.h"
#include "lower/lower.h"
#include "pass/calibrate.h"
#include "pass/pass.h"
#include "program/program.h"
#include "program/secure_input.h"
#include "protocol/weights.h"
#include "secure/cost.h"
#include "secure/reference.h"
#include "secure/trio.h"

/* The approximation as the parties run it. */
struct secure_bench {
    mpcf_graph *graph;
    struct ranges *ranges;
    struct program *program;
    struct weights *weights;
    struct secure_input input;
};

static mpcf_status open_secure(struct approx_bench *bench, struct secure_bench *s, mpcf_error *err)
{
    struct lower_options options;

    lower_options_default(&options);
    options.reveal_fraction = options.value_fraction;
    s->input = (struct secure_input){
        .input_ids = bench->ids, .token_type_ids = bench->types, .attention_mask = bench->mask};
    MPCF_TRY(pass_all(bench->graph, &s->graph, err));
    MPCF_TRY(calibrate_on_batch(s->graph, bench->parameters, &bench->batch, &s->ranges, err));
    MPCF_TRY(lower_graph(s->graph, s->ranges, &options, BENCH_BATCH, BENCH_TOKENS, false,
                         &s->program, err));
    return weights_create(s->program, bench->parameters, &s->weights, err);
}

static void close_secure(struct secure_bench *s)
{
    weights_destroy(s->weights);
    program_destroy(s->program);
    ranges_destroy(s->ranges);
    graph_destroy(s->graph);
}

/* Whether element I belongs to a real token, in rows and in columns. */
static bool counts(const mpcf_approx *approx, const struct approx_bench *bench, size_t i)
{
    const size_t per_example = BENCH_COUNT / BENCH_BATCH;

    if (approx->slot != MPCF_SLOT_NORMALISER) {
        return !approx_bench_is_padding(bench, false, i);
    }
    return !approx_bench_is_padding(bench, true, i) &&
           bench->mask[i / per_example * BENCH_TOKENS + i / BENCH_TOKENS % BENCH_TOKENS] != 0;
}

static double error_of(const mpcf_approx *approx, const struct approx_bench *bench,
                       const double *got, const float *want, double *largest)
{
    double worst = 0;

    *largest = 1;
    for (size_t i = 0; i < BENCH_COUNT; i++) {
        if (counts(approx, bench, i)) {
            worst = fmax(worst, fabs(got[i] - (double) want[i]));
            *largest = fmax(*largest, fabs((double) want[i]));
        }
    }
    return isfinite(worst) ? worst : (double) INFINITY;
}

static bool check_engine(struct conform *c, const char *name, mpcf_status status,
                         const mpcf_approx *approx, const struct approx_bench *bench,
                         const double *got, const float *want)
{
    double largest = 1;
    const double error =
        status == MPCF_OK ? error_of(approx, bench, got, want, &largest) : (double) INFINITY;

    if (status == MPCF_OK) {
        conform_note(c, "largest error %.2g where the largest value is %.3g", error, largest);
    }
    return conform_result(c, status == MPCF_OK && error <= 0.01 * largest, name,
                          "error %.3g, allowed %.3g", error, 0.01 * largest);
}

static void check_cost(struct conform *c, const struct program *program, const struct cost *metered)
{
    struct cost *priced = NULL;
    const mpcf_status status = cost_run(program, &priced, c->err);
    const bool same = status == MPCF_OK && priced->rounds == metered->rounds &&
                      priced->provider_bytes == metered->provider_bytes &&
                      priced->user_bytes == metered->user_bytes;

    (void) conform_result(c, same, "what was sent is what the cost engine says",
                          "bytes or rounds differ");
    if (status == MPCF_OK) {
        conform_note(c,
                     "%d values: %" PRIu32 " rounds, %" PRIu64 " bytes online, %" PRIu64
                     " bytes of the dealer",
                     (int) BENCH_COUNT, priced->rounds, priced->provider_bytes + priced->user_bytes,
                     priced->dealer_provider_bytes + priced->dealer_user_bytes);
    }
    cost_destroy(priced);
}

static void check_parties(struct conform *c, const mpcf_approx *approx,
                          const struct approx_bench *bench, const struct secure_bench *s,
                          const float *y)
{
    struct cost *metered = NULL;
    double output[BENCH_COUNT];
    const struct trio_run run = {.program = s->program, .weights = s->weights, .input = &s->input};
    const mpcf_status status = trio_run(&run, output, &metered, c->err);

    if (check_engine(c, "two parties and the dealer agree with floats", status, approx, bench,
                     output, y)) {
        check_cost(c, s->program, metered);
    }
    cost_destroy(metered);
}

static void check_program(struct conform *c, const mpcf_approx *approx, struct approx_bench *bench,
                          bool by_parties, const float *y)
{
    struct secure_bench s = {0};
    double output[BENCH_COUNT];
    mpcf_status status;

    if (!conform_begin(c, "it is lowered to a program")) {
        return;
    }
    status = open_secure(bench, &s, c->err);
    if (conform_result(c, status == MPCF_OK, "it is lowered to a program", "it failed")) {
        status = reference_run(s.program, s.weights, &s.input, output, NULL, NULL, NULL, c->err);
        if (check_engine(c, "the plaintext reference agrees with floats", status, approx, bench,
                         output, y) &&
            by_parties) {
            check_parties(c, approx, bench, &s, y);
        }
    }
    close_secure(&s);
}

void approx_check_secure(struct conform *c, const mpcf_approx *approx, struct approx_bench *bench,
                         const float *y)
{
    check_program(c, approx, bench, true, y);
}

void approx_check_lowered(struct conform *c, const mpcf_approx *approx, struct approx_bench *bench,
                          const float *y)
{
    check_program(c, approx, bench, false, y);
}
