/* SPDX-License-Identifier: Apache-2.0 */
/* Reads the section model: the family, its options, the checkpoint. */
#include "pipeline/read_model.h"

mpcf_status read_model(struct pipeline_reader *r)
{
    const struct yaml_node *node = yaml_get(r->root, "model");
    struct component_use *use = &r->p->model;
    struct model_settings settings;

    MPCF_TRY(reader_section(r, SCHEMA_MODEL, node, &settings));
    r->p->model_path = settings.path;
    r->p->model_labels = (size_t) settings.labels;
    r->p->new_head = settings.new_head;
    if (settings.family == NULL) {
        return MPCF_OK;
    }
    MPCF_TRY(reader_component(r, COMPONENT_MODEL, yaml_get(node, "family"), settings.family, use));
    if (use->descriptor == NULL) {
        return MPCF_OK;
    }
    return reader_config(r, COMPONENT_MODEL, use, yaml_get(node, "options"), node, NULL,
                         &use->config);
}
