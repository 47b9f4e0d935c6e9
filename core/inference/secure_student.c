/* SPDX-License-Identifier: Apache-2.0 */
/* Opens the student as a role has it, and makes its programs. */
#include "inference/secure_student.h"

#include <string.h>

#include "base/folder.h"
#include "base/memory.h"
#include "base/text.h"
#include "format/json.h"
#include "graph/digest.h"
#include "inference/public_constants.h"
#include "inference/public_tables.h"
#include "network/label_names.h"
#include "pass/pass.h"
#include "pipeline/output.h"
#include "pipeline/print_settings.h"

/* LINE, without blanks at its end, behind those before. */
static void add_to_list(struct text_buffer *out, const char *line, size_t length)
{
    while (length > 0 && line[length - 1] == ' ') {
        length--;
    }
    text_append(out, out->length > 0 ? "; " : "");
    text_append_bytes(out, line, length);
}

/* What stood in the slots when FOLDER was written: "activation all quad a=0.125; normaliser all softmax". */
static void list_made(const char *folder, struct text_buffer *out)
{
    char *path = file_join(folder, "approximations.json");
    json_t *record = NULL, *line;
    size_t i;

    if (path != NULL && file_exists(path) && json_read_file(path, &record, NULL) == MPCF_OK) {
        json_array_foreach(json_object_get(record, "approximations"), i, line)
        {
            add_to_list(out, json_string_value(line), json_string_length(line));
        }
        json_decref(record);
    }
    mpcf_free(path);
}

/* What stands there by the file. */
static void list_wanted(const struct pipeline *p, struct text_buffer *out)
{
    struct text_buffer lines = {0};
    const char *at, *end;

    pipeline_print_approximations(p, &lines);
    at = text_string(&lines);
    for (; (end = strchr(at, '\n')) != NULL; at = end + 1) {
        add_to_list(out, at, (size_t) (end - at));
    }
    text_clear(&lines);
}

/* The file says another network than the one that FOLDER was made of. */
static mpcf_status fail_other_network(const struct secure_student *s, const char *folder,
                                      const char *found, mpcf_error *err)
{
    const struct pipeline *p = s->pipeline;
    struct text_buffer made = {0}, wanted = {0};
    const char *had, *asked;
    mpcf_status status;

    list_made(folder, &made);
    list_wanted(p, &wanted);
    had = made.length > 0 ? text_string(&made) : "exact functions";
    asked = wanted.length > 0 ? text_string(&wanted) : "exact functions";
    status =
        strcmp(had, asked) != 0
            ? mpcf_fail(err, MPCF_E_CONFIG,
                        "'%s' was made with %s; the file, with each --set, asks for %s: "
                        "`mpcf-host run %s` with the same --set makes it anew in its place, with "
                        "`--set output=FOLDER` beside it",
                        folder, had, asked, p->file)
            : mpcf_fail(
                  err, MPCF_E_CONFIG,
                  "'%s' is of another network: its graph is %.16s..., this file and its plug-ins "
                  "make %.16s... (with %s): `mpcf-host run %s --set output=FOLDER` makes one of "
                  "this "
                  "file, beside it",
                  folder, found != NULL ? found : "missing", s->graph_digest, asked, p->file);
    text_clear(&made);
    text_clear(&wanted);
    return status;
}

/* Its weights are still good: they are taken as a network of their own, and the folder is written anew. */
static mpcf_status fail_other_graph(const struct secure_student *s, const char *folder,
                                    const json_t *record, const char *found, mpcf_error *err)
{
    const bool is_older =
        json_integer_value(json_object_get(record, "format")) != (json_int_t) OUTPUT_FORMAT;

    if (!is_older) {
        return fail_other_network(s, folder, found, err);
    }
    return mpcf_fail(
        err, MPCF_E_CONFIG,
        "'%s' was written by an earlier version of mpcf, or is of another network (its "
        "graph is %.16s..., this file and its plug-ins make %.16s...): where the weights "
        "are, `mpcf-host run %s --set model.path=%s/student --set output=%s-anew --set "
        "'stages={convert: {}}'` makes it anew from them, without training",
        folder, found != NULL ? found : "missing", s->graph_digest, s->pipeline->file,
        s->pipeline->output, s->pipeline->output);
}

/* Whether RECORD, FOLDER's digest.json, names the graph that was built here; which tables it names. */
static mpcf_status check_digest(struct secure_student *s, const char *folder, const json_t *record,
                                mpcf_error *err)
{
    const char *found = json_string_value(json_object_get(record, "graph"));

    if (found == NULL || strcmp(found, s->graph_digest) != 0) {
        return fail_other_graph(s, folder, record, found, err);
    }
    found = json_string_value(json_object_get(record, "embedding"));
    if (s->options.embedding_public && found != NULL && strlen(found) < FILE_DIGEST_SIZE) {
        (void) memcpy(s->tables_digest, found, strlen(found) + 1);
    }
    return MPCF_OK;
}

static mpcf_status read_tables(struct secure_student *s, const char *folder, mpcf_error *err)
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

static mpcf_status read_ranges(struct secure_student *s, const char *folder, mpcf_error *err)
{
    char *path = file_join(folder, "ranges.json");
    mpcf_status status =
        path != NULL ? ranges_read(path, &s->ranges, err) : mpcf_fail_memory(err, 0, "a path");

    mpcf_free(path);
    return status;
}

