/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A split of a task as token ids, whole in memory: what training and inference walk over.
 */
#ifndef MPCF_CORPUS_CORPUS_H
#define MPCF_CORPUS_CORPUS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <mpcf/dataset.h>

#include "base/digest.h"
#include "corpus/corpus_item.h"
#include "text/tokenizer.h"

struct corpus {
    size_t count;
    const struct corpus_item *items; /* in the order of the split */
    size_t longest;                  /* of the items; at least 1 */
    size_t rows;                     /* of the split, before the limit */
    /* Broken rows that the reader left out, which are none of ROWS, and what is wrong with the first, with file and
     * line; NULL: there are none. */
    uint64_t left_out;
    const char *first_left_out;
    int32_t pad_id;
    mpcf_task task; /* strings live as long as the plug-in */
};

struct corpus_request {
    const mpcf_dataset *dataset;
    const void *config; /* of the dataset's options */
    const char *path, *split;
    const struct tokenizer *tokenizer;
    size_t max_tokens; /* longer texts are truncated, pairs the longest first */
    /* 0: all rows; else at most so many, spread evenly over the split (a reader may give it
     * class by class), always the same ones. */
    size_t limit;
    bool unlabelled; /* the texts alone: labels are not read */
    /* Now and then, DONE of TOTAL rows read; may be NULL. */
    void (*progress)(void *context, size_t done, size_t total);
    void *context;
    /* Where the split's ids are kept, for the next time that all is the same (corpus_cache.h); NULL:
     * nowhere. Whoever may read the folder may know what the texts are. */
    const char *cache_folder;
};

/* The split's rows are read twice, one at a time: no text stays in memory, and what does is 48 bytes a row and
 * 4 a token. A label that the task does not have, and an interrupt, end it too. */
mpcf_status corpus_load(const struct corpus_request *request, struct corpus **out, mpcf_error *err);
/* Whether corpus_load() would take the first ROWS rows: opens the split, reads and cuts them into tokens, and
 * compares labels; rows without one, where LABELLED, are refused, too. */
mpcf_status corpus_check(const struct corpus_request *request, size_t rows, bool labelled,
                         mpcf_error *err);
/* *ROWS of the split, as far as LIMIT. */
mpcf_status corpus_count(const struct corpus_request *request, size_t limit, size_t *rows,
                         mpcf_error *err);
void corpus_destroy(struct corpus *corpus); /* NULL is fine */

/* A corpus of given items (copied), for tests and other sources; its task is zero. */
mpcf_status corpus_from_items(const struct corpus_item *items, size_t count, int32_t pad_id,
                              struct corpus **out, mpcf_error *err);

/* ROWS of CORPUS, spread evenly; all, where it has fewer. A copy. */
mpcf_status corpus_spread(const struct corpus *corpus, size_t rows, struct corpus **out,
                          mpcf_error *err);

/* Items that are the beginnings of longer texts. */
size_t corpus_cut(const struct corpus *corpus);

/* Of its texts as ids, labels and rows; "" where memory is short. */
void corpus_digest(const struct corpus *corpus, char text[FILE_DIGEST_SIZE]);

#endif
