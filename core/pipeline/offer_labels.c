/* SPDX-License-Identifier: Apache-2.0 */
/* id2label of config.json, as a list of texts. */
#include "pipeline/offer_labels.h"

#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "format/json.h"
#include "pipeline/read_model.h"
#include "plugin/option_parse.h"

enum { NAMES_MAX = 64 };

/* Names "0", "1", .. of OBJECT in their order; 0: not all are there, or two are the same. */
static size_t take_names(const json_t *object, const char *names[NAMES_MAX])
{
    const size_t count = json_object_size(object);

    for (size_t i = 0; i < count && count <= NAMES_MAX; i++) {
        char key[24];

        (void) snprintf(key, sizeof key, "%zu", i);
        names[i] = json_string_value(json_object_get(object, key));
        if (names[i] == NULL || *names[i] == '\0') {
            return 0;
        }
        for (size_t k = 0; k < i; k++) {
            if (strcmp(names[i], names[k]) == 0) {
                return 0;
            }
        }
    }
    return count <= NAMES_MAX && count > 1 ? count : 0;
}

static mpcf_status keep_names(struct arena *arena, const json_t *config,
                              struct option_string_list *list, mpcf_error *err)
{
    const char *names[NAMES_MAX];
    const size_t count = take_names(json_object_get(config, "id2label"), names);
    const char **items = count > 0 ? arena_alloc(arena, count, sizeof *items) : NULL;

    if (count > 0 && items == NULL) {
        return mpcf_fail_memory(err, count * sizeof *items, "names of classes");
    }
    for (size_t i = 0; i < count; i++) {
        items[i] = arena_strdup(arena, names[i]);
        if (items[i] == NULL) {
            return mpcf_fail_memory(err, strlen(names[i]), "names of classes");
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
