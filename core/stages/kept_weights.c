/* SPDX-License-Identifier: Apache-2.0 */
/* Weights kept between two parts of a stage, so that an interruption costs only one of them. */
#include "stages/kept_weights.h"

#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "base/memory.h"
#include "train/state.h"

static struct state_array *list_values(struct parameters *p)
{
    struct state_array *arrays = mpcf_alloc_array(p->count, sizeof *arrays);

    for (size_t i = 0; arrays != NULL && i < p->count; i++) {
        arrays[i] = (struct state_array){p->items[i].name, p->items[i].value, p->items[i].count};
    }
    return arrays;
}

mpcf_status kept_weights_save(const char *path, const char *key, struct parameters *p,
                              mpcf_error *err)
{
    struct state_array *arrays = list_values(p);
    json_t *facts = json_pack("{s:s}", "key", key);
    mpcf_status status = arrays != NULL && facts != NULL
                             ? state_save(path, facts, arrays, p->count, err)
                             : mpcf_fail_memory(err, p->count, "a list of weights");

    json_decref(facts);
    mpcf_free(arrays);
    return status;
}

bool kept_weights_restore(const char *path, const char *key, struct parameters *p)
{
    struct state_array *arrays = list_values(p);
    json_t *facts = NULL;
    bool is_restored = false;

    if (arrays != NULL && access(path, F_OK) == 0 && state_facts(path, &facts, NULL) == MPCF_OK) {
        const char *found = json_string_value(json_object_get(facts, "key"));

        is_restored = found != NULL && strcmp(found, key) == 0 &&
                      state_load(path, arrays, p->count, NULL) == MPCF_OK;
        json_decref(facts);
    }
    if (is_restored) {
        log_line(LOG_INFO, "distill: the layers were learned before the interruption");
    }
    mpcf_free(arrays);
    return is_restored;
}

void kept_weights_remove(const char *path)
{
    (void) unlink(path);
}
