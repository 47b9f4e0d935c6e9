/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Networks that are hard on fixed point: every answer is the float network's and every logit within 0.02, or the
 * network is refused in words that say what to do. docs/accuracy.md has the same table.
 */
#include "lower/lower.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/folder.h"
#include "base/memory.h"
#include "pass/gauge.h"
#include "pass/pass.h"
#include "pass/table_bounds.h"
#include "program/secure_input.h"
#include "protocol/weights.h"
#include "secure/reference.h"
#include "stages/difference.h"
#include "support/support.h"
#include "support/tiny_bert.h"

enum { HIDDEN = 32, BATCH = 8, RUNS = 8, ROWS = BATCH * RUNS, TOKENS = 16, CLASSES = 3 };

/* --- What is done to a network --- */

static bool ends_with(const char *name, const char *end)
{
    const size_t n = strlen(name), m = strlen(end);

    return n >= m && strcmp(name + n - m, end) == 0;
}

/* Parameters whose name ends so: elements FIRST, FIRST + STEP, .. become A x + B. */
static void change(struct tiny_bert *t, const char *end, size_t first, size_t step, double a,
                   double b)
{
    size_t found = 0;

    for (size_t i = 0; i < t->parameters->count; i++) {
        struct parameter *p = &t->parameters->items[i];

        for (size_t j = first; ends_with(p->name, end) && j < p->count; j += step) {
            p->value[j] = (float) (a * (double) p->value[j] + b);
            found++;
        }
    }
    assert_true(found > 0);
}

static void scale(struct tiny_bert *t, const char *end, double factor)
{
    change(t, end, 0, 1, factor, 0);
}

static void as_it_is(struct tiny_bert *t)
{
    (void) t;
}

static void value_small(struct tiny_bert *t)
{
    scale(t, ".value.weight", 1e-5);
    scale(t, ".value.bias", 1e-5);
    scale(t, "layer.0.output.weight", 1e5);
    scale(t, "layer.1.output.weight", 1e5);
}

static void query_large(struct tiny_bert *t)
{
    scale(t, ".query.weight", 1e4);
    scale(t, ".query.bias", 1e4);
    scale(t, ".key.weight", 1e-4);
    scale(t, ".key.bias", 1e-4);
}

/* Scores grow with the square: from some 15 to 3,430. */
static void scores_large(struct tiny_bert *t)
{
    scale(t, ".query.weight", 15.5);
    scale(t, ".key.weight", 15.5);
}

/* A square makes 9 10^4 of them. */
static void inner_large(struct tiny_bert *t)
{
    const bool is_squared = strcmp(t->activation, "quad") == 0;

    scale(t, "inner.weight", 300);
    scale(t, "inner.bias", 300);
    scale(t, "outer.weight", is_squared ? 1 / 9e4 : 1 / 300.0);
}

static void tables(struct tiny_bert *t, double factor)
{
    scale(t, "word", factor);
    scale(t, "type", factor);
    scale(t, "position", factor);
}

static void variance_small(struct tiny_bert *t)
{
    tables(t, 1.2e-3);
}

static void variance_large(struct tiny_bert *t)
{
    tables(t, 1.2e6);
}

/* Every other word. */
static void words_apart(struct tiny_bert *t, double small, double large)
{
    struct parameter *p = parameters_find(t->parameters, "word");

    tables(t, small);
    for (size_t i = 0; i < p->count; i++) {
        p->value[i] *= i / HIDDEN % 2 == 1 ? (float) (large / small) : 1;
    }
}

static void variances_apart(struct tiny_bert *t)
{
    words_apart(t, 0.011, 560);
}

static void variances_far_apart(struct tiny_bert *t)
{
    words_apart(t, 1.2e-3, 1.2e6);
}

static void outliers(struct tiny_bert *t)
{
    change(t, ".norm1.gamma", 3, HIDDEN, 100, 0);
    change(t, ".norm2.gamma", 3, HIDDEN, 100, 0);
    change(t, ".norm1.beta", 5, HIDDEN, 1, 300);
    change(t, ".norm2.beta", 5, HIDDEN, 1, 300);
}

static void classifier_small(struct tiny_bert *t)
{
    scale(t, "classifier.weight", 1e-3);
    scale(t, "classifier.bias", 1e-3);
}

/* A channel that is always 1 has its weight take away what the bias adds: the result is small, the bias not. */
static void bias_large(struct tiny_bert *t)
{
    change(t, "pooler.bias", 5, HIDDEN, 0, 20);
    change(t, "classifier.weight", 5, HIDDEN, 1, -8.24);
    change(t, "classifier.bias", 0, 1, 1, 8.24);
}

static void loud_word(struct tiny_bert *t)
{
    struct parameter *p = parameters_find(t->parameters, "word");

    for (size_t i = 0; i < HIDDEN; i++) {
        p->value[7 * HIDDEN + i] *= 200;
    }
}

