/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is known so far of a pipeline file that is being drafted, and trying it out.
 */
#ifndef MPCF_DRAFT_SKETCH_H
#define MPCF_DRAFT_SKETCH_H

#include <jansson.h>
#include <mpcf/dataset.h>

#include "base/arena.h"
#include "base/text.h"
#include "pipeline/open_pipeline.h"

enum { SKETCH_OPTIONS = 24, SKETCH_LABELS = 64 };

struct sketch_option {
    const char *key, *value; /* as YAML */
    const char *why;         /* the comment beside it; NULL: none */
};

/* Why the labels stand in their order. */
enum sketch_order {
    ORDER_OF_READER, /* the reader's own, or what the command line says */
    ORDER_BY_NAME,   /* config.json's */
    ORDER_BY_NUMBER, /* the data has the numbers of the classes */
    ORDER_ASSUMED    /* sorted: nothing says it */
};

struct sketch {
    const char *file;                /* of the draft */
    const char *checkpoint, *data;   /* as the draft has them */
    const char *checkpoint_as_given; /* from this process's folder */
    const char *data_as_given;
    const char *plugin_folder;
    const char *const *sets; /* dataset.KEY=VALUE */
    size_t set_count;
    const char *family;
    json_t *config; /* config.json */
    const char *reader;
    const char *plugins[2]; /* files of family and reader that --plugin-dir found; NULL: none */
    struct sketch_option options[SKETCH_OPTIONS]; /* of the reader */
    size_t option_count;
    const char *columns;               /* of a table, for a comment; NULL: it is none */
    const char *labels[SKETCH_LABELS]; /* of a table, in class order */
    size_t label_count;
    enum sketch_order order;
    bool is_other_task;      /* the classes are none of the checkpoint's: its head is not used */
    size_t rows;             /* of a table; 0: not counted */
    struct samples *samples; /* of a table; NULL: none */
    struct text_buffer said; /* lines for a person */
    struct arena *arena;
};

/* TEXT as a value of YAML: as it stands, or in quotation marks. NULL: memory. */
const char *sketch_value(struct sketch *s, const char *text);
/* PATH, which starts from this process's folder, as the draft has it: from the draft's folder, or from the root
 * where it does. NULL: memory. */
const char *sketch_path(struct sketch *s, const char *path);
/* Whether the plug-in of file PATH, which may be NULL, lies in --plugin-dir. */
bool sketch_has_plugin(const struct sketch *s, const char *path);
/* That plug-in as the draft has it. NULL: memory. */
const char *sketch_plugin(struct sketch *s, const char *path);
/* What the command line says of dataset.KEY; NULL: nothing. */
const char *sketch_given(const struct sketch *s, const char *key);
/* Leaves the options that the command line gives. */
mpcf_status sketch_begin_options(struct sketch *s, mpcf_error *err);
/* One that is there stays as it is. Without room, or where VALUE is NULL: MPCF_E_NOMEM. */
mpcf_status sketch_add(struct sketch *s, const char *key, const char *value, const char *why,
                       mpcf_error *err);
/* Classes that config.json speaks of. */
size_t sketch_labels(const struct sketch *s);
/* The labels as a list of YAML. NULL: memory. */
const char *sketch_label_list(struct sketch *s);
/* Whether config.json says that there is a head of the task's kind, and nothing says that it is another's. */
bool sketch_is_classifier(const struct sketch *s, const mpcf_task *task);
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
