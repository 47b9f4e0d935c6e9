/* SPDX-License-Identifier: Apache-2.0 */
/* Runs each approximation of a slot in floats and securely, beside the exact function. */
#include "bench/bench_approx.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "bench/approx_graph.h"
#include "bench/bench_shape.h"
#include "bench/slot_interval.h"
#include "format/json.h"
#include "graph/slot_name.h"
#include "lower/lower.h"
#include "network/filled_slot.h"
#include "pass/calibrate.h"
#include "pass/pass.h"
#include "secure/trio.h"

enum { REPEATS_MAX = 1000, COMPONENTS_MAX = 512 };

struct bench {
    const struct bench_approx_request *request;
    struct plugins *plugins;
    struct approx_sizes sizes;
    struct secure_student *student; /* of a run; NULL: none */
    const char *activation;         /* the exact one */
};

/* What is said of one approximation. */
struct line {
    struct approx_interval x;
    char *refused; /* why X is its own interval, not the run's; NULL: it is as asked */
    double max_error, mean_error, seconds;
    struct cost_line cost;
};

/* --- Errors --- */

static mpcf_status run_floats(const struct bench *b, mpcf_slot slot,
                              const struct slot_filling *filling, struct approx_interval x,
                              float **y, size_t *count, mpcf_error *err)
{
    struct approx_graph a;
    mpcf_status status = approx_graph_open(&a, slot, filling, &b->sizes, x, err);

    if (status == MPCF_OK) {
        *count = a.count;
        *y = mpcf_alloc_array(a.count, sizeof **y);
        status = *y != NULL ? approx_graph_run(&a, *y, err)
                            : mpcf_fail_memory(err, a.count * sizeof **y, "values");
    }
    approx_graph_clear(&a);
    return status;
}

/* The exact function; of layer norms what stands in an empty slot. */
static mpcf_status run_exact(const struct bench *b, mpcf_slot slot, struct approx_interval x,
                             float **y, size_t *count, mpcf_error *err)
{
    const char *const names[] = {NULL, b->activation, "softmax", "tanh"};
    const void *approx = NULL;
    struct filled_slot f = {0};
    mpcf_status status = MPCF_OK;

    if (slot == MPCF_SLOT_LAYER_NORM) {
        return run_floats(b, slot, NULL, x, y, count, err);
    }
    MPCF_TRY(plugins_find(b->plugins, COMPONENT_APPROX, names[slot], &approx, err));
    status = filled_slot_open(&f, approx, NULL, err);
    if (status == MPCF_OK) {
        status = run_floats(b, slot, &f.filling, x, y, count, err);
    }
    filled_slot_clear(&f);
    return status;
}

static mpcf_status measure_errors(const struct bench *b, const struct slot_filling *filling,
                                  struct line *line, mpcf_error *err)
{
    float *want = NULL, *got = NULL;
    size_t count = 0;
    mpcf_status status = run_exact(b, filling->slot, line->x, &want, &count, err);

    if (status == MPCF_OK) {
        status = run_floats(b, filling->slot, filling, line->x, &got, &count, err);
    }
    for (size_t i = 0; status == MPCF_OK && i < count; i++) {
        const double error = fabs((double) got[i] - (double) want[i]);

        line->max_error = fmax(line->max_error, error);
        line->mean_error += error / (double) count;
    }
    mpcf_free(want);
    mpcf_free(got);
    return status;
}

/* --- The secure run --- */

struct secure {
    struct approx_graph values;
    mpcf_graph *graph;
    struct ranges *ranges;
    struct program *program;
    struct weights *weights;
    double *output;
};

static void secure_clear(struct secure *s)
{
    weights_destroy(s->weights);
    program_destroy(s->program);
    ranges_destroy(s->ranges);
    graph_destroy(s->graph);
    approx_graph_clear(&s->values);
    mpcf_free(s->output);
}

