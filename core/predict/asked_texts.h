/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Texts of the command line, or a line each of a file, as token ids: as many at once as are there.
 */
#ifndef MPCF_PREDICT_ASKED_TEXTS_H
#define MPCF_PREDICT_ASKED_TEXTS_H

#include "corpus/corpus.h"
#include "format/text_lines.h"
#include "pipeline/pipeline.h"
#include "text/tokenizer.h"

struct asked_texts {
    const char *const *texts; /* COUNT of them, where LINES is NULL */
    size_t count;
    struct text_lines *lines;
    const char *input; /* what LINES are of, for input_words() */
    uint64_t given;    /* so far: the number of the next */
    bool has_ended;
    bool *
        is_cut; /* of the corpus given last, [its count]: longer than it may be, and cut; asked_texts_end() */
    uint64_t cut;     /* of all */
    bool had_form[2]; /* a single text, a pair: so that one is told of once */
};

struct asked_request {
    const struct pipeline *pipeline;
    const struct tokenizer *tokenizer;
    size_t max_tokens, limit; /* tokens of a text; texts */
    bool all;                 /* up to LIMIT are waited for, else only the first */
};

/* *OUT: a corpus without labels, whose ids count on from those before; NULL: there are no more. A text
 * that is not UTF-8, that is no text or pair, or that has no token at all: MPCF_E_FORMAT with its place. */
mpcf_status asked_texts_next(struct asked_texts *texts, const struct asked_request *request,
                             struct corpus **out, mpcf_error *err);
/* Says how many were cut, where some were, and forgets the last; the lines stay open. */
void asked_texts_end(struct asked_texts *texts, const struct pipeline *p);

#endif
