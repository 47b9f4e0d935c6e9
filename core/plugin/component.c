/* SPDX-License-Identifier: Apache-2.0 */
/* What a component is called and takes, whichever kind it is. */
#include "plugin/component.h"

#include <assert.h>
#include <string.h>

/* Every descriptor begins as this. */
struct descriptor_head {
    size_t struct_size;
    const char *name, *summary;
};

static const char *const kind_names[COMPONENT_KINDS] = {
    [COMPONENT_APPROX] = "approximation",
    [COMPONENT_TRANSPORT] = "transport",
    [COMPONENT_MODEL] = "model",
    [COMPONENT_DATASET] = "dataset",
};

const char *component_kind_name(enum component_kind kind)
{
    assert((size_t) kind < COMPONENT_KINDS);
    return kind_names[kind];
}

const char *component_name(enum component_kind kind, const void *descriptor)
{
    struct descriptor_head head;

    (void) kind;
    memcpy(&head, descriptor, sizeof head);
    return head.name;
}

const char *component_summary(enum component_kind kind, const void *descriptor)
{
    struct descriptor_head head;

    (void) kind;
    memcpy(&head, descriptor, sizeof head);
    return head.summary;
}

#define OPTIONS_OF(type)                                                                           \
    do {                                                                                           \
        const type *d = descriptor;                                                                \
        *option_size = d->option_size;                                                             \
        *config_size = d->config_size;                                                             \
        return d->options;                                                                         \
    } while (0)

const mpcf_option *component_options(enum component_kind kind, const void *descriptor,
                                     size_t *option_size, size_t *config_size)
{
    switch (kind) {
    case COMPONENT_APPROX:
        OPTIONS_OF(mpcf_approx);
    case COMPONENT_TRANSPORT:
        OPTIONS_OF(mpcf_transport);
    case COMPONENT_MODEL:
        OPTIONS_OF(mpcf_model);
    case COMPONENT_DATASET:
        OPTIONS_OF(mpcf_dataset);
    case COMPONENT_KINDS:
        break;
    }
    assert(!"a component kind");
    return NULL;
}
