/* SPDX-License-Identifier: Apache-2.0 */
/* Public constants to and from JSON. */
#include "inference/public_constants.h"

#include <math.h>

#include "base/memory.h"

static bool is_public(const mpcf_node *node)
{
    return node->is_measured && node->owner == MPCF_PUBLIC;
}

mpcf_status public_constants_put(const mpcf_graph *g, json_t *record, mpcf_error *err)
{
    json_t *constants = json_object();
    bool is_whole = constants != NULL;

    for (size_t i = 0; is_whole && i < graph_count(g); i++) {
        const mpcf_node *node = graph_node(g, i);

        if (is_public(node)) {
            is_whole = json_object_set_new(constants, node->label, json_real(node->real)) == 0;
        }
    }
    if (is_whole && json_object_size(constants) > 0) {
        is_whole = json_object_set(record, "measured", constants) == 0;
    }
    json_decref(constants);
    return is_whole ? MPCF_OK : mpcf_fail_memory(err, 0, "public constants");
}

mpcf_status public_constants_take(mpcf_graph *g, const json_t *record, const char *path,
                                  mpcf_error *err)
{
    const json_t *constants = json_object_get(record, "measured");

    for (size_t i = 0; i < graph_count(g); i++) {
        mpcf_node *node = graph_node(g, i);
        const json_t *value = is_public(node) ? json_object_get(constants, node->label) : NULL;

        if (value == NULL) { /* of another network, as its digest will tell */
            continue;
        }
        if (!json_is_number(value) || !isfinite(json_number_value(value))) {
            return mpcf_fail(err, MPCF_E_FORMAT, "%s: 'measured.%s' is no number", path,
                             node->label);
        }
        node->real = json_number_value(value);
    }
    return MPCF_OK;
}
