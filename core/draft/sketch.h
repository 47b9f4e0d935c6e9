/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is known so far of a pipeline file that is being drafted, and trying it out.
 */
#ifndef MPCF_DRAFT_SKETCH_H
#define MPCF_DRAFT_SKETCH_H

#include <jansson.h>
#include <mpcf/dataset.h>

#include "base/arena.h"
#include "pipeline/open_pipeline.h"

enum { SKETCH_OPTIONS = 16 };

struct sketch_option {
    const char *key, *value; /* as YAML */
    const char *why;         /* the comment beside it; NULL: none */
};

struct sketch {
    const char *file;                /* of the draft */
    const char *checkpoint, *data;   /* as the draft has them */
    const char *checkpoint_as_given; /* from this process's folder */
    const char *data_as_given;
    const char *plugin_folder;
    const char *family;
    json_t *config; /* config.json */
    const char *reader;
    struct sketch_option options[SKETCH_OPTIONS]; /* of the reader */
    size_t option_count;
    const char *columns; /* of a table, for a comment; NULL: it is none */
    struct arena *arena;
};

/* TEXT as a value of YAML: as it stands, or in quotation marks. NULL: memory. */
const char *sketch_value(struct sketch *s, const char *text);
/* Without room, or where VALUE is NULL: MPCF_E_NOMEM. */
mpcf_status sketch_add(struct sketch *s, const char *key, const char *value, const char *why,
                       mpcf_error *err);
/* Classes that config.json speaks of. */
size_t sketch_labels(const struct sketch *s);
/* A pipeline of what is there, with a stage that takes any head. */
mpcf_status sketch_open(const struct sketch *s, struct pipeline **out, mpcf_error *err);
/* TEXT is the whole file. */
mpcf_status sketch_open_text(const struct sketch *s, const char *text, struct pipeline **out,
                             mpcf_error *err);

/* Each row of SPLIT, LIMIT at most (0: all). TAKE returns false to end. */
typedef bool sketch_row(void *context, const mpcf_example *example);
mpcf_status sketch_walk(const struct pipeline *p, const char *split, size_t limit, sketch_row *take,
                        void *context, mpcf_error *err);

#endif
