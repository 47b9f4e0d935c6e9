/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Texts that the user asks in place of the dataset's, as they come, and where the answers go.
 */
#ifndef MPCF_INFERENCE_ASKING_H
#define MPCF_INFERENCE_ASKING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <mpcf/error.h>

#include "corpus/corpus.h"

struct secure_student; /* secure_student.h */
struct tokenizer;      /* tokenizer.h */

struct asking {
    void *context;
    /* Once, before the first text. */
    mpcf_status (*begin)(void *context, const struct secure_student *student, mpcf_error *err);
    /* The next texts, of MAX_TOKENS at most, *OUT (corpus_destroy()); NULL: there are none. ALL: waits for
     * the last one, else for the first alone. *IS_LAST: no more come. */
    mpcf_status (*next)(void *context, const struct tokenizer *tokenizer, size_t max_tokens,
                        bool all, struct corpus **out, bool *is_last, mpcf_error *err);
    /* ANSWERS, for all of the texts given last, has those of ROWS now. An error ends the run. */
    mpcf_status (*take)(void *context, const uint32_t *rows, size_t count, const float *answers,
                        mpcf_error *err);
    /* NULL, or what comes of it all when the others know that no more comes. */
    mpcf_status (*judge)(void *context, mpcf_error *err);
};

#endif
