/* SPDX-License-Identifier: Apache-2.0 */
/*
 * student/public: what user and dealer need, and nothing of the weights but, with
 * embedding: public, the tables that words are embedded with.
 */
#include "stages/public_folder.h"

#include <string.h>

#include "base/digest.h"
#include "base/file.h"
#include "base/folder.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/text.h"
#include "corpus/batches.h"
#include "corpus/other_lengths.h"
#include "format/json.h"
#include "graph/digest.h"
#include "inference/public_constants.h"
#include "inference/public_tables.h"
#include "pass/calibrate.h"
#include "pass/measure.h"
#include "pass/pass.h"
#include "pass/table_bounds.h"
#include "pipeline/output.h"
#include "pipeline/print_settings.h"
#include "stages/measured.h"
#include "text/tokenizer_files.h"

/* Rows as they are, then texts of other lengths. */
struct feed {
    struct batches *parts[2];
    size_t part, next;
};

static mpcf_status feed_next(void *context, struct float_batch *batch, mpcf_error *err)
{
    struct feed *feed = context;
    struct labelled_batch labelled;

    (void) err;
    memset(batch, 0, sizeof *batch);
    while (feed->part < 2 && (feed->parts[feed->part] == NULL ||
                              feed->next == batches_count(feed->parts[feed->part]))) {
        feed->part++;
        feed->next = 0;
    }
    if (feed->part < 2) {
        batches_get(feed->parts[feed->part], feed->next++, &labelled);
        *batch = labelled.inputs;
    }
    return MPCF_OK;
}

/* Every node of a batch is kept: BATCH examples, TOKENS together. */
enum { BATCH = 16, TOKENS = 2048 };

static size_t batch_of(size_t longest)
{
    const size_t fits = TOKENS / longest;

    return fits >= BATCH ? BATCH : fits > 0 ? fits : 1;
}

static mpcf_status walk(const struct corpus *rows, const struct corpus *others,
                        const mpcf_graph *graph, struct parameters *parameters,
                        struct ranges **ranges, mpcf_error *err)
{
    const size_t longest =
        others != NULL && others->longest > rows->longest ? others->longest : rows->longest;
    struct feed feed = {0};
    mpcf_status status = batches_create(rows, batch_of(rows->longest), &feed.parts[0], err);

    if (status == MPCF_OK && others != NULL) {
        status = batches_create(others, batch_of(others->longest), &feed.parts[1], err);
    }
    if (status == MPCF_OK) {
        status = calibrate(graph, parameters, BATCH, longest, longest > TOKENS ? longest : TOKENS,
                           feed_next, &feed, ranges, err);
    }
    batches_destroy(feed.parts[0]);
    batches_destroy(feed.parts[1]);
    return status;
}

/* Ranges of the graph as it is lowered, on training rows, never the evaluation split, and on texts of lengths
 * that these do not have: who asks has any. Of any words, too: table_bounds.h. */
static mpcf_status measure(struct stage_context *c, const mpcf_graph *graph,
                           struct parameters *parameters, struct ranges **ranges, mpcf_error *err)
{
    const struct corpus *rows = NULL;
    struct corpus *others = NULL;
    mpcf_status status =
        stage_training_split(c, (size_t) c->pipeline->calibrate.examples, &rows, err);

    if (status == MPCF_OK) {
        status = other_lengths_create(c->tokenizer, rows, (size_t) c->pipeline->max_length, &others,
                                      err);
    }
    if (status == MPCF_OK) {
        status = walk(rows, others, graph, parameters, ranges, err);
    }
    if (status == MPCF_E_RANGE) { /* a value that is not finite */
        status = mpcf_fail_while(err, status,
                                 "the student's weights are too large, or its training diverged");
    }
    if (status == MPCF_OK) {
        (*ranges)->margin_bits = c->pipeline->calibrate.margin_bits;
        status = table_bounds(graph, parameters, *ranges, err);
    }
    corpus_destroy(others);
    return status;
}

static mpcf_status write_json(const char *folder, const char *name, json_t *value, mpcf_error *err)
{
    char *path = file_join(folder, name);
    mpcf_status status = MPCF_OK;

    if (path == NULL || value == NULL) {
        status = mpcf_fail_memory(err, 0, name);
    } else {
        status = json_write_file(path, value, err);
    }
    json_decref(value);
    mpcf_free(path);
    return status;
}

