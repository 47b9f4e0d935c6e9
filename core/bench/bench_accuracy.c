/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs each primitive securely on numbers of its range, and says how far the result is off.
 */
#include "bench/bench_accuracy.h"

#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "base/random.h"
#include "base/text.h"
#include "bench/accuracy_case.h"
#include "format/json.h"
#include "lower/lower.h"
#include "pass/calibrate.h"
#include "pass/pass.h"
#include "secure/reference.h"
#include "secure/trio.h"

/* Operands come out of a look-up that is off by up to one unit, where other systems round theirs to
 * the nearest of 16 bits: one bit more gives the same operand. */
enum { FRACTION = 17 };

/* One case under way. */
struct measuring {
    const struct accuracy_case *c;
    mpcf_graph *built, *graph; /* before and after passes */
    struct parameters *parameters;
    struct ranges *ranges;
    struct program *program;
    struct weights *weights;
    int32_t *ids, *mask;        /* rows long: 0, 1, 2, ...; all 1 */
    double *output, *plaintext; /* of the three roles; of the same integers in the clear */
    bool is_fed;                /* calibration has had its batch */
};

/* --- Graph and numbers --- */

static mpcf_node *look_up(mpcf_graph *g, mpcf_node *ids, const char *name,
                          const struct accuracy_case *c)
{
    mpcf_shape shape = mpcf_shape_2((int64_t) c->rows, (int64_t) c->cols);

    return mpcf_embedding(g, mpcf_parameter(g, name, shape, MPCF_INIT_CONSTANT, 0), ids);
}

/* The numbers as scores: a row of them times the identity, so that the columns are tokens. */
static mpcf_node *scores_of(mpcf_graph *g, mpcf_node *x, mpcf_node *identity)
{
    x = mpcf_split_heads(g, x, 1);
    return mpcf_matmul_transposed(g, x, mpcf_split_heads(g, identity, 1));
}

static mpcf_status build(struct measuring *m, mpcf_error *err)
{
    const struct accuracy_case *c = m->c;
    mpcf_node *ids = NULL, *x = NULL, *y = NULL;

    m->built = graph_create();
    if (m->built == NULL) {
        return mpcf_fail_memory(err, 0, "a graph");
    }
    ids =
        mpcf_input(m->built, "input_ids", mpcf_shape_2(MPCF_DIM_BATCH, MPCF_DIM_TOKENS), MPCF_USER);
    x = look_up(m->built, ids, "x", c);
    if (c->is_scores) {
        x = scores_of(m->built, x, look_up(m->built, ids, "identity", c));
        y = mpcf_input(m->built, "attention_mask",
                       mpcf_shape_4(MPCF_DIM_BATCH, 1, 1, MPCF_DIM_TOKENS), MPCF_USER);
    } else if (c->second_cols > 0) {
        y = look_up(m->built, ids, "y", c);
    }
    mpcf_output(m->built, "logits", c->build(m->built, x, y));
    MPCF_TRY(graph_check(m->built, err));
    return pass_all(m->built, &m->graph, err);
}

/* On the grid of 16 fractional bits, so that the operand itself has no error. */
static double draw(const struct accuracy_case *c, double deviation, uint64_t *state)
{
    double x = c->low + (c->high - c->low) * random_uniform(state);

    if (c->deviation > 0) {
        x = (c->low + c->high) / 2 + c->deviation * random_normal(state);
    }
    if (c->by_row) {
        x = deviation * random_normal(state);
    }
    if (c->by_logarithm) {
        x = c->low * exp(log(c->high / c->low) * random_uniform(state));
    }
    return (double) (float) (nearbyint(x * 0x1p16) * 0x1p-16);
}

/* Rows that differ go from the smallest to the largest. */
static void fill_operand(const struct accuracy_case *c, struct parameter *p, size_t count,
                         uint64_t *state)
{
    for (size_t i = 0; i < count; i++) {
        const size_t row = i / c->cols;
        const double place = (double) row / (double) (c->rows - 1);
        const double variance = c->by_row ? c->low * pow(c->high / c->low, place) : 0;

        p->value[i] = (float) draw(c, sqrt(variance), state);
    }
}

