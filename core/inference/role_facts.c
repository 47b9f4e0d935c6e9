/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What provider, user and dealer must agree on before the first inference.
 */
#include "inference/role_facts.h"

#include <string.h>

static const struct plugin_facts *facts_of(const struct plugins *plugins, const void *component)
{
    const char *owner = plugins_owner(plugins, component);

    for (size_t i = 0; owner != NULL && i < plugins_count(plugins); i++) {
        const struct plugin_facts *facts = plugins_facts(plugins, i);

        if (facts->failure == NULL && strcmp(facts->name, owner) == 0) {
            return facts;
        }
    }
    return NULL;
}

/* Versions of all that shapes the graph or carries it; datasets are the user's alone. */
static mpcf_status add_plugins(const struct pipeline *p, struct handshake *handshake,
                               mpcf_error *err)
{
    static const enum component_kind kinds[] = {COMPONENT_APPROX, COMPONENT_MODEL,
                                                COMPONENT_TRANSPORT};

    for (size_t k = 0; k < sizeof kinds / sizeof kinds[0]; k++) {
        const void *component = NULL;

        for (size_t i = 0; (component = plugins_component(p->plugins, kinds[k], i)) != NULL; i++) {
            const struct plugin_facts *facts = facts_of(p->plugins, component);
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
    static const char *const lengths[] = {"exact", "bucket", "full"};
    const struct pipeline *p = student->pipeline;
    const struct infer_settings *i = &p->infer;

    MPCF_TRY(handshake_add(handshake, err, "graph", "%s", student->graph_digest));
    MPCF_TRY(handshake_add(handshake, err, "ranges", "%s", student->ranges_digest));
    MPCF_TRY(handshake_add(handshake, err, "fractional bits", "values %u, weights %u, logits %u",
                           student->options.value_fraction, student->options.weight_fraction,
                           student->options.reveal_fraction));
    MPCF_TRY(handshake_add(handshake, err, "embedding", "%s%s",
                           i->embedding == EMBEDDING_PUBLIC ? "public, tables " : "private",
                           student->tables_digest));
    MPCF_TRY(handshake_add(handshake, err, "weights", "%s",
                           i->weights == WEIGHTS_SHARED ? "shared" : "held"));
    MPCF_TRY(handshake_add(handshake, err, "preprocess", "%s",
                           i->preprocess == PREPROCESS_STORE ? "store" : "stream"));
    MPCF_TRY(handshake_add(handshake, err, "length", "%s, batch %lld", lengths[i->length],
                           (long long) i->batch));
    return add_plugins(p, handshake, err);
}
