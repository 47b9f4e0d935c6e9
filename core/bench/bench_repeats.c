/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One text of a pipeline, asked again and again by three roles as threads: its logits, and then its
 * labels at margins that are set by moving the classifier's bias.
 */
#include "bench/bench_repeats.h"

#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "bench/repeats_line.h"
#include "format/json.h"
#include "graph/node.h"
#include "inference/secure_student.h"
#include "lower/lowering.h"
#include "metrics/metrics.h"
#include "network/evaluate.h"
#include "network/split.h"
#include "pipeline/output.h"
#include "pipeline/padded_length.h"
#include "secure/reference.h"
#include "secure/trio.h"

enum { LABEL_LINES = 9 };

struct repeats {
    const struct bench_repeats_request *request;
    struct secure_student student;
    struct corpus *split, *text; /* the second: one item */
    size_t tokens;
    int32_t *ids; /* [3, tokens]: ids, types, mask */
    float *exact; /* logits of the float student */
    double *answers;
    size_t first, second; /* the two largest logits */
    json_t *logits, *labels;
};

/* --- The text --- */

static mpcf_status load_split(struct repeats *r, mpcf_error *err)
{
    const struct pipeline *p = r->request->pipeline;
    struct tokenizer *tokenizer = NULL;
    char *folder = output_path(p, "student/public");
    mpcf_status status =
        folder != NULL
            ? tokenizer_open(folder, &r->student.network.network->tokenizer, &tokenizer, err)
            : mpcf_fail_memory(err, 0, "a path");

    if (status == MPCF_OK) {
        status = split_load(p, tokenizer, p->task.judge_split, 0, &r->split, err);
    }
    tokenizer_close(tokenizer);
    mpcf_free(folder);
    return status;
}

static mpcf_status take_text(struct repeats *r, mpcf_error *err)
{
    const struct pipeline *p = r->request->pipeline;
    const struct corpus_item *item = NULL;

    if (r->request->row >= r->split->count) {
        return mpcf_fail(err, MPCF_E_INVALID, "--row: %zu, but the split has rows 0 to %zu",
                         r->request->row, r->split->count - 1);
    }
    item = &r->split->items[r->request->row];
    r->tokens =
        p->infer.length == LENGTH_EXACT ? item->length : pipeline_padded_length(p, item->length);
    r->ids = mpcf_secret_alloc(3 * r->tokens, sizeof *r->ids);
    if (r->ids == NULL) {
        return mpcf_fail_memory(err, 3 * r->tokens * sizeof *r->ids, "a text");
    }
    for (size_t t = 0; t < r->tokens; t++) {
        const bool is_real = t < item->length;

        r->ids[t] = is_real ? item->ids[t] : r->split->pad_id;
        r->ids[r->tokens + t] = is_real ? item->types[t] : 0;
        r->ids[2 * r->tokens + t] = is_real;
    }
    return corpus_from_items(item, 1, r->split->pad_id, &r->text, err);
}

static mpcf_status ask_floats(struct repeats *r, mpcf_error *err)
{
    const struct loaded_network *n = &r->student.network;
    const size_t classes = r->student.classes;

    if (classes < 2) {
        return mpcf_fail(err, MPCF_E_UNSUPPORTED,
                         "bench repeats compares labels, and this network has one score");
    }
    r->exact = mpcf_secret_alloc(classes, sizeof *r->exact);
    r->answers = mpcf_secret_alloc(r->request->repeats * classes, sizeof *r->answers);
    if (r->exact == NULL || r->answers == NULL) {
        return mpcf_fail_memory(err, r->request->repeats * classes * sizeof *r->answers, "answers");
    }
    MPCF_TRY(evaluate_logits(n->network->graph, n->parameters, r->text, 1, classes,
                             "repeats: float", r->exact, err));
    r->first = (size_t) metric_prediction(r->exact, classes);
    r->second = r->first == 0 ? 1 : 0;
    for (size_t i = 0; i < classes; i++) {
        if (i != r->first && r->exact[i] > r->exact[r->second]) {
            r->second = i;
        }
    }
    return MPCF_OK;
}

/* --- Programs --- */

struct asked {
    struct program *program;
    struct weights *weights;
};

static mpcf_status lower(struct repeats *r, bool reveal_label, struct asked *a, mpcf_error *err)
{
    const bool is_exact = r->request->pipeline->infer.length == LENGTH_EXACT;
    struct lower_options options = r->student.options;

    options.reveal_label = reveal_label;
    options.check_ranges = CHECK_NONE;
    MPCF_TRY(lower_graph(r->student.graph, r->student.ranges, &options, 1, r->tokens, is_exact,
                         &a->program, err));
    return weights_create(a->program, r->student.network.parameters, &a->weights, err);
}

static void forget(struct asked *a)
{
    weights_destroy(a->weights);
    program_destroy(a->program);
    *a = (struct asked){NULL, NULL};
}

