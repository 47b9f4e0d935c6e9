/* SPDX-License-Identifier: Apache-2.0 */
/* mpcf-host bench: which measurement is asked for, and its table or JSON. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/folder.h"
#include "base/memory.h"
#include "base/text.h"
#include "bench/bench_accuracy.h"
#include "bench/bench_approx.h"
#include "bench/bench_approx_table.h"
#include "bench/bench_kernels.h"
#include "bench/bench_repeats.h"
#include "bench/bench_secure.h"
#include "bench/bench_secure_result.h"
#include "bench/bench_train.h"
#include "bench/bench_transports.h"
#include "graph/graph.h"
#include "graph/slot_name.h"
#include "host.h"
#include "lower/named_network.h"
#include "named_pipeline.h"
#include "pipeline/needed_files.h"
#include "pipeline/open_pipeline.h"
#include "pipeline/pipeline.h"
#include "show_json.h"
#include "standard_output.h"

static int finish(const struct args *args, mpcf_status status, json_t *result,
                  char *(*table)(const json_t *), mpcf_error *err)
{
    int ended;

    if (status != MPCF_OK) {
        return host_failed(err);
    }
    ended = show_json(result, table(result), args_value(args, "--json"), err);
    json_decref(result);
    return ended;
}

static const char *value_or(const struct args *args, const char *name, const char *other)
{
    const char *value = args_value(args, name);

    return value == NULL ? other : value;
}

enum { NAMES = 3, NAME_SIZE = 256 };

/* "quad,2quad" or "quad,2quad,dyt"; the third is empty then. A name that is cut is nobody's. */
static bool take_approximations(const struct args *args, char names[NAMES][NAME_SIZE])
{
    const char *text = value_or(args, "--approximations", "quad,2quad");

    if (!host_takes_set("bench", text)) {
        return false;
    }
    for (size_t i = 0; i < NAMES && *text != '\0'; i++) {
        const size_t length = strcspn(text, ",");

        (void) snprintf(names[i], NAME_SIZE, "%.*s", (int) length, text);
        text += length + (text[length] == ',' ? 1 : 0);
    }
    return true;
}

/* A word of WORDS, whose place goes to *AT; the first where none is given. */
static bool take_word(const struct args *args, const char *name, const char *const *words,
                      size_t count, size_t *at)
{
    const char *given = args_value(args, name);

    for (size_t i = 0; i < count; i++) {
        if (given == NULL || strcmp(given, words[i]) == 0) {
            *at = i;
            return true;
        }
    }
    (void) host_usage("bench", "%s: '%s' is none of %s, %s%s%s", name, given, words[0], words[1],
                      count > 2 ? ", " : "", count > 2 ? words[2] : "");
    return false;
}

static bool take_ranges(const struct args *args, struct bench_secure_request *request)
{
    static const char *const ranges[] = {"random", "trained"};
    static const char *const lengths[] = {"exact", "full", "bucket"};
    size_t range = 0, length = 0;

    if (!take_word(args, "--ranges", ranges, 2, &range) ||
        !take_word(args, "--length", lengths, 3, &length)) {
        return false;
    }
    request->ranges = range == 1 ? BENCH_RANGES_TRAINED : BENCH_RANGES_RANDOM;
    request->length = args_has(args, "--length") ? lengths[length] : NULL;
    return true;
}

/* The name of a network that --plan has; NULL: no such, and a message was printed. */
static const char *take_plan(const struct args *args)
{
    const char *name = value_or(args, "--plan", named_networks[0].name);
    struct text_buffer why = {0};

    if (named_network_find(name) != NULL) {
        return name;
    }
    named_network_refuse(name, &why);
    (void) host_usage("bench", "--plan: %s", text_string(&why));
    text_clear(&why);
    return NULL;
}

/* Of each process: the roles take it over. */
static bool take_threads(const struct args *args)
{
    int64_t threads = 0;
    char text[32];

    if (!args_number(args, "--threads", 1, 256, &threads)) {
        return false;
    }
    (void) snprintf(text, sizeof text, "%lld", (long long) threads);
    return threads == 0 || setenv("MPCF_THREADS", text, 1) == 0;
}