static void fill(struct measuring *m)
{
    uint64_t state = 20;

    parameters_init(m->parameters, m->built, 1);
    for (size_t i = 0; i < m->parameters->count; i++) {
        struct parameter *p = &m->parameters->items[i];
        bool is_operand = strcmp(p->name, "x") == 0 || strcmp(p->name, "y") == 0;

        fill_operand(m->c, p, is_operand ? p->count : 0, &state);
        for (size_t j = 0; j < p->count && strcmp(p->name, "identity") == 0; j++) {
            p->value[j] = j / m->c->cols == j % m->c->cols ? 1 : 0;
        }
    }
}

static mpcf_status prepare(struct measuring *m, mpcf_error *err)
{
    MPCF_TRY(parameters_create(m->built, false, &m->parameters, err));
    fill(m);
    m->ids = mpcf_alloc_array(m->c->rows, sizeof *m->ids);
    m->mask = mpcf_alloc_array(m->c->rows, sizeof *m->mask);
    m->output = mpcf_alloc_array(m->c->rows * m->c->result_cols, sizeof *m->output);
    m->plaintext = mpcf_alloc_array(m->c->rows * m->c->result_cols, sizeof *m->plaintext);
    if (m->ids == NULL || m->mask == NULL || m->output == NULL || m->plaintext == NULL) {
        return mpcf_fail_memory(err, m->c->rows, "numbers");
    }
    for (size_t i = 0; i < m->c->rows; i++) {
        m->ids[i] = (int32_t) i;
        m->mask[i] = 1;
    }
    return MPCF_OK;
}

/* --- Run --- */

static mpcf_status feed(void *context, struct float_batch *batch, mpcf_error *err)
{
    struct measuring *m = context;

    (void) err;
    memset(batch, 0, sizeof *batch);
    if (!m->is_fed) {
        *batch = (struct float_batch){.batch = 1,
                                      .tokens = m->c->rows,
                                      .input_ids = m->ids,
                                      .token_type_ids = m->ids,
                                      .attention_mask = m->mask};
        m->is_fed = true;
    }
    return MPCF_OK;
}

/* The same masks each time, so that a figure that differs is a change of the arithmetic. */
static mpcf_status run(struct measuring *m, mpcf_error *err)
{
    static const uint8_t seed[16] = {20};
    struct lower_options options;
    struct secure_input input = {
        .input_ids = m->ids, .token_type_ids = m->ids, .attention_mask = m->mask};

    lower_options_default(&options);
    options.value_fraction = options.weight_fraction = options.reveal_fraction = FRACTION;
    MPCF_TRY(calibrate(m->graph, m->parameters, 1, m->c->rows, 0, feed, m, &m->ranges, err));
    MPCF_TRY(lower_graph(m->graph, m->ranges, &options, 1, m->c->rows, true, &m->program, err));
    MPCF_TRY(weights_create(m->program, m->parameters, &m->weights, err));
    MPCF_TRY(reference_run(m->program, m->weights, &input, m->plaintext, NULL, NULL, NULL, err));
    const struct trio_run again = {
        .program = m->program, .weights = m->weights, .input = &input, .seed = seed};
    return trio_run(&again, m->output, NULL, err);
}

static void clear(struct measuring *m)
{
    weights_destroy(m->weights);
    program_destroy(m->program);
    ranges_destroy(m->ranges);
    parameters_destroy(m->parameters);
    graph_destroy(m->graph);
    graph_destroy(m->built);
    mpcf_free(m->ids);
    mpcf_free(m->mask);
    mpcf_free(m->output);
    mpcf_free(m->plaintext);
}

/* --- Comparison --- */

static double *doubles_of(const struct measuring *m, const char *name)
{
    const struct parameter *p = parameters_find(m->parameters, name);
    double *out = p != NULL ? mpcf_alloc_array(p->count, sizeof *out) : NULL;

    for (size_t i = 0; out != NULL && i < p->count; i++) {
        out[i] = (double) p->value[i];
    }
    return out;
}

struct errors {
    double most, sum;
};

static struct errors errors_of(const struct measuring *m, const double *x, const double *y,
                               const double *output, double *want)
{
    const struct accuracy_case *c = m->c;
    struct errors e = {0};

    for (size_t r = 0; r < c->rows; r++) {
        const double *other = c->second_cols == ACCURACY_SAME && y != NULL ? y + r * c->cols : y;

        c->exact(c, x + r * c->cols, other, want);
        for (size_t i = 0; i < c->result_cols; i++) {
            double error = fabs(output[r * c->result_cols + i] - want[i]);

            e.most = fmax(e.most, error);
            e.sum += error;
        }
    }
    return e;
}