static mpcf_status secure_open(const struct bench *b, const struct slot_filling *filling,
                               struct approx_interval x, struct secure *s, mpcf_error *err)
{
    const size_t tokens = b->sizes.tokens;
    struct lower_options options;

    lower_options_default(&options);
    MPCF_TRY(approx_graph_open(&s->values, filling->slot, filling, &b->sizes, x, err));
    MPCF_TRY(pass_all(s->values.graph, &s->graph, err));
    MPCF_TRY(calibrate_on_batch(s->graph, s->values.parameters, &s->values.batch, &s->ranges, err));
    MPCF_TRY(lower_graph(s->graph, s->ranges, &options, 1, tokens, false, &s->program, err));
    MPCF_TRY(weights_create(s->program, s->values.parameters, &s->weights, err));
    s->output = mpcf_alloc_array(tokens, sizeof *s->output);
    return s->output != NULL ? MPCF_OK : mpcf_fail_memory(err, tokens, "an output");
}

static int compare(const void *a, const void *b)
{
    const double x = *(const double *) a, y = *(const double *) b;

    return x < y ? -1 : x > y;
}

static mpcf_status run_once(const struct secure *s, const char *function, struct cost_line *found,
                            mpcf_error *err)
{
    const struct secure_input input = {.input_ids = s->values.ids,
                                       .attention_mask = s->values.mask};
    const struct trio_run run = {.program = s->program, .weights = s->weights, .input = &input};
    struct cost *metered = NULL;

    MPCF_TRY(trio_run(&run, s->output, &metered, err));
    for (size_t i = 0; i < metered->line_count; i++) {
        if (strcmp(metered->lines[i].function, function) == 0) {
            *found = metered->lines[i];
            found->function = function;
        }
    }
    cost_destroy(metered);
    return MPCF_OK;
}

static mpcf_status measure_secure(const struct bench *b, const struct slot_filling *filling,
                                  struct line *line, mpcf_error *err)
{
    const size_t repeat = b->request->repeat < REPEATS_MAX ? b->request->repeat : REPEATS_MAX;
    double seconds[REPEATS_MAX];
    struct secure s = {0};
    mpcf_status status = secure_open(b, filling, line->x, &s, err);

    for (size_t i = 0; status == MPCF_OK && i < repeat; i++) {
        status = run_once(&s, slot_name(filling->slot), &line->cost, err);
        seconds[i] = line->cost.seconds;
    }
    if (status == MPCF_OK) {
        qsort(seconds, repeat, sizeof *seconds, compare);
        line->seconds = seconds[repeat / 2];
    }
    secure_clear(&s);
    return status;
}

/* --- Lines --- */

static json_t *line_json(const mpcf_approx *approx, const struct line *line)
{
    return json_pack(
        "{s:s, s:s*, s:s*, s:f, s:f, s:s*, s:f, s:f, s:f, s:I, s:I, s:I, s:I}", "name",
        approx->name, "formula", approx->formula, "source", approx->source, "low", line->x.low,
        "high", line->x.high, "refused", line->refused, "max_error", line->max_error, "mean_error",
        line->mean_error, "seconds", line->seconds, "bytes", (json_int_t) line->cost.online_bytes,
        "offline_bytes", (json_int_t) line->cost.offline_bytes, "dealer_bytes",
        (json_int_t) line->cost.dealer_bytes, "delays", (json_int_t) line->cost.rounds);
}

static json_t *failed_json(const mpcf_approx *approx, const mpcf_error *err)
{
    return json_pack("{s:s, s:s*, s:s*, s:s}", "name", approx->name, "formula", approx->formula,
                     "source", approx->source, "failed", mpcf_error_text(err));
}

static mpcf_status measure(const struct bench *b, const mpcf_approx *approx, struct line *line,
                           mpcf_error *err)
{
    struct filled_slot f = {0};
    mpcf_status status = filled_slot_open(&f, approx, NULL, err);

    if (status == MPCF_OK) {
        status = measure_errors(b, &f.filling, line, err);
    }
    if (status == MPCF_OK) {
        status = measure_secure(b, &f.filling, line, err);
    }
    filled_slot_clear(&f);
    return status;
}