/* --- What comes of it --- */

struct outcome {
    bool is_refused;
    char reason[512];
    size_t agreeing;
    double error;
    double score;                   /* the largest that calibration saw */
    double variance, variance_high; /* smallest and largest of the embedding's layer norm */
};

struct trial {
    struct tiny_bert net;
    mpcf_graph *graph;
    struct ranges *ranges;
    struct program *program;
    struct weights *weights;
    float exact[ROWS * CLASSES], reference[ROWS * CLASSES];
};

static mpcf_status run_batch(struct trial *t, size_t number, mpcf_error *err)
{
    struct tiny_batch b;
    double got[BATCH * CLASSES];

    tiny_batch_open(&b, &t->net, BATCH, TOKENS, true, 100 + number);
    const struct secure_input input = {b.ids, b.types, b.mask, NULL};
    float *want = tiny_bert_logits(&t->net, t->net.graph, &b);
    const mpcf_status status =
        reference_run(t->program, t->weights, &input, got, NULL, NULL, NULL, err);
    for (size_t i = 0; i < (size_t) BATCH * CLASSES; i++) {
        t->exact[number * BATCH * CLASSES + i] = want[i];
        t->reference[number * BATCH * CLASSES + i] = status == MPCF_OK ? (float) got[i] : NAN;
    }
    mpcf_free(want);
    tiny_batch_close(&b);
    return status;
}

static const struct lower_network *network = &named_networks[0].link; /* the planner's */
static size_t counted; /* steps that count levels, of the programs that were made */

/* As convert and infer do it. */
static mpcf_status run(struct trial *t, struct difference *d, mpcf_error *err)
{
    static const struct pipeline pipeline = {.infer = {.logit_fraction = 8}};
    const struct corpus corpus = {.count = ROWS};
    const struct infer_evaluation e = {.corpus = &corpus,
                                       .classes = CLASSES,
                                       .answer = CLASSES,
                                       .exact = t->exact,
                                       .reference = t->reference};
    struct lower_options options;

    lower_options_default(&options);
    options.network = *network;
    MPCF_TRY(gauge_weights(t->net.graph, t->net.parameters, NULL, err));
    MPCF_TRY(pass_all(t->net.graph, &t->graph, err));
    t->ranges = tiny_bert_calibrate(&t->net, t->graph, 8, TOKENS, 8);
    MPCF_TRY(table_bounds(t->graph, t->net.parameters, t->ranges, err));
    MPCF_TRY(lower_graph(t->graph, t->ranges, &options, BATCH, TOKENS, false, &t->program, err));
    for (size_t i = 0; i < t->program->step_count; i++) {
        counted += t->program->steps[i].kind == STEP_LEVEL_COUNTS ? 1 : 0;
    }
    MPCF_TRY(weights_create(t->program, t->net.parameters, &t->weights, err));
    for (size_t i = 0; i < RUNS; i++) {
        MPCF_TRY(run_batch(t, i, err));
    }
    for (size_t i = 0; i < ROWS; i++) {
        difference_add(d, t->reference + i * CLASSES, CLASSES, t->exact + i * CLASSES, CLASSES);
    }
    return difference_judge(&pipeline, &e, "rows", err);
}

static void note_ranges(const struct trial *t, struct outcome *out)
{
    for (size_t i = graph_count(t->graph); i-- > 0;) {
        const mpcf_node *node = graph_node(t->graph, i);
        const struct node_range *r = ranges_find(t->ranges, node->name);

        if (r != NULL && node->kind == OP_MATMUL && node->transposed) {
            out->score = fmax(out->score, fmax(-r->low, r->high));
        }
        if (r != NULL && node->kind == OP_ROW_MEAN_SQUARE) {
            out->variance = r->low;
            out->variance_high = r->high;
        }
    }
}

static struct outcome outcome_of(void (*make)(struct tiny_bert *t), const char *activation,
                                 const char *normaliser)
{
    struct trial t = {.net = {.layers = 2,
                              .hidden = HIDDEN,
                              .heads = 4,
                              .inner = 64,
                              .vocab = 60,
                              .positions = TOKENS,
                              .classes = CLASSES,
                              .activation = activation,
                              .normaliser = normaliser}};
    struct difference d = {0};
    struct outcome out = {0};
    mpcf_error *err = mpcf_error_create();

    tiny_bert_open(&t.net, 11);
    make(&t.net);
    out.is_refused = run(&t, &d, err) != MPCF_OK;
    (void) snprintf(out.reason, sizeof out.reason, "%s",
                    out.is_refused ? mpcf_error_text(err) : "");
    out.agreeing = d.agreeing;
    out.error = d.largest;
    note_ranges(&t, &out);
    weights_destroy(t.weights);
    program_destroy(t.program);
    ranges_destroy(t.ranges);
    graph_destroy(t.graph);
    tiny_bert_close(&t.net);
    mpcf_error_destroy(err);
    return out;
}

