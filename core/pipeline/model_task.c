/* SPDX-License-Identifier: Apache-2.0 */
/* Asks the family for the classes and positions of a config.json; builds nothing. */
#include "pipeline/model_task.h"

#include <string.h>

#include <mpcf/model.h>

#include "base/folder.h"
#include "base/memory.h"
#include "format/json.h"
#include "graph/graph.h"
#include "pipeline/output.h"

struct answer_facts {
    int64_t classes, tokens;
};

/* Of a file with an output and a model.path; mpcf_free(). NULL: memory. */
static char *find_config(const struct pipeline *p)
{
    static const char *const made[] = {"student/config.json", "student/public/config.json",
                                       "teacher/config.json"};

    for (size_t i = 0; i < sizeof made / sizeof made[0]; i++) {
        char *path = output_path(p, made[i]);

        if (path == NULL || file_exists(path)) {
            return path;
        }
        mpcf_free(path);
    }
    return file_join(p->model_path, "config.json");
}

static mpcf_status ask_family(const struct pipeline *p, const json_t *config, const char *path,
                              struct answer_facts *out, mpcf_error *err)
{
    const mpcf_model *family = p->model.descriptor;
    const struct mpcf_json json = {config, path};
    mpcf_model_facts facts = {.struct_size = sizeof facts};
    mpcf_tokenizer_spec spec = {.struct_size = sizeof spec};
    mpcf_status status;
    void *model = NULL;

    MPCF_TRY(family->configure(p->model.config, &json, (int64_t) p->model_labels, &model, err));
    status = family->facts(model, &facts, err);
    if (status == MPCF_OK) {
        status = family->tokenizer(model, &spec, err);
    }
    family->release(model);
    *out = (struct answer_facts){facts.classes, spec.max_tokens};
    return status;
}

/* The largest of several scores is nobody's class. */
static mpcf_status check_answers(const json_t *config, const char *path, int64_t classes,
                                 mpcf_error *err)
{
    const char *type = json_string_value(json_object_get(config, "problem_type"));

    return type == NULL || strcmp(type, "regression") != 0 || classes == 1
               ? MPCF_OK
               : mpcf_fail(err, MPCF_E_UNSUPPORTED,
                           "%s: problem_type is regression, with %lld labels: only one score is "
                           "supported",
                           path, (long long) classes);
}

static mpcf_status read_facts(const struct pipeline *p, const char *path, struct answer_facts *out,
                              mpcf_error *err)
{
    json_t *config = NULL;
    mpcf_status status = json_read_file(path, &config, err);

    if (status == MPCF_OK) {
        status = ask_family(p, config, path, out, err);
    }
    if (status == MPCF_OK) {
        status = check_answers(config, path, out->classes, err);
    }
    json_decref(config);
    return status;
}

static void take(struct pipeline_reader *r, const struct answer_facts *facts)
{
    struct pipeline *p = r->p;
    const struct yaml_node *at = yaml_get(yaml_get(r->root, "model"), "max_length");

    p->task = (mpcf_task){
        .struct_size = sizeof(mpcf_task), .name = "texts", .classes = (size_t) facts->classes};
    p->model_labels = 0;
    if (p->max_length > facts->tokens) {
        yaml_problem(r->problems, at,
                     "model.max_length: %lld, and the model has positions for %lld tokens",
                     (long long) p->max_length, (long long) facts->tokens);
    } else if (p->max_length == 0) {
        p->max_length = facts->tokens < RUN_TOKENS_MAX ? facts->tokens : RUN_TOKENS_MAX;
    }
}

mpcf_status model_task_read(struct pipeline_reader *r)
{
    const struct yaml_node *node = yaml_get(r->root, "model");
    const struct pipeline *p = r->p;
    struct answer_facts facts = {0};
    char *path = NULL;
    mpcf_status status;

    mpcf_error_reset(r->err);
    if (p->output == NULL || p->model_path == NULL || p->model.config == NULL) {
        return MPCF_OK; /* said already */
    }
    path = find_config(p);
    if (path == NULL) {
        return reader_no_memory(r);
    }
    status = read_facts(p, path, &facts, r->err);
    if (status == MPCF_OK) {
        take(r, &facts);
    } else if (status != MPCF_E_NOMEM) {
        yaml_problem(r->problems, node,
                     "there is no dataset, so labels and their number are those of config.json: %s",
                     mpcf_error_text(r->err));
        status = MPCF_OK;
    }
    mpcf_free(path);
    return status;
}
