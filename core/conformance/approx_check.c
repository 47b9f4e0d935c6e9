/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Approximations: the float engine's answers against the laws of the slot, against differences,
 * against the fused kernels, and from four threads at once.
 */
#include "conformance/approx_check.h"

#include <math.h>
#include <pthread.h>
#include <string.h>

#include "base/random.h"
#include "conformance/approx_bench.h"
#include "conformance/approx_kernels.h"
#include "conformance/approx_padding.h"
#include "conformance/approx_secure.h"
#include "conformance/approx_steps.h"

static bool same_shape(mpcf_shape a, mpcf_shape b)
{
    return a.rank == b.rank && memcmp(a.dim, b.dim, (size_t) a.rank * sizeof a.dim[0]) == 0;
}

/* What a run takes from the checkpoint, and the check makes 0. */
static void note_required(struct conform *c, const mpcf_graph *g)
{
    for (size_t i = 0; i < graph_count(g); i++) {
        const mpcf_node *node = graph_node(g, i);

        if (node->kind == OP_PARAMETER && node->init == MPCF_INIT_REQUIRED && !node->is_measured &&
            strncmp(node->label, "approximations.", strlen("approximations.")) == 0) {
            conform_note(c,
                         "'%s' is MPCF_INIT_REQUIRED: a run needs it in its checkpoint, by that "
                         "name; it is 0 here",
                         node->label);
        }
    }
}

static bool check_builds(struct conform *c, const mpcf_approx *approx, const void *config,
                         const struct bench_place *at, struct approx_bench *bench)
{
    mpcf_status status;
    mpcf_shape in, out;

    if (!conform_begin(c, "build() makes a graph")) {
        return false;
    }
    status = approx_bench_create_at(approx, config, at, false, bench, c->err);
    if (!conform_result(c, status == MPCF_OK, "build() makes a graph", "it failed")) {
        return false;
    }
    note_required(c, bench->graph);
    in = mpcf_node_shape(bench->in);
    out = mpcf_node_shape(bench->out);
    return conform_result(c, same_shape(in, out), "its result has its input's shape",
                          "rank %d instead of %d, or other dimensions", out.rank, in.rank);
}

static bool check_finite(struct conform *c, const mpcf_approx *approx, struct approx_bench *bench,
                         float *y)
{
    mpcf_status status;
    size_t bad = 0;

    if (!conform_begin(c, "it runs in floats")) {
        return false;
    }
    status = approx_bench_run(bench, y, NULL, NULL, c->err);
    if (!conform_result(c, status == MPCF_OK, "it runs in floats", "it failed")) {
        return false;
    }
    for (size_t i = 0; i < BENCH_COUNT; i++) {
        bad += isfinite(y[i]) ? 0 : 1;
    }
    return conform_result(c, bad == 0, "its values are finite over its range",
                          "%zu of %d over [%g, %g] are not", bad, (int) BENCH_COUNT,
                          approx->input_low, approx->input_high);
}

/* Rows of a normaliser: weights, none on padding. */
static void check_weights(struct conform *c, uint32_t flags, const struct approx_bench *bench,
                          const float *y)
{
    const double worst_masked = approx_worst_masked(bench, y);
    double worst_sum = 0;

    for (size_t row = 0; row < BENCH_COUNT / BENCH_TOKENS; row++) {
        double sum = 0;

        for (size_t i = row * BENCH_TOKENS; i < (row + 1) * BENCH_TOKENS; i++) {
            sum += (double) y[i];
        }
        worst_sum = fmax(worst_sum, fabs(sum - 1));
    }
    (void) conform_result(c, worst_masked == 0, "masked columns are zero", "one is %g",
                          worst_masked);
    if ((flags & MPCF_APPROX_ANY_ROW_SUM) != 0) {
        conform_skip(c, "rows sum to 1", "it says that they need not");
        return;
    }
    (void) conform_result(
        c, worst_sum < 1e-3, "rows sum to 1",
        "one is off by %g (where they need not: MPCF_APPROX_ANY_ROW_SUM in its flags)", worst_sum);
}