static mpcf_status ask(struct repeats *r, const struct asked *a, double *reference, mpcf_error *err)
{
    const struct secure_input input = {.input_ids = r->ids,
                                       .token_type_ids = r->ids + r->tokens,
                                       .attention_mask = r->ids + 2 * r->tokens};
    const struct trio_run run = {.program = a->program,
                                 .weights = a->weights,
                                 .input = &input,
                                 .inferences = r->request->repeats};

    MPCF_TRY(reference_run(a->program, a->weights, &input, reference, NULL, NULL, NULL, err));
    return trio_run(&run, r->answers, NULL, err);
}

/* --- Logits --- */

/* 1, 8, 64, .. of REPEATS, and all. */
static mpcf_status add_logit_lines(struct repeats *r, const double *logits, double reference,
                                   mpcf_error *err)
{
    const double unit = ldexp(1, -(int) r->student.options.reveal_fraction);
    const size_t count = r->request->repeats;

    for (size_t n = 1, last = 0; last < count; n = n * 8 < count ? n * 8 : count) {
        const struct repeats_line l =
            repeats_line_of(logits, count, n, unit, (double) r->exact[r->first], reference);

        last = n;
        if (json_array_append_new(
                r->logits, json_pack("{s:I, s:f, s:f, s:f, s:f}", "repeats", (json_int_t) n,
                                     "deviation", l.deviation, "error_to_float", l.error_to_float,
                                     "error_to_reference", l.error_to_reference, "more_bits",
                                     isfinite(l.more_bits) ? l.more_bits : 0)) != 0) {
            return mpcf_fail_memory(err, 0, "a result");
        }
    }
    return MPCF_OK;
}

/* *MARGIN: of the first label above the second, by the mean of all answers. */
static mpcf_status measure_logits(struct repeats *r, double *reference, double *margin,
                                  mpcf_error *err)
{
    const size_t classes = r->student.classes, count = r->request->repeats;
    double *all = mpcf_secret_alloc(classes, sizeof *all);
    struct asked a = {NULL, NULL};
    mpcf_status status = all != NULL ? lower(r, false, &a, err)
                                     : mpcf_fail_memory(err, classes * sizeof *all, "answers");

    if (status == MPCF_OK) {
        status = ask(r, &a, all, err);
    }
    if (status == MPCF_OK) {
        *margin = 0;
        *reference = all[r->first];
        for (size_t i = 0; i < count; i++) {
            const double *row = r->answers + i * classes;

            *margin += (row[r->first] - row[r->second]) / (double) count;
            r->answers[i] = row[r->first]; /* never behind what is read later */
        }
        status = add_logit_lines(r, r->answers, *reference, err);
    }
    mpcf_secret_free(all);
    forget(&a);
    return status;
}

/* --- Labels --- */

/* The first label's bias in the classifier, or NULL. */
static float *find_bias(struct repeats *r)
{
    const mpcf_node *node = graph_output(r->student.graph, 0)->node;

    node = node_past_taps(node);
    if (node->kind != OP_LINEAR || node->in_count < 3 || node->in[2] == NULL ||
        node->in[2]->kind != OP_PARAMETER) {
        return NULL;
    }
    struct parameter *p = parameters_find(r->student.network.parameters, node->in[2]->label);

    return p != NULL && p->count == r->student.classes ? &p->value[r->first] : NULL;
}

static mpcf_status ask_labels(struct repeats *r, double margin, mpcf_error *err)
{
    struct asked a = {NULL, NULL};
    double reference = 0;
    size_t others = 0;
    mpcf_status status = lower(r, true, &a, err);

    if (status == MPCF_OK) {
        status = ask(r, &a, &reference, err);
    }
    forget(&a);
    MPCF_TRY(status);
    for (size_t i = 0; i < r->request->repeats; i++) {
        others += r->answers[i] != (double) r->first;
    }
    return json_array_append_new(r->labels,
                                 json_pack("{s:f, s:I, s:f}", "margin", margin, "others",
                                           (json_int_t) others, "share",
                                           (double) others / (double) r->request->repeats)) == 0
               ? MPCF_OK
               : mpcf_fail_memory(err, 0, "a result");
}

/* At margins around those at which rounding decides; FOUND is the text's own. */
static mpcf_status measure_labels(struct repeats *r, double found, mpcf_error *err)
{
    static const int units[LABEL_LINES] = {-64, -4, -2, -1, 0, 1, 2, 4, 64}; /* of 2^-12 */
    float *bias = find_bias(r);
    const float own = bias != NULL ? *bias : 0;
    mpcf_status status = MPCF_OK;

    if (bias == NULL) {
        return mpcf_fail(err, MPCF_E_UNSUPPORTED,
                         "bench repeats moves the bias of the last linear, and this network ends "
                         "otherwise");
    }
    for (size_t i = 0; status == MPCF_OK && i < LABEL_LINES; i++) {
        const double margin = ldexp(units[i], -12);

        *bias = (float) ((double) own + margin - found);
        status = ask_labels(r, margin, err);
    }
    *bias = own;
    return status;
}

/* {"deviation" of the margin's rounding, "error": of the margin of a text that is a tie, found from
 * REPEATS labels of it}; null where labels flip too rarely. */
