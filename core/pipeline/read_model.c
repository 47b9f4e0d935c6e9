/* SPDX-License-Identifier: Apache-2.0 */
/* Reads the section model: the family, its options, the checkpoint. */
#include "pipeline/read_model.h"

#include "base/folder.h"
#include "base/memory.h"
#include "format/json.h"
#include "pipeline/model_family.h"
#include "pipeline/output.h"

char *model_config_path(const struct pipeline *p)
{
    static const char *const made[] = {"teacher/config.json", "student/config.json",
                                       "student/public/config.json"};
    char *path = p->model_path != NULL ? file_join(p->model_path, "config.json") : NULL;

    for (size_t i = 0; (path == NULL || !file_exists(path)) && i < 3; i++) {
        mpcf_free(path);
        path = p->output != NULL ? output_path(p, made[i]) : NULL;
    }
    if (path != NULL && !file_exists(path)) {
        mpcf_free(path);
        path = NULL;
    }
    return path;
}

static mpcf_status family_from(struct pipeline_reader *r, const char *path, const char **family)
{
    json_t *config = NULL;
    mpcf_status status = json_read_file(path, &config, r->err);

    if (status == MPCF_OK) {
        status = model_family_of(config, path, r->p->plugins, family, r->err);
    }
    json_decref(config);
    return status;
}

/* *FAMILY stays NULL where nothing says it: a problem then. */
static mpcf_status take_family(struct pipeline_reader *r, const struct yaml_node *at,
                               const char **family)
{
    char *path = model_config_path(r->p);
    mpcf_status status = MPCF_OK;

    mpcf_error_reset(r->err);
    if (path != NULL) {
        status = family_from(r, path, family);
    } else {
        yaml_problem(r->problems, at,
                     "model: 'family' is missing, and there is no config.json at 'path', nor of a "
                     "student in 'output', whose model_type would say it");
    }
    if (status != MPCF_OK && status != MPCF_E_NOMEM) {
        yaml_problem(r->problems, at, "%s", mpcf_error_text(r->err));
        status = MPCF_OK;
    }
    mpcf_free(path);
    return status;
}

mpcf_status read_model(struct pipeline_reader *r)
{
    const struct yaml_node *node = yaml_get(r->root, "model");
    const struct yaml_node *at = node != NULL ? yaml_get(node, "family") : NULL;
    struct component_use *use = &r->p->model;
    struct model_settings settings;

    MPCF_TRY(reader_section(r, SCHEMA_MODEL, node, &settings));
    r->p->model_path = settings.path;
    r->p->model_labels = (size_t) settings.labels;
    r->p->new_head = settings.new_head;
    r->p->lower_case = settings.lower_case;
    r->p->max_length = settings.max_length;
    if (settings.family == NULL || *settings.family == '\0') {
        settings.family = NULL;
        at = node != NULL ? node : r->root;
        MPCF_TRY(take_family(r, at, &settings.family));
    }
    if (settings.family == NULL) {
        return MPCF_OK;
    }
    MPCF_TRY(reader_component(r, COMPONENT_MODEL, at, settings.family, use));
    if (use->descriptor == NULL) {
        return MPCF_OK;
    }
    return reader_config(r, COMPONENT_MODEL, use, yaml_get(node, "options"), node, NULL,
                         &use->config);
}