/* The graph, then its kernels, where it has some. */
static void check_padding(struct conform *c, const mpcf_approx *approx, const void *config,
                          const struct bench_place *at)
{
    static const char name[] = "padding does not reach kept columns";
    mpcf_status status = MPCF_OK;
    double worst = 0;
    bool fuse = false;

    if (!conform_begin(c, name)) {
        return;
    }
    status = approx_padding_reaches(approx, config, at, false, &worst, c->err);
    if (status == MPCF_OK && worst < PADDING_ERROR && approx->forward != NULL) {
        fuse = true;
        status = approx_padding_reaches(approx, config, at, true, &worst, c->err);
    }
    (void) conform_result(c, status == MPCF_OK && worst < PADDING_ERROR, name,
                          "they change by %.3g where it does%s", worst, approx_padding_hint(fuse));
}

/* --- Gradients --- */

static mpcf_status weighted_sum(struct approx_bench *bench, const float *dy, double *sum,
                                mpcf_error *err)
{
    float y[BENCH_COUNT];

    MPCF_TRY(approx_bench_run(bench, y, NULL, NULL, err));
    *sum = 0;
    for (size_t i = 0; i < BENCH_COUNT; i++) {
        *sum += (double) y[i] * (double) dy[i];
    }
    return MPCF_OK;
}

/* No gradient flows through a row's maximum: an exp whose slope is some percent off gives that. */
#define GRADIENT_ERROR 0.05

/* Difference quotients at element I on both sides; where they disagree there is a kink. */
static mpcf_status quotients(struct approx_bench *bench, const float *dy, size_t i, double step,
                             double slope[2], mpcf_error *err)
{
    const float kept = bench->x->value[i];
    double below = 0, here = 0, above = 0;
    mpcf_status status = weighted_sum(bench, dy, &here, err);

    bench->x->value[i] = (float) ((double) kept - step);
    if (status == MPCF_OK) {
        status = weighted_sum(bench, dy, &below, err);
    }
    bench->x->value[i] = (float) ((double) kept + step);
    if (status == MPCF_OK) {
        status = weighted_sum(bench, dy, &above, err);
    }
    bench->x->value[i] = kept;
    slope[0] = (here - below) / step;
    slope[1] = (above - here) / step;
    return status;
}

/* The largest difference of DX from quotients of SMOOTH, over the largest of DX; *KINKS are left out. */
static mpcf_status gradient_error(struct approx_bench *smooth, const float *dy, const float *dx,
                                  double step, double *worst, size_t *kinks, mpcf_error *err)
{
    double largest = 1e-6;

    *worst = 0;
    *kinks = 0;
    for (size_t i = 0; i < smooth->x->count; i++) {
        largest = fmax(largest, fabs((double) dx[i]));
    }
    for (size_t i = 0; i < smooth->x->count; i += 3) {
        double slope[2];

        MPCF_TRY(quotients(smooth, dy, i, step, slope, err));
        if (fabs(slope[0] - slope[1]) > 0.05 * largest) {
            (*kinks)++;
        } else {
            *worst = fmax(*worst, fabs((slope[0] + slope[1]) / 2 - (double) dx[i]) / largest);
        }
    }
    return MPCF_OK;
}

static void check_gradients(struct conform *c, const mpcf_approx *approx,
                            struct approx_bench *bench)
{
    const double step = (approx->input_high - approx->input_low) / 2000;
    const bool has_steps = approx_has_steps(bench);
    struct approx_bench smooth = {0};
    float y[BENCH_COUNT], dy[BENCH_COUNT], dx[BENCH_COUNT];
    uint64_t state = 2;
    double worst = 0;
    size_t kinks = 0;
    mpcf_status status;

    if (!conform_begin(c, "its gradient is that of differences")) {
        return;
    }
    for (size_t i = 0; i < BENCH_COUNT; i++) {
        dy[i] = (float) random_normal(&state);
    }
    status = approx_bench_run(bench, y, dy, dx, c->err);
    if (status == MPCF_OK && has_steps) {
        status = approx_without_steps(bench, &smooth, c->err);
    }
    if (status == MPCF_OK) {
        status = gradient_error(has_steps ? &smooth : bench, dy, dx, step, &worst, &kinks, c->err);
    }
    (void) conform_result(
        c, status == MPCF_OK && worst < GRADIENT_ERROR && kinks < bench->x->count / 6,
        "its gradient is that of differences",
        "largest error %.3g of the largest gradient; %zu kinks", worst, kinks);
    approx_bench_clear(&smooth);
}