/* What --model, --tokens and their like say, into REQUEST; SETS and NAMES are what it points into. */
static bool take_network(const struct args *args, const char *sets[ARGS_LIMIT],
                         char names[NAMES][NAME_SIZE], struct bench_secure_request *request)
{
    int64_t tokens = 128, batch = 1, repeat = 5;

    *request = (struct bench_secure_request){
        .model = value_or(args, "--model", "bert-base"),
        .transport = value_or(args, "--transport", "tcp"),
        .activation = names[0],
        .normaliser = names[1],
        .layer_norm = names[2],
        .sets = sets,
        .set_count = args_values(args, "--set", sets),
        .plugin_folder = args_value(args, "--plugin-dir"),
        .plan = take_plan(args),
    };
    if (request->plan == NULL || !take_threads(args) || !take_approximations(args, names) ||
        !take_ranges(args, request) || !args_number(args, "--tokens", 1, RUN_TOKENS_MAX, &tokens) ||
        !args_number(args, "--batch", 1, 1024, &batch) ||
        !args_number(args, "--repeat", 1, 1000, &repeat)) {
        return false;
    }
    request->tokens = (size_t) tokens;
    request->batch = (size_t) batch;
    request->repeat = (size_t) repeat;
    return true;
}

static int run_secure(const struct args *args, mpcf_error *err)
{
    const char *sets[ARGS_LIMIT];
    char names[NAMES][NAME_SIZE] = {"", "", ""};
    struct bench_secure_request request;
    json_t *result = NULL;

    if (!take_network(args, sets, names, &request)) {
        return EXIT_USAGE;
    }
    const mpcf_status status = bench_secure(&request, &result, err);
    return finish(args, status, result, bench_secure_table, err);
}

static int run_transports(const struct args *args, mpcf_error *err)
{
    const char *sets[ARGS_LIMIT];
    char names[NAMES][NAME_SIZE] = {"", "", ""};
    struct bench_secure_request request;
    json_t *result = NULL;

    if (args_has(args, "--transport")) {
        return host_usage("bench", "bench transports compares them all: leave --transport out");
    }
    if (!take_network(args, sets, names, &request)) {
        return EXIT_USAGE;
    }
    const mpcf_status status = bench_transports(&request, &result, err);
    return finish(args, status, result, bench_transports_table, err);
}

static void print_train(const struct bench_train_line *lines)
{
    (void) fprintf(standard_output(), "%-22s %12s %12s %10s\n", "stage", "examples/s", "tokens/s",
                   "seconds");
    for (size_t i = 0; i < BENCH_TRAIN_STAGES; i++) {
        (void) fprintf(standard_output(), "%-22s %12.1f %12.0f %10.1f\n", lines[i].stage,
                       lines[i].examples_per_second, lines[i].tokens_per_second, lines[i].seconds);
    }
}

static int measure_train(const struct args *args, const struct pipeline *p, mpcf_error *err)
{
    struct bench_train_line lines[BENCH_TRAIN_STAGES];
    struct bench_train_request request = {.pipeline = p, .json = args_value(args, "--json")};
    int64_t seconds = 30, rows = 0;

    if (!args_number(args, "--seconds", 1, 86400, &seconds) ||
        !args_number(args, "--rows", 0, 1000000000, &rows)) {
        return EXIT_USAGE;
    }
    request.seconds = (double) seconds;
    request.rows = (size_t) rows;
    if (bench_train(&request, lines, err) != MPCF_OK) {
        return host_failed(err);
    }
    print_train(lines);
    return EXIT_DONE;
}

static int measure_repeats(const struct args *args, const struct pipeline *p, mpcf_error *err)
{
    struct bench_repeats_request request = {.pipeline = p};
    int64_t repeats = 512, row = 0;
    json_t *result = NULL;
    mpcf_status status;

    if (!args_number(args, "--repeat", 2, 1000000, &repeats) ||
        !args_number(args, "--row", 0, 1000000000, &row)) {
        return EXIT_USAGE;
    }
    if (pipeline_check_predict(p, VIEW_ALL, err) != MPCF_OK) {
        return host_refused(err);
    }
    request.repeats = (size_t) repeats;
    request.row = (size_t) row;
    status = bench_repeats(&request, &result, err);
    return finish(args, status, result, bench_repeats_table, err);
}

/* What is measured where no file is named: the example on a real task. */
#define EXAMPLE "examples/sst2-minilm.yaml"

/* Of a pipeline file, the word behind NAME. */
static int with_pipeline(const struct args *args, const char *name,
                         int (*measure)(const struct args *, const struct pipeline *, mpcf_error *),
                         mpcf_error *err)
{
    const char *file = args->operand_count > 1 ? args->operands[1] : EXAMPLE;
    struct named_pipeline named;
    struct pipeline *p = NULL;
    int result;

    if (!file_exists(file)) {
        return host_usage("bench", "expected bench %s PIPELINE.yaml; there is no file '%s'", name,
                          file);
    }
    named_pipeline_take(args, file, &named);
    result = pipeline_open(&named.request, &p, err) == MPCF_OK ? measure(args, p, err)
                                                               : host_refused(err);
    pipeline_close(p);
    return result;
}