/* Each line of TEXT, which may have none: a network without stand-ins is the exact one. */
static bool add_lines(json_t *lines, const char *text)
{
    for (const char *end = strchr(text, '\n'); end != NULL; end = strchr(text, '\n')) {
        if (json_array_append_new(lines, json_stringn(text, (size_t) (end - text))) != 0) {
            return false;
        }
        text = end + 1;
    }
    return true;
}

static mpcf_status write_approximations(const struct pipeline *p, const char *folder,
                                        mpcf_error *err)
{
    struct text_buffer text = {0};
    json_t *lines = json_array();
    bool is_whole = lines != NULL;

    pipeline_print_approximations(p, &text);
    is_whole = is_whole && !text.failed && add_lines(lines, text_string(&text));
    text_clear(&text);
    if (!is_whole) {
        json_decref(lines);
        return mpcf_fail_memory(err, 0, "approximations.json");
    }
    return write_json(folder, "approximations.json",
                      json_pack("{s:i, s:o}", "version", 1, "approximations", lines), err);
}

static mpcf_status write_ranges(const char *folder, const struct ranges *ranges, mpcf_error *err)
{
    char *path = file_join(folder, "ranges.json");
    mpcf_status status =
        path != NULL ? ranges_write(ranges, path, err) : mpcf_fail_memory(err, 0, "a path");

    mpcf_free(path);
    return status;
}

static bool wants_tables(const struct pipeline *p)
{
    return p->has_stage[STAGE_INFER] && p->infer.embedding == EMBEDDING_PUBLIC;
}

/* The tables, or none, and last what names them: a folder without it is not whole. */
static mpcf_status write_digest(const struct pipeline *p, const char *folder,
                                const mpcf_graph *graph, const struct parameters *parameters,
                                mpcf_error *err)
{
    char digest[FILE_DIGEST_SIZE], tables[FILE_DIGEST_SIZE];
    json_t *record = NULL;
    mpcf_status status = MPCF_OK;

    if (!graph_digest(graph, digest)) {
        return mpcf_fail_memory(err, FILE_DIGEST_SIZE, "a digest");
    }
    if (!wants_tables(p)) {
        MPCF_TRY(public_tables_remove(folder, err));
    } else {
        MPCF_TRY(public_tables_write(graph, parameters, folder, tables, err));
    }
    record = json_pack("{s:i, s:s, s:s*}", "format", OUTPUT_FORMAT, "graph", digest, "embedding",
                       wants_tables(p) ? tables : NULL);
    status = record != NULL ? public_constants_put(graph, record, err)
                            : mpcf_fail_memory(err, 0, "digest.json");
    if (status != MPCF_OK) {
        json_decref(record);
        return status;
    }
    return write_json(folder, "digest.json", record, err);
}

static mpcf_status write_folder(const struct pipeline *p, const char *student, const char *folder,
                                const struct ranges *ranges, mpcf_error *err)
{
    char *config = file_join(student, "config.json"), *copy = file_join(folder, "config.json");
    mpcf_status status = config != NULL && copy != NULL ? file_make_folder(folder, err)
                                                        : mpcf_fail_memory(err, 0, "a path");

    if (status == MPCF_OK) {
        status = file_copy(config, copy, err);
    }
    mpcf_free(config);
    mpcf_free(copy);
    MPCF_TRY(status);
    if (!tokenizer_files_have_words(student)) {
        return mpcf_fail(err, MPCF_E_IO, "%s: no tokenizer.json, vocab.txt or vocab.json", student);
    }
    MPCF_TRY(tokenizer_files_copy(student, folder, err));
    MPCF_TRY(write_approximations(p, student, err));
    MPCF_TRY(write_approximations(p, folder, err));
    return write_ranges(folder, ranges, err);
}

mpcf_status public_folder_measure(struct stage_context *c, const struct loaded_network *n,
                                  const char *folder, struct loaded_network *plain,
                                  mpcf_graph **graph, struct ranges **ranges, mpcf_error *err)
{
    MPCF_TRY(loaded_network_build(c->pipeline, folder, FUNCTIONS_APPROXIMATED, plain, err));
    measure_publish(plain->network->graph, n->parameters);
    MPCF_TRY(pass_all(plain->network->graph, graph, err));
    return stage_explain_measured(c, n, measure(c, *graph, n->parameters, ranges, err), err);
}