static mpcf_status make_graph(struct secure_student *s, const char *folder, const char *path,
                              const json_t *record, mpcf_error *err)
{
    MPCF_TRY(public_constants_take(s->network.network->graph, record, path, err));
    MPCF_TRY(pass_all(s->network.network->graph, &s->graph, err));
    if (!graph_digest(s->graph, s->graph_digest)) {
        return mpcf_fail_memory(err, FILE_DIGEST_SIZE, "a digest");
    }
    return check_digest(s, folder, record, err);
}

static mpcf_status open_public(struct secure_student *s, const char *folder, mpcf_error *err)
{
    char *path = file_join(folder, "digest.json");
    json_t *record = NULL;
    mpcf_status status =
        path != NULL ? json_read_file(path, &record, err) : mpcf_fail_memory(err, 0, "a path");

    if (status == MPCF_OK) {
        status = make_graph(s, folder, path, record, err);
    }
    json_decref(record);
    mpcf_free(path);
    return status == MPCF_OK ? read_ranges(s, folder, err) : status;
}

void secure_student_options(const struct pipeline *p, struct lower_options *o)
{
    const struct infer_settings *i = &p->infer;

    lower_options_default(o);
    o->value_fraction = (unsigned) i->value_fraction;
    o->weight_fraction = (unsigned) i->weight_fraction;
    o->reveal_fraction = (unsigned) i->logit_fraction;
    o->embedding_public = i->embedding == EMBEDDING_PUBLIC;
    o->weights_shared = i->weights == WEIGHTS_SHARED;
    o->reveal_label = i->reveal == REVEAL_LABEL;
    o->check_ranges = i->check_ranges == CHECKS_ALL    ? CHECK_ALL
                      : i->check_ranges == CHECKS_ROWS ? CHECK_ROWS
                                                       : CHECK_NONE;
    o->network = i->network;
}

/* The user reads its answers by its own file's names. */
static mpcf_status check_labels(const struct secure_student *s, const char *folder, mpcf_error *err)
{
    char *name = file_join(folder, "config.json");
    const mpcf_status status =
        name != NULL ? label_names_check(&s->pipeline->task, s->network.config, name, err)
                     : mpcf_fail_memory(err, strlen(folder), "a path");

    mpcf_free(name);
    return status;
}

static mpcf_status open_network(struct secure_student *s, enum student_part part,
                                const char *student, const char *folder, mpcf_error *err)
{
    return part == STUDENT_WEIGHTS
               ? loaded_network_open(s->pipeline, student, FUNCTIONS_APPROXIMATED, &s->network, err)
               : loaded_network_build(s->pipeline, folder, FUNCTIONS_APPROXIMATED, &s->network,
                                      err);
}

mpcf_status secure_student_open(const struct pipeline *p, enum student_part part,
                                struct secure_student *out, mpcf_error *err)
{
    struct secure_student s = {.pipeline = p};
    char *student = output_path(p, "student"), *folder = output_path(p, "student/public");
    mpcf_status status =
        student != NULL && folder != NULL ? MPCF_OK : mpcf_fail_memory(err, 0, "a path");

    if (status == MPCF_OK) {
        status = open_network(&s, part, student, folder, err);
    }
    if (status == MPCF_OK) {
        secure_student_options(p, &s.options);
        s.classes = (size_t) s.network.network->facts.classes;
        s.answer = s.options.reveal_label ? 1 : s.classes;
        s.revealed = s.answer + (s.options.check_ranges != CHECK_NONE ? 1 : 0);
        status = open_public(&s, folder, err);
    }
    if (status == MPCF_OK && part == STUDENT_TABLES) {
        status = check_labels(&s, folder, err);
    }
    if (status == MPCF_OK && part == STUDENT_TABLES) {
        status = read_tables(&s, folder, err);
    }
    mpcf_free(student);
    mpcf_free(folder);
    if (status != MPCF_OK) {
        secure_student_close(&s);
        return status;
    }
    *out = s;
    return MPCF_OK;
}

void secure_student_drop_programs(struct secure_student *s)
{
    for (size_t i = 0; i < s->program_count; i++) {
        weights_destroy(s->programs[i].weights);
        program_destroy(s->programs[i].program);
    }
    mpcf_free(s->programs);
    s->programs = NULL;
    s->program_count = 0;
}

void secure_student_close(struct secure_student *s)
{
    secure_student_drop_programs(s);
    weights_store_destroy(s->weights_store);
    ranges_destroy(s->ranges);
    graph_destroy(s->graph);
    parameters_destroy(s->tables);
    loaded_network_clear(&s->network);
    *s = (struct secure_student){0};
}

/* The weights of P's program, or the user's tables; none where S has neither. */
static mpcf_status make_weights(struct secure_student *s, struct secure_program *p, mpcf_error *err)
{
    const bool has_tables = s->tables != NULL;
    const struct parameters *values = has_tables ? s->tables : s->network.parameters;

    if (values == NULL) {
        return MPCF_OK;
    }
    if (s->weights_store == NULL) {
        s->weights_store = weights_store_create(s->graph, values);
    }
    if (s->weights_store == NULL) {
        return mpcf_fail_memory(err, 0, "weights");
    }
    return weights_create_shared(p->program, s->weights_store,
                                 has_tables ? WEIGHTS_TABLES : WEIGHTS_ALL, &p->weights, err);
}

static mpcf_status make_program(struct secure_student *s, struct secure_program *p, mpcf_error *err)
{
    MPCF_TRY(lower_graph(s->graph, s->ranges, &s->options, p->shape.batch, p->shape.tokens,
                         p->shape.exact, &p->program, err));
    return make_weights(s, p, err);
}

mpcf_status secure_student_program(struct secure_student *s, const struct secure_shape *shape,
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
