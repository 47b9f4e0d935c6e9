/* SPDX-License-Identifier: Apache-2.0 */
#include "pipeline/secure_setup.h"

#include <string.h>

#include "base/memory.h"
#include "format/json.h"
#include "graph/digest.h"
#include "pass/pass.h"
#include "pipeline/public_tables.h"

/* Whether FOLDER's digest.json names the graph that was built here; which tables it names. */
static mpcf_status check_digest(struct secure_setup *s, const char *folder, mpcf_error *err)
{
    char *path = file_join(folder, "digest.json");
    json_t *record = NULL;
    mpcf_status status =
        path != NULL ? json_read_file(path, &record, err) : mpcf_fail_memory(err, 0, "a path");
    const char *found = json_string_value(json_object_get(record, "graph"));

    if (status == MPCF_OK && (found == NULL || strcmp(found, s->graph_digest) != 0)) {
        status = mpcf_fail(err, MPCF_E_CONFIG,
                           "'%s' is of another network: its graph is %.16s..., this file and its "
                           "plug-ins make %.16s...",
                           folder, found != NULL ? found : "missing", s->graph_digest);
    }
    found = json_string_value(json_object_get(record, "embedding"));
    if (s->options.embedding_public && found != NULL && strlen(found) < FILE_DIGEST_SIZE) {
        (void) memcpy(s->tables_digest, found, strlen(found) + 1);
    }
    json_decref(record);
    mpcf_free(path);
    return status;
}

static mpcf_status read_tables(struct secure_setup *s, const char *folder, mpcf_error *err)
{
    if (!s->options.embedding_public) {
        return MPCF_OK;
    }
    if (s->tables_digest[0] == '\0') {
        return mpcf_fail(err, MPCF_E_CONFIG,
                         "'%s' was written without stages.infer.embedding: public: run the stage "
                         "that writes it, or infer, with it",
                         folder);
    }
    return public_tables_read(s->graph, folder, s->tables_digest, &s->tables, err);
}

static mpcf_status read_ranges(struct secure_setup *s, const char *folder, mpcf_error *err)
{
    char *path = file_join(folder, "ranges.json");
    mpcf_status status =
        path != NULL ? ranges_read(path, &s->ranges, err) : mpcf_fail_memory(err, 0, "a path");

    if (status == MPCF_OK) {
        status = file_digest(path, s->ranges_digest, err);
    }
    mpcf_free(path);
    return status;
}

static mpcf_status open_public(struct secure_setup *s, const char *folder, mpcf_error *err)
{
    MPCF_TRY(pass_all(s->network.network->graph, &s->graph, err));
    graph_digest(s->graph, s->graph_digest);
    MPCF_TRY(check_digest(s, folder, err));
    return read_ranges(s, folder, err);
}

static void take_options(struct secure_setup *s)
{
    const struct infer_settings *i = &s->pipeline->infer;

    lower_options_default(&s->options);
    s->options.value_fraction = (unsigned) i->value_fraction;
    s->options.weight_fraction = (unsigned) i->weight_fraction;
    s->options.reveal_fraction = (unsigned) i->logit_fraction;
    s->options.embedding_public = i->embedding == EMBEDDING_PUBLIC;
    s->options.weights_shared = i->weights == WEIGHTS_SHARED;
}

static mpcf_status open_network(struct secure_setup *s, enum setup_part part, const char *student,
                                const char *folder, mpcf_error *err)
{
    return part == SETUP_WEIGHTS
               ? stage_load_network(s->pipeline, student, FUNCTIONS_APPROXIMATED, &s->network, err)
               : stage_build_network(s->pipeline, folder, FUNCTIONS_APPROXIMATED, &s->network, err);
}

mpcf_status secure_setup_open(const struct pipeline *p, enum setup_part part,
                              struct secure_setup *out, mpcf_error *err)
{
    struct secure_setup s = {.pipeline = p};
    char *student = stage_path(p, "student"), *folder = stage_path(p, "student/public");
    mpcf_status status =
        student != NULL && folder != NULL ? MPCF_OK : mpcf_fail_memory(err, 0, "a path");

    if (status == MPCF_OK) {
        status = open_network(&s, part, student, folder, err);
    }
    if (status == MPCF_OK) {
        take_options(&s);
        s.classes = (size_t) s.network.network->facts.classes;
        status = open_public(&s, folder, err);
    }
    if (status == MPCF_OK && part == SETUP_TABLES) {
        status = read_tables(&s, folder, err);
    }
    mpcf_free(student);
    mpcf_free(folder);
    if (status != MPCF_OK) {
        secure_setup_close(&s);
        return status;
    }
    *out = s;
    return MPCF_OK;
}

void secure_setup_drop(struct secure_setup *s)
{
    for (size_t i = 0; i < s->program_count; i++) {
        weights_destroy(s->programs[i].weights);
        program_destroy(s->programs[i].program);
    }
    mpcf_free(s->programs);
    s->programs = NULL;
    s->program_count = 0;
}

void secure_setup_close(struct secure_setup *s)
{
    secure_setup_drop(s);
    ranges_destroy(s->ranges);
    graph_destroy(s->graph);
    parameters_destroy(s->tables);
    loaded_network_clear(&s->network);
    *s = (struct secure_setup){0};
}

static mpcf_status make_program(const struct secure_setup *s, struct secure_program *p,
                                mpcf_error *err)
{
    MPCF_TRY(lower_graph(s->graph, s->ranges, &s->options, p->shape.batch, p->shape.tokens,
                         p->shape.exact, &p->program, err));
    if (s->tables != NULL) {
        return weights_create_tables(p->program, s->tables, &p->weights, err);
    }
    if (s->network.parameters == NULL) {
        return MPCF_OK;
    }
    return weights_create(p->program, s->network.parameters, &p->weights, err);
}

mpcf_status secure_setup_program(struct secure_setup *s, const struct secure_shape *shape,
                                 struct secure_program *out, mpcf_error *err)
{
    struct secure_program made = {.shape = *shape}, *grown = NULL;
    mpcf_status status = MPCF_OK;

    for (size_t i = 0; i < s->program_count; i++) {
        const struct secure_shape *known = &s->programs[i].shape;

        if (known->batch == shape->batch && known->tokens == shape->tokens &&
            known->exact == shape->exact) {
            *out = s->programs[i];
            return MPCF_OK;
        }
    }
    grown = mpcf_grow_array(s->programs, s->program_count, s->program_count + 1, sizeof *grown);
    if (grown == NULL) {
        return mpcf_fail_memory(err, sizeof *grown, "a program");
    }
    s->programs = grown;
    status = make_program(s, &made, err);
    if (status != MPCF_OK) {
        weights_destroy(made.weights);
        program_destroy(made.program);
        return status;
    }
    s->programs[s->program_count++] = made;
    *out = made;
    return MPCF_OK;
}