static int run_train(const struct args *args, mpcf_error *err)
{
    return with_pipeline(args, "train", measure_train, err);
}

static int run_repeats(const struct args *args, mpcf_error *err)
{
    return with_pipeline(args, "repeats", measure_repeats, err);
}

static int run_kernels(const struct args *args, mpcf_error *err)
{
    int64_t rounds = 5;
    json_t *result = NULL;
    mpcf_status status;

    if (!args_number(args, "--repeat", 1, 1000, &rounds)) {
        return EXIT_USAGE;
    }
    status = bench_kernels((size_t) rounds | 1, &result, err);
    return finish(args, status, result, bench_kernels_table, err);
}

static int run_accuracy(const struct args *args, mpcf_error *err)
{
    json_t *result = NULL;
    const mpcf_status status = bench_accuracy(&result, err);

    return finish(args, status, result, bench_accuracy_table, err);
}

static int measure_approx(const struct args *args, const struct pipeline *p, mpcf_error *err)
{
    struct bench_approx_request request = {.slot = args_value(args, "--slot"),
                                           .pipeline = p,
                                           .shape = args_value(args, "--model"),
                                           .plugin_folder = args_value(args, "--plugin-dir")};
    int64_t tokens = 128, repeat = 3;
    mpcf_slot slot = MPCF_SLOT_ACTIVATION;
    json_t *result = NULL;
    mpcf_status status;

    if (!args_number(args, "--tokens", 1, RUN_TOKENS_MAX, &tokens) ||
        !args_number(args, "--repeat", 1, 1000, &repeat)) {
        return EXIT_USAGE;
    }
    if (request.slot != NULL && !slot_parse(request.slot, &slot)) {
        return host_usage("bench", "there is no slot '%s'; slots are %s, %s, %s, %s", request.slot,
                          slot_name(1), slot_name(2), slot_name(3), slot_name(4));
    }
    request.tokens = (size_t) tokens;
    request.repeat = (size_t) repeat;
    status = bench_approx(&request, &result, err);
    return finish(args, status, result,
                  args_has(args, "--markdown") ? bench_approx_markdown : bench_approx_table, err);
}

static int run_approx(const struct args *args, mpcf_error *err)
{
    return args->operand_count > 1 ? with_pipeline(args, "approx", measure_approx, err)
                                   : measure_approx(args, NULL, err);
}

static const struct bench {
    const char *name;
    int (*run)(const struct args *args, mpcf_error *err);
    bool takes_file;
} benches[] = {
    {"secure", run_secure, false},         {"train", run_train, true},
    {"repeats", run_repeats, true},        {"approx", run_approx, true},
    {"kernels", run_kernels, false},       {"accuracy", run_accuracy, false},
    {"transports", run_transports, false},
};
#define BENCH_COUNT (sizeof benches / sizeof *benches)

/* What is measured is no file's; a person who gives one has another in mind. */
static int run_bench(const struct bench *bench, const struct args *args)
{
    const bool has_file = args->operand_count > 1;
    mpcf_error *err;
    int result;

    if (has_file && !bench->takes_file) {
        return host_usage("bench",
                          "'%s' is one word too many: bench %s takes no file (train, repeats and "
                          "approx do)%s",
                          args->operands[1], bench->name,
                          bench->run == run_secure ? "; `mpcf-host cost` says what a pipeline's "
                                                     "infer takes, and --model which network "
                                                     "is measured here"
                                                   : "");
    }
    err = mpcf_error_create();
    result = bench->run(args, err);
    mpcf_error_destroy(err);
    return result;
}

int cmd_bench(const struct args *args)
{
    const char *words[BENCH_COUNT], *near;
    const char *name = args->operands[0];

    if (!show_json_can("bench", args_value(args, "--json"))) {
        return EXIT_USAGE;
    }
    for (size_t i = 0; i < BENCH_COUNT; i++) {
        words[i] = benches[i].name;
        if (strcmp(benches[i].name, name) == 0) {
            return run_bench(&benches[i], args);
        }
    }
    near = text_nearest(name, words, BENCH_COUNT);
    return host_usage("bench", "there is no bench '%s'; %s%s%s", name,
                      near == NULL ? "there are secure, train, kernels, accuracy, repeats, approx, "
                                     "transports"
                                   : "did you mean '",
                      near == NULL ? "" : near, near == NULL ? "" : "'?");
}
