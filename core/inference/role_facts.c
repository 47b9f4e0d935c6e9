/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What provider, user and dealer must agree on before the first inference.
 */
#include "inference/role_facts.h"

#include <stdio.h>

/* Versions of all that shapes the graph or carries it; datasets are the user's alone. */
static mpcf_status add_plugins(const struct pipeline *p, struct handshake *handshake,
                               mpcf_error *err)
{
    static const enum component_kind kinds[] = {COMPONENT_APPROX, COMPONENT_MODEL,
                                                COMPONENT_TRANSPORT};

    for (size_t k = 0; k < sizeof kinds / sizeof kinds[0]; k++) {
        const void *component = NULL;

        for (size_t i = 0; (component = plugins_component(p->plugins, kinds[k], i)) != NULL; i++) {
            const struct plugin_facts *facts = plugins_facts_of(p->plugins, component);
            char name[HANDSHAKE_NAME];

            if (facts != NULL) {
                (void) snprintf(name, sizeof name, "%s %s", component_kind_name(kinds[k]),
                                component_name(kinds[k], component));
                MPCF_TRY(handshake_add(handshake, err, name, "%s %s", facts->name, facts->version));
            }
        }
    }
    return MPCF_OK;
}

mpcf_status role_facts_add(const struct secure_student *student, struct handshake *handshake,
                           mpcf_error *err)
{
    const struct pipeline *p = student->pipeline;
    const struct infer_settings *i = &p->infer;

    MPCF_TRY(handshake_add(handshake, err, "graph", "%s", student->graph_digest));
    MPCF_TRY(handshake_add(handshake, err, "ranges", "%s", student->ranges_digest));
    MPCF_TRY(handshake_add(handshake, err, "fractional bits", "values %u, weights %u, logits %u",
                           student->options.value_fraction, student->options.weight_fraction,
                           student->options.reveal_fraction));
    MPCF_TRY(
        handshake_add(handshake, err, "embedding", "%s%s%s", infer_embedding_names[i->embedding],
                      i->embedding == EMBEDDING_PUBLIC ? ", tables " : "", student->tables_digest));
    MPCF_TRY(handshake_add(handshake, err, "weights", "%s", infer_weights_names[i->weights]));
    MPCF_TRY(handshake_add(handshake, err, "reveal", "%s", infer_reveal_names[i->reveal]));
    MPCF_TRY(
        handshake_add(handshake, err, "preprocess", "%s", infer_preprocess_names[i->preprocess]));
    MPCF_TRY(handshake_add(handshake, err, "length", "%s, batch %lld",
                           infer_length_names[i->length], (long long) i->batch));
    return add_plugins(p, handshake, err);
}