static void check_fused(struct conform *c, const mpcf_approx *approx, const void *config,
                        struct approx_bench *bench)
{
    static const char name[] = "its float kernels agree with its graph";
    struct kernel_errors errors = {0, 0};
    mpcf_status status;

    if (!conform_begin(c, name)) {
        return;
    }
    if (approx->forward == NULL) {
        conform_skip(c, name, "it has none");
        return;
    }
    status = approx_kernels_compare(approx, config, bench, &errors, c->err);
    (void) conform_result(c, status == MPCF_OK && errors.value < 1e-4 && errors.gradient < 1e-3,
                          name, "off by %.3g forward, by %.3g backward%s", errors.value,
                          errors.gradient, approx_kernels_hint(&errors));
}

/* --- Threads --- */

struct worker {
    pthread_t thread;
    const mpcf_approx *approx;
    const void *config;
    float y[BENCH_COUNT];
    bool begun;
    mpcf_status status;
};

static void *run_worker(void *object)
{
    struct worker *w = object;
    struct approx_bench bench;

    w->status = approx_bench_create(w->approx, w->config, true, &bench, NULL);
    if (w->status == MPCF_OK) {
        w->status = approx_bench_run(&bench, w->y, NULL, NULL, NULL);
    }
    approx_bench_clear(&bench);
    return NULL;
}

static void check_threads(struct conform *c, const mpcf_approx *approx, const void *config)
{
    struct worker workers[4];
    bool same = true;

    if (!conform_begin(c, "four threads get the same bits")) {
        return;
    }
    for (size_t i = 0; i < 4; i++) {
        workers[i] = (struct worker){.approx = approx, .config = config, .status = MPCF_E_INTERNAL};
        workers[i].begun = pthread_create(&workers[i].thread, NULL, run_worker, &workers[i]) == 0;
    }
    for (size_t i = 0; i < 4; i++) {
        if (workers[i].begun) {
            (void) pthread_join(workers[i].thread, NULL);
        }
    }
    for (size_t i = 0; i < 4; i++) {
        same = same && workers[i].status == MPCF_OK &&
               /* NOLINTNEXTLINE(bugprone-suspicious-memory-comparison): the same bits */
               memcmp(workers[i].y, workers[0].y, sizeof workers[0].y) == 0;
    }
    (void) conform_result(c, same, "four threads get the same bits", "they do not");
}

/* --- Places --- */

/* As many as BERT-base has. */
enum { LAYERS = 12 };

static bool same_numbers(const double *a, const double *b, size_t count)
{
    if ((a == NULL) != (b == NULL)) {
        return false;
    }
    for (size_t i = 0; a != NULL && i < count; i++) {
        if (a[i] < b[i] || a[i] > b[i]) {
            return false;
        }
    }
    return true;
}

/* But for their names, which tell the layer. */
static bool same_node(const mpcf_node *a, const mpcf_node *b)
{
    bool same = a->kind == b->kind && a->in_count == b->in_count &&
                same_shape(a->shape, b->shape) && a->owner == b->owner && a->first == b->first &&
                a->count == b->count && a->transposed == b->transposed && a->init == b->init &&
                a->is_measured == b->is_measured && a->is_frozen == b->is_frozen &&
                a->degree == b->degree && a->cut_count == b->cut_count &&
                same_numbers(&a->real, &b->real, 1);

    for (size_t i = 0; same && i < a->in_count; i++) {
        same = (a->in[i] == NULL) == (b->in[i] == NULL) &&
               (a->in[i] == NULL || a->in[i]->id == b->in[i]->id);
    }
    return same && same_numbers(a->coef, b->coef, (a->cut_count + 1) * (a->degree + 1)) &&
           same_numbers(a->cuts, b->cuts, a->cut_count);
}

