/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The steps that change a text before it is cut, one after the other: the "normalizer" of Hugging
 * Face's tokenizers.
 */
#ifndef MPCF_TEXT_NORMALISERS_H
#define MPCF_TEXT_NORMALISERS_H

#include <stdbool.h>
#include <stddef.h>

#include <mpcf/error.h>

#include "text/bert_normaliser.h"
#include "text/normal_forms.h"
#include "text/pattern.h"
#include "text/precompiled.h"
#include "text/unicode.h"

enum normaliser_kind {
    NORMALISER_BERT,
    NORMALISER_LOWER,
    NORMALISER_FORM,
    NORMALISER_ACCENTS, /* marks of any kind go */
    NORMALISER_STRIP,   /* blanks at the ends go */
    NORMALISER_REPLACE, /* each match of PATTERN becomes CONTENT */
    NORMALISER_PREPEND, /* CONTENT, before what is not empty */
    NORMALISER_NMT,     /* control characters go, odd blanks become spaces */
    NORMALISER_BYTES,   /* bytes as characters */
    NORMALISER_PRECOMPILED
};

struct normaliser {
    enum normaliser_kind kind;
    struct bert_normaliser bert;
    enum normal_form form;
    bool left, right; /* STRIP */
    struct pattern pattern;
    struct points content;
    struct precompiled precompiled;
};

#define NORMALISERS_MOST 64

/* All zero: none; the text stays as it is. */
struct normalisers {
    struct normaliser *items;
    size_t count, capacity;
};

/* Takes N over, also where it fails. */
mpcf_status normalisers_add(struct normalisers *list, struct normaliser *n, mpcf_error *err);
/* The first of KIND, or NULL. */
struct normaliser *normalisers_find(const struct normalisers *list, enum normaliser_kind kind);
/* Of one that was not added. */
void normaliser_clear(struct normaliser *n);
void normalisers_clear(struct normalisers *list);

/* Memory between the steps, for one text after the other; parts_begin() is the caller's. */
struct normalising {
    struct points other;
    struct parts parts;
};
void normalising_clear(struct normalising *n);

mpcf_status normalisers_run(const struct normalisers *list, struct points *text,
                            struct normalising *run, mpcf_error *err);

#endif
