/* SPDX-License-Identifier: Apache-2.0 */
/* The names of config.json, as a list of texts. */
#include "pipeline/offer_labels.h"

#include <string.h>

#include "base/memory.h"
#include "format/json.h"
#include "pipeline/class_names.h"
#include "pipeline/read_model.h"
#include "plugin/option_parse.h"

enum { NAMES_MAX = 64 };

static mpcf_status keep_names(struct arena *arena, const json_t *config,
                              struct option_string_list *list, mpcf_error *err)
{
    const size_t named = class_names_count(config);
    const size_t count = named > 1 && named <= NAMES_MAX ? named : 0;
    const char **items = count > 0 ? arena_alloc(arena, count, sizeof *items) : NULL;

    if (count > 0 && items == NULL) {
        return mpcf_fail_memory(err, count * sizeof *items, "names of classes");
    }
    for (size_t i = 0; i < count; i++) {
        items[i] = arena_strdup(arena, class_name_of(config, i));
        if (items[i] == NULL) {
            return mpcf_fail_memory(err, 0, "names of classes");
        }
    }
    *list = (struct option_string_list){items, count};
    return MPCF_OK;
}

/* A config.json that cannot be read is refused by who reads the network. */
static mpcf_status read_names(struct pipeline_reader *r, struct option_string_list *list)
{
    char *path = model_config_path(r->p);
    json_t *config = NULL;
    mpcf_status status = MPCF_OK;

    if (path != NULL) {
        mpcf_error_reset(r->err);
        status = json_read_file(path, &config, r->err);
    }
    if (status == MPCF_OK && config != NULL) {
        status = keep_names(r->p->memory->arena, config, list, r->err);
    }
    json_decref(config);
    mpcf_free(path);
    return status == MPCF_E_NOMEM ? status : MPCF_OK;
}

mpcf_status offer_labels(struct pipeline_reader *r, void *config)
{
    const mpcf_dataset *dataset = r->p->dataset.descriptor;
    struct option_string_list list = {NULL, 0};

    if (dataset->known_labels_offset == 0) {
        return MPCF_OK;
    }
    MPCF_TRY(read_names(r, &list));
    memcpy((char *) config + dataset->known_labels_offset, &list, sizeof list);
    return MPCF_OK;
}