mpcf_status public_folder_write(struct stage_context *c, const struct loaded_network *n,
                                const char *student, mpcf_error *err)
{
    struct loaded_network plain = {0};
    mpcf_graph *graph = NULL;
    struct ranges *ranges = NULL;
    char *folder = file_join(student, "public");
    mpcf_status status = folder != NULL
                             ? public_folder_measure(c, n, student, &plain, &graph, &ranges, err)
                             : mpcf_fail_memory(err, 0, "a path");

    if (status == MPCF_OK) {
        status = write_folder(c->pipeline, student, folder, ranges, err);
    }
    if (status == MPCF_OK) {
        status = write_digest(c->pipeline, folder, graph, n->parameters, err);
    }
    ranges_destroy(ranges);
    graph_destroy(graph);
    loaded_network_clear(&plain);
    mpcf_free(folder);
    return status == MPCF_OK ? MPCF_OK : mpcf_fail_while(err, status, "calibrating the student");
}

/* --- The same weights, calibrated anew --- */

static mpcf_status calibrate_anew(struct stage_context *c, enum pipeline_stage stage,
                                  const struct stage_keys *keys, const char *student,
                                  mpcf_error *err)
{
    struct loaded_network n = {0};
    mpcf_status status = loaded_network_open(c->pipeline, student, FUNCTIONS_APPROXIMATED, &n, err);

    log_line(LOG_INFO, "%s: unchanged but for its calibration, which is made anew",
             pipeline_stage_name(stage));
    if (status == MPCF_OK) {
        status = stage_begin_calibrating(c, stage, keys, err);
    }
    if (status == MPCF_OK) {
        status = public_folder_write(c, &n, student, err);
    }
    loaded_network_clear(&n);
    return status;
}

mpcf_status public_folder_write_anew(struct stage_context *c, enum pipeline_stage stage,
                                     const struct stage_keys *keys, const char *student, bool *done,
                                     mpcf_error *err)
{
    *done = stage_weights_are_made(c, stage, keys);
    if (!*done) {
        return MPCF_OK;
    }
    if (stage == STAGE_CONVERT && c->pipeline->has_stage[STAGE_DISTILL]) {
        log_line(LOG_INFO, "%s: unchanged, skipped", pipeline_stage_name(stage));
    } else {
        MPCF_TRY(calibrate_anew(c, stage, keys, student, err));
    }
    c->skipped = true; /* the report has how long the weights took */
    return stage_mark_made(c, stage, keys, err);
}

/* --- Another choice of embedding, later --- */

static bool names_tables(const char *folder)
{
    char *path = file_join(folder, "digest.json");
    json_t *record = NULL;
    bool found = false;

    if (path != NULL && json_read_file(path, &record, NULL) == MPCF_OK) {
        found = json_is_string(json_object_get(record, "embedding"));
        json_decref(record);
    }
    mpcf_free(path);
    return found;
}

static bool has_file(const char *folder, const char *name)
{
    char *path = file_join(folder, name);
    const bool found = path != NULL && file_exists(path);

    mpcf_free(path);
    return found;
}

static mpcf_status rewrite_digest(const struct pipeline *p, const char *student, const char *folder,
                                  mpcf_error *err)
{
    struct loaded_network n = {0};
    mpcf_graph *graph = NULL;
    mpcf_status status = loaded_network_open(p, student, FUNCTIONS_APPROXIMATED, &n, err);

    if (status == MPCF_OK) {
        measure_publish(n.network->graph, n.parameters);
        status = pass_all(n.network->graph, &graph, err);
    }
    if (status == MPCF_OK) {
        status = write_digest(p, folder, graph, n.parameters, err);
    }
    graph_destroy(graph);
    loaded_network_clear(&n);
    return status;
}

mpcf_status public_folder_update(const struct pipeline *p, mpcf_error *err)
{
    const bool wanted = wants_tables(p);
    char *student = output_path(p, "student"), *folder = output_path(p, "student/public");
    mpcf_status status =
        student != NULL && folder != NULL ? MPCF_OK : mpcf_fail_memory(err, 0, "a path");

    if (status == MPCF_OK && has_file(folder, "digest.json") &&
        (names_tables(folder) != wanted || has_file(folder, OUTPUT_TABLES) != wanted)) {
        status = rewrite_digest(p, student, folder, err);
    }
    mpcf_free(student);
    mpcf_free(folder);
    return status;
}
