/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the files that read a pipeline share.
 */
#ifndef MPCF_PIPELINE_READER_H
#define MPCF_PIPELINE_READER_H

#include "base/arena.h"
#include "format/yaml_tree.h"
#include "pipeline/pipeline.h"
#include "pipeline/schema.h"
#include "plugin/option_set.h"

struct pipeline_memory {
    struct arena *arena;
    struct yaml_tree *tree;
    struct option_memory **owned; /* of configs */
    size_t owned_count;
};

struct pipeline_reader {
    struct pipeline *p;
    const struct yaml_node *root;
    struct yaml_problems *problems;
    mpcf_error *err;
};

/* Fills CONFIG (of the section's size) from MAPPING, NULL: defaults. EXTRA: more keys that
 * someone else reads. */
mpcf_status reader_section(struct pipeline_reader *r, enum schema_section section,
                           const struct yaml_node *mapping, void *config);
/* Options of USE's component from MAPPING into a new config; OTHERS as in option_source. */
mpcf_status reader_config(struct pipeline_reader *r, enum component_kind kind,
                          const struct component_use *use, const struct yaml_node *mapping,
                          const struct yaml_node *at, const char *const *others, void **config);
/* Finds component NAME; where there is none a problem is added and descriptor stays NULL. */
mpcf_status reader_component(struct pipeline_reader *r, enum component_kind kind,
                             const struct yaml_node *at, const char *name,
                             struct component_use *use);
/* A mapping of FIRST's entries and those of SECOND that FIRST has not; both may be NULL. */
mpcf_status reader_merge(struct pipeline_reader *r, const struct yaml_node *first,
                         const struct yaml_node *second, const struct yaml_node **out);
mpcf_status reader_no_memory(struct pipeline_reader *r);

#endif