static json_t *spread_of(const struct repeats *r)
{
    const double half = sqrt(2 * 3.14159265358979324) / 2; /* sqrt(p (1 - p)) / density, at 1/2 */
    double margins[LABEL_LINES], shares[LABEL_LINES], deviation = 0;

    for (size_t i = 0; i < LABEL_LINES; i++) {
        const json_t *l = json_array_get(r->labels, i);

        margins[i] = json_number_value(json_object_get(l, "margin"));
        shares[i] = json_number_value(json_object_get(l, "share"));
    }
    if (!repeats_spread(margins, shares, LABEL_LINES, &deviation)) {
        return json_null();
    }
    return json_pack("{s:f, s:f}", "deviation", deviation, "error",
                     half * deviation / sqrt((double) r->request->repeats));
}

/* --- All of it --- */

static mpcf_status measure(struct repeats *r, json_t **out, mpcf_error *err)
{
    double reference = 0, margin = 0;

    MPCF_TRY(secure_student_open(r->request->pipeline, STUDENT_WEIGHTS, &r->student, err));
    MPCF_TRY(load_split(r, err));
    MPCF_TRY(take_text(r, err));
    MPCF_TRY(ask_floats(r, err));
    MPCF_TRY(measure_logits(r, &reference, &margin, err));
    MPCF_TRY(measure_labels(r, margin, err));
    *out = json_pack("{s:I, s:I, s:I, s:I, s:f, s:f, s:f, s:O, s:O, s:o}", "row",
                     (json_int_t) r->request->row, "tokens", (json_int_t) r->tokens, "repeats",
                     (json_int_t) r->request->repeats, "logit_fraction",
                     (json_int_t) r->student.options.reveal_fraction, "float",
                     (double) r->exact[r->first], "reference", reference, "margin", margin,
                     "logits", r->logits, "labels", r->labels, "spread", spread_of(r));
    return *out != NULL ? MPCF_OK : mpcf_fail_memory(err, 0, "the result");
}

mpcf_status bench_repeats(const struct bench_repeats_request *request, json_t **out,
                          mpcf_error *err)
{
    struct repeats r = {.request = request, .logits = json_array(), .labels = json_array()};
    mpcf_status status = r.logits != NULL && r.labels != NULL
                             ? measure(&r, out, err)
                             : mpcf_fail_memory(err, 0, "the result");

    json_decref(r.logits);
    json_decref(r.labels);
    mpcf_secret_free(r.ids);
    mpcf_secret_free(r.exact);
    mpcf_secret_free(r.answers);
    corpus_destroy(r.text);
    corpus_destroy(r.split);
    secure_student_close(&r.student);
    return status;
}

/* --- For people --- */

static double number(const json_t *object, const char *key)
{
    return json_number_value(json_object_get(object, key));
}

static void print_logits(struct text_buffer *text, const json_t *lines)
{
    text_printf(text, "%8s %12s %14s %18s %12s\n", "repeats", "deviation", "error to float",
                "error to reference", "more bits");
    for (size_t i = 0; i < json_array_size(lines); i++) {
        const json_t *l = json_array_get(lines, i);

        text_printf(text, "%8.0f %12.6f %14.6f %18.6f %12.1f\n", number(l, "repeats"),
                    number(l, "deviation"), number(l, "error_to_float"),
                    number(l, "error_to_reference"), number(l, "more_bits"));
    }
}

static void print_labels(struct text_buffer *text, const json_t *lines)
{
    text_printf(text, "%12s %14s %8s\n", "margin", "other labels", "share");
    for (size_t i = 0; i < json_array_size(lines); i++) {
        const json_t *l = json_array_get(lines, i);

        text_printf(text, "%12.6f %14.0f %8.3f\n", number(l, "margin"), number(l, "others"),
                    number(l, "share"));
    }
}

static void print_spread(struct text_buffer *text, const json_t *spread, double repeats)
{
    if (json_is_object(spread)) {
        text_printf(text,
                    "\nthe margin is rounded with a deviation of %.6f: %.0f labels of a text tell "
                    "its margin to %.6f, if it is a tie\n",
                    number(spread, "deviation"), repeats, number(spread, "error"));
    }
}

char *bench_repeats_table(const json_t *result)
{
    struct text_buffer text = {0};

    text_printf(&text,
                "row %.0f, %.0f tokens, %.0f secure inferences; the first label's logit is %.6f in "
                "float, %.6f by the plaintext reference\n\n"
                "logits, of %.0f fractional bits each: deviation of the mean, its error, and by "
                "how many bits it is finer\n",
                number(result, "row"), number(result, "tokens"), number(result, "repeats"),
                number(result, "float"), number(result, "reference"),
                number(result, "logit_fraction"));
    print_logits(&text, json_object_get(result, "logits"));
    text_printf(&text,
                "\nlabels alone, with the first label's bias moved to the margin: of %.0f answers "
                "those that are another\n",
                number(result, "repeats"));
    print_labels(&text, json_object_get(result, "labels"));
    print_spread(&text, json_object_get(result, "spread"), number(result, "repeats"));
    if (text.failed) {
        text_clear(&text);
        return NULL;
    }
    return text.data;
}