/* --- The table --- */

/* As docs/accuracy.md has it: the limit of the logits' error, or REFUSED. */
#define REFUSED 0

static const struct row {
    const char *name;
    void (*make)(struct tiny_bert *t);
    double exact, quad; /* gelu and softmax; quad and 2quad */
} table[] = {
    {"as it is", as_it_is, 0.005, 0.005},
    {"value times 1e-5, output times 1e5", value_small, 0.005, 0.005},
    {"query times 1e4, key times 1e-4", query_large, 0.005, 0.005},
    {"scores to 3,430", scores_large, 0.015, 0.005},
    {"variances of 1e-8", variance_small, 0.005, 0.005},
    {"variances of 1e10", variance_large, 0.005, 0.005},
    {"variances from 1e-6 to 1e3 at one node", variances_apart, 0.005, 0.005},
    {"variances from 1e-8 to 1e10 at one node", variances_far_apart, REFUSED, REFUSED},
    {"a channel of gain 100, one of bias 300", outliers, 0.005, 0.005},
    {"feed-forward of 300 times the size, read by as much less", inner_large, 0.015, 0.005},
    {"classifier times 1e-3", classifier_small, REFUSED, REFUSED},
    {"a head's bias of 8.24 that its weights take away", bias_large, 0.005, 0.005},
    {"a word 200 times as large", loud_word, 0.005, 0.005},
};

static bool holds(const struct row *row, const char *activation, const char *normaliser,
                  double limit)
{
    const struct outcome o = outcome_of(row->make, activation, normaliser);

    print_message(
        "%s, %s and %s: scores to %.0f, variances %.1e .. %.1e; %zu of %d agree, error %.4f %s\n",
        row->name, activation, normaliser, o.score, o.variance, o.variance_high, o.agreeing, ROWS,
        o.error, o.reason);
    return limit == REFUSED ? o.is_refused && strstr(o.reason, "stages.") != NULL /* what to do */
                            : !o.is_refused && o.agreeing == ROWS && o.error <= limit;
}

static void exact_functions(void **state)
{
    size_t failed = 0;

    (void) state;
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        failed += holds(&table[i], "gelu", "softmax", table[i].exact) ? 0 : 1;
    }
    assert_int_equal(failed, 0);
}

/* Where rounds are dear, the maximum of a row goes by levels, as far as these are not too many. */
static void exact_functions_between_far_machines(void **state)
{
    static const char *const names[] = {"as it is", "scores to 3,430",
                                        "a channel of gain 100, one of bias 300"};
    size_t failed = 0, before = 0;

    (void) state;
    network = &named_network_find("wan")->link;
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        for (size_t k = 0; k < sizeof names / sizeof names[0]; k++) {
            if (strcmp(table[i].name, names[k]) == 0) {
                before = counted;
                failed += holds(&table[i], "gelu", "softmax", table[i].exact) ? 0 : 1;
                print_message("%zu counts of levels\n", counted - before);
                assert_true(k > 0 || counted - before >= 4); /* two of each layer */
            }
        }
    }
    network = &named_networks[0].link;
    assert_int_equal(failed, 0);
}

static void quad_and_2quad(void **state)
{
    size_t failed = 0;

    (void) state;
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        failed += holds(&table[i], "quad", "2quad", table[i].quad) ? 0 : 1;
    }
    assert_int_equal(failed, 0);
}

static void limit_text(double limit, char text[16])
{
    (void) snprintf(text, 16, limit == REFUSED ? "refused" : "%.3f", limit);
}

static void the_documentation_has_the_same_table(void **state)
{
    char *path = file_join(getenv("MPCF_SOURCE_DIR"), "docs/accuracy.md"), *page = NULL;
    size_t size = 0;
    mpcf_error *err = mpcf_error_create();

    (void) state;
    assert_ok(file_read(path, (size_t) 1 << 20, &page, &size, err), err);
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        char line[160], exact[16], quad[16];

        limit_text(table[i].exact, exact);
        limit_text(table[i].quad, quad);
        (void) snprintf(line, sizeof line, "| %s | %s | %s |", table[i].name, exact, quad);
        if (strstr(page, line) == NULL) {
            fail_msg("docs/accuracy.md has no line '%s'", line);
        }
    }
    mpcf_free(path);
    mpcf_free(page);
    mpcf_error_destroy(err);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(exact_functions), cmocka_unit_test(exact_functions_between_far_machines),
        cmocka_unit_test(quad_and_2quad), cmocka_unit_test(the_documentation_has_the_same_table)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
