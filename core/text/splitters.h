/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The steps that cut a text into the pieces that a model takes, one after the other: the
 * "pre_tokenizer" of Hugging Face's tokenizers.
 */
#ifndef MPCF_TEXT_SPLITTERS_H
#define MPCF_TEXT_SPLITTERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <mpcf/error.h>

#include "text/pattern.h"
#include "text/pieces.h"

enum splitter_kind {
    SPLITTER_BERT,        /* at blanks; punctuation alone */
    SPLITTER_WHITESPACE,  /* \w+|[^\w\s]+ */
    SPLITTER_BLANKS,      /* at blanks */
    SPLITTER_DIGITS,      /* BEHAVIOUR is CONTIGUOUS, or ISOLATED: each digit alone */
    SPLITTER_PUNCTUATION, /* as BEHAVIOUR says */
    SPLITTER_PATTERN,     /* as BEHAVIOUR says */
    SPLITTER_BYTE_LEVEL,  /* bytes as characters */
    SPLITTER_METASPACE    /* spaces become CHARACTER */
};

/* What becomes of a match. */
enum split_behaviour {
    SPLIT_REMOVED,
    SPLIT_ISOLATED,
    SPLIT_MERGED_WITH_PREVIOUS,
    SPLIT_MERGED_WITH_NEXT,
    SPLIT_CONTIGUOUS /* neighbours together */
};

/* Which pieces METASPACE puts CHARACTER in front of, where it is not there. */
enum prefix { PREFIX_NEVER, PREFIX_FIRST, PREFIX_ALWAYS };

struct splitter {
    enum splitter_kind kind;
    enum split_behaviour behaviour;
    struct pattern pattern;
    bool invert;        /* PATTERN: what does not match is the match */
    bool cuts;          /* BYTE_LEVEL: into words; METASPACE: before each CHARACTER */
    bool prefix_space;  /* BYTE_LEVEL: pieces that do not begin with a space get one */
    enum prefix prefix; /* METASPACE */
    uint32_t character; /* METASPACE */
};

#define SPLITTERS_MOST 64

/* All zero: none; the text is one piece. */
struct splitters {
    struct splitter *items;
    size_t count, capacity;
};

/* Takes S over, also where it fails. */
mpcf_status splitters_add(struct splitters *list, struct splitter *s, mpcf_error *err);
void splitters_clear(struct splitters *list);

/* Memory that one text after the other uses; all zero: none. */
struct splitting {
    struct pieces pieces, other;
    struct parts parts;
    struct points text;
};
void splitting_clear(struct splitting *s);

/* Cuts the one piece in RUN->pieces further. */
mpcf_status splitters_run(const struct splitters *list, struct splitting *run, mpcf_error *err);

#endif