static json_t *line_of(const struct measuring *m, const double *x, const double *y, double *want)
{
    const struct accuracy_case *c = m->c;
    const size_t count = c->rows * c->result_cols;
    const struct errors e = errors_of(m, x, y, m->output, want);
    const struct errors plaintext = errors_of(m, x, y, m->plaintext, want);
    json_t *line =
        json_pack("{s:s, s:s, s:I, s:f, s:f, s:f, s:f}", "primitive", c->name, "range", c->range,
                  "elements", (json_int_t) count, "max_error", e.most, "mean_error",
                  e.sum / (double) count, "plaintext_max_error", plaintext.most, "limit", c->limit);

    if (line != NULL && c->to_beat > 0) {
        (void) json_object_set_new(line, "to_beat", json_real(c->to_beat));
    }
    return line;
}

static json_t *compare(const struct measuring *m)
{
    const size_t begun = json_begin();
    double *x = doubles_of(m, "x"), *y = doubles_of(m, "y");
    double *want = mpcf_alloc_array(m->c->result_cols, sizeof *want);
    json_t *line = x != NULL && want != NULL ? json_end(line_of(m, x, y, want), begun) : NULL;

    mpcf_free(x);
    mpcf_free(y);
    mpcf_free(want);
    return line;
}

static mpcf_status measure(const struct accuracy_case *c, json_t *results, mpcf_error *err)
{
    struct measuring m = {.c = c};
    mpcf_status status = build(&m, err);

    if (status == MPCF_OK) {
        status = prepare(&m, err);
    }
    if (status == MPCF_OK) {
        status = run(&m, err);
    }
    if (status == MPCF_OK && json_array_append_new(results, compare(&m)) != 0) {
        status = mpcf_fail_memory(err, 0, "a result");
    }
    clear(&m);
    return status == MPCF_OK ? MPCF_OK
                             : mpcf_fail_while(err, status, "%s on %s", c->name, c->range);
}

mpcf_status bench_accuracy(json_t **out, mpcf_error *err)
{
    json_t *results = json_array(), *root = NULL;
    mpcf_status status = results != NULL ? MPCF_OK : mpcf_fail_memory(err, 0, "results");

    for (size_t i = 0; status == MPCF_OK && i < accuracy_case_count; i++) {
        status = measure(&accuracy_cases[i], results, err);
    }
    if (status == MPCF_OK) {
        root = json_pack("{s:i, s:O}", "fraction", 16, "results", results);
        status = root != NULL ? MPCF_OK : mpcf_fail_memory(err, 0, "results");
    }
    json_decref(results);
    if (status == MPCF_OK) {
        *out = root;
    }
    return status;
}

static void print_line(struct text_buffer *text, const json_t *line)
{
    const json_t *beat = json_object_get(line, "to_beat");
    const double error = json_real_value(json_object_get(line, "max_error"));
    const double limit = json_real_value(json_object_get(line, "limit"));

    text_printf(text, "%-26s %-16s %10.2e %10.2e %10.1e",
                json_string_value(json_object_get(line, "primitive")),
                json_string_value(json_object_get(line, "range")), error,
                json_real_value(json_object_get(line, "mean_error")), limit);
    if (beat != NULL) {
        text_printf(text, " %10.1e", json_real_value(beat));
    }
    text_append(text, error > limit ? "  PAST THE LIMIT\n" : "\n");
}

char *bench_accuracy_table(const json_t *result)
{
    struct text_buffer text = {0};
    size_t i = 0;
    json_t *line = NULL;

    text_append(&text, "largest error against float64, operands good to 16 fractional bits, three "
                       "roles\n\n");
    text_printf(&text, "%-26s %-16s %10s %10s %10s %10s\n", "primitive", "range", "largest", "mean",
                "limit", "others");
    json_array_foreach(json_object_get(result, "results"), i, line)
    {
        print_line(&text, line);
    }
    if (text.failed) {
        text_clear(&text);
        return NULL;
    }
    return text.data;
}