static bool ends_all(mpcf_status status)
{
    return status == MPCF_E_NOMEM || status == MPCF_E_INTERRUPTED;
}

/* One that a secure run of the values X refuses, as its own page says of it, has a price all the same: on
 * those that it is made for. */
static mpcf_status measure_somewhere(const struct bench *b, const mpcf_approx *approx,
                                     const struct approx_interval *x, struct line *line,
                                     mpcf_error *err)
{
    const struct approx_interval own = {approx->input_low, approx->input_high};
    mpcf_status status;

    *line = (struct line){.x = x != NULL ? *x : own};
    status = measure(b, approx, line, err);
    if (status != MPCF_OK && !ends_all(status) && x != NULL) {
        *line = (struct line){.x = own, .refused = mpcf_format("%s", mpcf_error_text(err))};
        mpcf_error_reset(err);
        status = line->refused != NULL ? measure(b, approx, line, err)
                                       : mpcf_fail_memory(err, 0, "a reason");
    }
    return status;
}

/* An approximation that cannot be run so does not end the others. */
static mpcf_status add_line(const struct bench *b, const mpcf_approx *approx,
                            const struct approx_interval *x, json_t *results, mpcf_error *err)
{
    struct line line;
    const size_t begun = json_begin();
    const mpcf_status status = measure_somewhere(b, approx, x, &line, err);
    json_t *made;

    if (ends_all(status)) {
        mpcf_free(line.refused);
        return mpcf_fail_while(err, status, "approximation '%s'", approx->name);
    }
    made = status == MPCF_OK ? line_json(approx, &line) : failed_json(approx, err);
    mpcf_free(line.refused);
    mpcf_error_reset(err);
    return json_array_append_new(results, json_end(made, begun)) == 0
               ? MPCF_OK
               : mpcf_fail_memory(err, 0, "a result");
}

static int compare_names(const void *a, const void *b)
{
    return strcmp((*(const mpcf_approx *const *) a)->name, (*(const mpcf_approx *const *) b)->name);
}

/* Those of SLOT, by name, in FOUND[COMPONENTS_MAX]; returns how many. */
static size_t find_all(const struct bench *b, mpcf_slot slot,
                       const mpcf_approx *found[COMPONENTS_MAX])
{
    const mpcf_approx *approx;
    size_t count = 0;

    for (size_t i = 0; (approx = plugins_component(b->plugins, COMPONENT_APPROX, i)) != NULL &&
                       count < COMPONENTS_MAX;
         i++) {
        if (approx->slot == slot) {
            found[count++] = approx;
        }
    }
    qsort(found, count, sizeof *found, compare_names);
    return count;
}

static bool seen_interval(const struct bench *b, mpcf_slot slot, struct approx_interval *x)
{
    if (b->request->inputs != NULL) {
        *x = *b->request->inputs;
        return true;
    }
    return b->student != NULL && slot_interval(b->student, slot, x);
}

static mpcf_status add_slot(const struct bench *b, mpcf_slot slot, json_t *slots, mpcf_error *err)
{
    const char *const exact[] = {NULL, b->activation, "softmax", "tanh", "layer_norm"};
    json_t *results = json_array();
    json_t *entry = json_pack("{s:s, s:s, s:o}", "slot", slot_name(slot), "exact", exact[slot],
                              "results", results);
    const mpcf_approx *found[COMPONENTS_MAX] = {NULL};
    const size_t count = find_all(b, slot, found);
    struct approx_interval x;
    const bool is_seen = seen_interval(b, slot, &x);
    mpcf_status status =
        json_array_append_new(slots, entry) == 0 ? MPCF_OK : mpcf_fail_memory(err, 0, "results");

    for (size_t i = 0; status == MPCF_OK && i < count; i++) {
        status = add_line(b, found[i], is_seen ? &x : NULL, results, err);
    }
    return status;
}