static bool same_graph(const mpcf_graph *a, const mpcf_graph *b)
{
    bool same = graph_count(a) == graph_count(b);

    for (size_t i = 0; same && i < graph_count(a); i++) {
        same = same_node(graph_node(a, i), graph_node(b, i));
    }
    return same;
}

/* The formula at AT, without what is the same wherever it stands. */
static void check_place(struct conform *c, const mpcf_approx *approx, const void *config,
                        const struct bench_place *at, const char *where)
{
    struct approx_bench bench = {0};
    float y[BENCH_COUNT];

    c->where = where;
    if (check_builds(c, approx, config, at, &bench) && check_finite(c, approx, &bench, y)) {
        if (approx->slot == MPCF_SLOT_NORMALISER) {
            check_weights(c, approx->flags, &bench, y);
            check_padding(c, approx, config, at);
        }
        check_gradients(c, approx, &bench);
        check_fused(c, approx, config, &bench);
        approx_check_lowered(c, approx, &bench, y);
    }
    c->where = NULL;
    approx_bench_clear(&bench);
}

/* IS_NEW[i]: layer i has another graph than all before. */
static void find_new(const struct approx_bench *benches, bool *is_new)
{
    for (size_t i = 1; i < LAYERS; i++) {
        is_new[i] = true;
        for (size_t k = 0; k < i && is_new[i]; k++) {
            is_new[i] = !same_graph(benches[i].graph, benches[k].graph);
        }
    }
}

static bool build_layers(struct conform *c, const mpcf_approx *approx, const void *config,
                         bool *is_new)
{
    static const char name[] = "it builds in every layer";
    struct approx_bench benches[LAYERS] = {0};
    mpcf_status status = MPCF_OK;
    size_t layer = 0;

    if (!conform_begin(c, name)) {
        return false;
    }
    for (size_t i = 0; status == MPCF_OK && i < LAYERS; i++) {
        layer = i;
        status = approx_bench_create_at(approx, config, &(struct bench_place){.layer = i}, false,
                                        &benches[i], c->err);
    }
    if (conform_result(c, status == MPCF_OK, name, "not in layer %zu", layer)) {
        find_new(benches, is_new);
    }
    for (size_t i = 0; i < LAYERS; i++) {
        approx_bench_clear(&benches[i]);
    }
    return status == MPCF_OK;
}

/* Other layers and heads, where build() makes something else there. */
static void check_places(struct conform *c, const mpcf_approx *approx, const void *config)
{
    bool is_new[LAYERS] = {false};

    if (approx->slot != MPCF_SLOT_TANH && build_layers(c, approx, config, is_new)) {
        conform_note(c, "that is, in layers 0-%d; those like an earlier one are not checked again",
                     LAYERS - 1);
        for (size_t i = 1; i < LAYERS; i++) {
            char where[32];

            (void) snprintf(where, sizeof where, "layer %zu: ", i);
            if (is_new[i]) {
                check_place(c, approx, config, &(struct bench_place){.layer = i}, where);
            }
        }
    }
    if (approx->slot == MPCF_SLOT_NORMALISER) {
        check_place(c, approx, config, &(struct bench_place){.by_heads = true},
                    "each head alone: ");
    }
}

void approx_check(struct conform *c, const mpcf_approx *approx)
{
    struct option_memory *owned = NULL;
    struct approx_bench bench = {0};
    float y[BENCH_COUNT];
    void *config = NULL;

    if (conform_defaults(c, COMPONENT_APPROX, approx, &config, &owned) &&
        check_builds(c, approx, config, &(struct bench_place){0}, &bench) &&
        check_finite(c, approx, &bench, y)) {
        if (approx->slot == MPCF_SLOT_NORMALISER) {
            check_weights(c, approx->flags, &bench, y);
            check_padding(c, approx, config, &bench.at);
        }
        check_gradients(c, approx, &bench);
        check_fused(c, approx, config, &bench);
        check_threads(c, approx, config);
        approx_check_secure(c, approx, &bench, y);
        check_places(c, approx, config);
    }
    approx_bench_clear(&bench);
    conform_release(config, owned);
}
