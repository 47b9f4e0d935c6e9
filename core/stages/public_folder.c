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
#include "base/memory.h"
#include "base/text.h"
#include "format/json.h"
#include "graph/digest.h"
#include "inference/public_constants.h"
#include "inference/public_tables.h"
#include "pass/calibrate.h"
#include "pass/measure.h"
#include "pass/pass.h"
#include "pipeline/output.h"
#include "pipeline/print_settings.h"
#include "text/batches.h"
#include "text/tokenizer_files.h"

struct feed {
    struct batches *batches;
    size_t next;
};

static mpcf_status feed_next(void *context, struct float_batch *batch, mpcf_error *err)
{
    struct feed *feed = context;
    struct labelled_batch labelled;

    (void) err;
    memset(batch, 0, sizeof *batch);
    if (feed->next < batches_count(feed->batches)) {
        batches_get(feed->batches, feed->next++, &labelled);
        *batch = labelled.inputs;
    }
    return MPCF_OK;
}

/* Ranges of the graph as it is lowered, on training rows: never the evaluation split. */
static mpcf_status measure(struct stage_context *c, const mpcf_graph *graph,
                           struct parameters *parameters, struct ranges **ranges, mpcf_error *err)
{
    enum { BATCH = 16, TOKENS = 2048 }; /* every node of a batch is kept */
    const struct corpus *corpus = NULL;
    struct feed feed = {0};
    size_t batch = BATCH;
    mpcf_status status =
        stage_training_split(c, (size_t) c->pipeline->calibrate.examples, &corpus, err);

    if (status == MPCF_OK) {
        batch = corpus->longest * BATCH <= TOKENS ? BATCH : TOKENS / corpus->longest;
        batch = batch > 0 ? batch : 1;
        status = batches_create(corpus, batch, &feed.batches, err);
    }
    if (status == MPCF_OK) {
        status =
            calibrate(graph, parameters, batch, corpus->longest, feed_next, &feed, ranges, err);
    }
    if (status == MPCF_OK) {
        (*ranges)->margin_bits = c->pipeline->calibrate.margin_bits;
    }
    batches_destroy(feed.batches);
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

mpcf_status public_folder_write(struct stage_context *c, const struct loaded_network *n,
                                const char *student, mpcf_error *err)
{
    struct loaded_network plain = {0};
    mpcf_graph *graph = NULL;
    struct ranges *ranges = NULL;
    char *folder = file_join(student, "public");
    mpcf_status status = folder != NULL ? loaded_network_build(c->pipeline, student,
                                                               FUNCTIONS_APPROXIMATED, &plain, err)
                                        : mpcf_fail_memory(err, 0, "a path");

    if (status == MPCF_OK) {
        measure_publish(plain.network->graph, n->parameters);
        status = pass_all(plain.network->graph, &graph, err);
    }
    if (status == MPCF_OK) {
        status = measure(c, graph, n->parameters, &ranges, err);
    }
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