static mpcf_status run(const struct bench *b, json_t **out, mpcf_error *err)
{
    json_t *root =
        json_pack("{s:I, s:I, s:I, s:I, s:[]}", "tokens", (json_int_t) b->sizes.tokens, "hidden",
                  (json_int_t) b->sizes.hidden, "heads", (json_int_t) b->sizes.heads,
                  "intermediate", (json_int_t) b->sizes.intermediate, "slots");
    mpcf_status status = root != NULL ? MPCF_OK : mpcf_fail_memory(err, 0, "results");

    for (size_t i = 1; status == MPCF_OK && i <= SLOT_COUNT; i++) {
        const mpcf_slot slot = (mpcf_slot) i;

        if (b->request->slot == NULL || strcmp(slot_name(slot), b->request->slot) == 0) {
            status = add_slot(b, slot, json_object_get(root, "slots"), err);
        }
    }
    if (status != MPCF_OK) {
        json_decref(root);
        return status;
    }
    *out = root;
    return MPCF_OK;
}

/* Of a known network, by its family. */
static mpcf_status take_shape(struct bench *b, const char *name, mpcf_error *err)
{
    json_t *config = bench_shape(name);
    const mpcf_json json = {config, name};
    const void *found = NULL;
    const mpcf_model *family;
    mpcf_model_facts facts = {.struct_size = sizeof facts};
    void *model = NULL;
    mpcf_status status;

    if (config == NULL) {
        struct text_buffer names = {0};

        bench_shape_names(&names);
        status = mpcf_fail(err, MPCF_E_CONFIG, "there is no shape '%s'; there are %s", name,
                           text_string(&names));
        text_clear(&names);
        return status;
    }
    status = plugins_find(b->plugins, COMPONENT_MODEL,
                          json_string_value(json_object_get(config, "model_type")), &found, err);
    family = found;
    if (status == MPCF_OK) {
        status = family->configure(NULL, &json, 2, &model, err);
    }
    if (status == MPCF_OK) {
        status = family->facts(model, &facts, err);
        b->sizes = (struct approx_sizes){b->request->tokens, (size_t) facts.hidden,
                                         (size_t) facts.heads, (size_t) facts.intermediate};
        family->release(model);
    }
    json_decref(config);
    return status;
}

static mpcf_status run_of_student(struct bench *b, json_t **out, mpcf_error *err)
{
    struct secure_student student = {0};
    mpcf_status status = secure_student_open(b->request->pipeline, STUDENT_PUBLIC, &student, err);

    if (status == MPCF_OK) {
        const mpcf_model_facts *facts = &student.network.network->facts;

        b->student = &student;
        b->activation = facts->activation;
        b->sizes = (struct approx_sizes){b->request->tokens, (size_t) facts->hidden,
                                         (size_t) facts->heads, (size_t) facts->intermediate};
        status = b->request->shape == NULL ? MPCF_OK : take_shape(b, b->request->shape, err);
        status = status == MPCF_OK ? run(b, out, err) : status;
        b->student = NULL;
    }
    secure_student_close(&student);
    return status;
}

mpcf_status bench_approx(const struct bench_approx_request *request, json_t **out, mpcf_error *err)
{
    struct bench b = {.request = request, .activation = "gelu"};
    mpcf_status status;

    if (request->pipeline != NULL) {
        b.plugins = request->pipeline->plugins;
        plugins_load_all(b.plugins);
        return run_of_student(&b, out, err);
    }
    MPCF_TRY(plugins_create(request->plugin_folder, &b.plugins, err));
    plugins_load_all(b.plugins);
    status = take_shape(&b, request->shape == NULL ? "bert-base" : request->shape, err);
    if (status == MPCF_OK) {
        status = run(&b, out, err);
    }
    plugins_destroy(b.plugins);
    return status;
}
