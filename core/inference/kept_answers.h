/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The user's answers on the disk as they come, so that a run which breaks off loses none, and the
 * next one need not ask again.
 *
 * OUTPUT/infer/user.partial.jsonl, mode 0600: a line that says what was asked, then one for each
 * answer. It goes when user.json has all of them. One process at a time.
 */
#ifndef MPCF_INFERENCE_KEPT_ANSWERS_H
#define MPCF_INFERENCE_KEPT_ANSWERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <mpcf/error.h>

#include "corpus/corpus.h"

struct kept_answers;

struct kept_request {
    const char *folder; /* OUTPUT/infer; is there */
    /* Of the network, its options and the texts: answers of another one are not these. Those are
     * set aside, as user.partial.old.jsonl. */
    char of[FILE_DIGEST_SIZE];
    const struct corpus *corpus; /* must live as long */
    size_t width;                /* numbers of an answer */
    bool has_marks;              /* one may be marked (marked_answer.h) */
    bool is_taken_over;          /* what an earlier run kept counts; else it is set aside, too */
};

mpcf_status kept_answers_open(const struct kept_request *request, struct kept_answers **out,
                              mpcf_error *err);
/* IS_MERGED: all are elsewhere, and the file goes; it also goes where it has no answer. NULL is
 * fine. */
void kept_answers_close(struct kept_answers *k, bool is_merged);

const char *kept_answers_path(const struct kept_answers *k);
size_t kept_answers_count(const struct kept_answers *k); /* NULL: 0 */
/* Whether example I is there: by its number in the corpus. NULL: no. */
bool kept_answers_have(const struct kept_answers *k, size_t i);
/* What was taken over into ANSWERS, [corpus->count, width]. */
void kept_answers_copy(const struct kept_answers *k, float *answers);
/* Adds the examples ROWS of ANSWERS, [corpus->count, width]. They are with the system on return. */
mpcf_status kept_answers_add(struct kept_answers *k, const uint32_t *rows, size_t count,
                             const float *answers, mpcf_error *err);

/* How many answers a file of them has; 0 where it is not there. */
size_t kept_answers_in(const char *path);

#endif
