/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Code points: what they are, and the normal forms that tokenizers ask for.
 */
#ifndef MPCF_TEXT_UNICODE_H
#define MPCF_TEXT_UNICODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Bits of unicode_class(), in the order of make_unicode_tables.py. The first six are BERT's
 * normaliser and splitter, the next three the expression of byte-level BPE, the next five the normal
 * forms. */
enum unicode_class {
    UNICODE_DROP = 1 << 0,        /* control characters, which BERT cleans away */
    UNICODE_BLANK = 1 << 1,       /* becomes a space in BERT */
    UNICODE_SPACE = 1 << 2,       /* White_Space: divides words */
    UNICODE_PUNCTUATION = 1 << 3, /* a word of its own in BERT */
    UNICODE_MARK = 1 << 4,        /* non-spacing: an accent */
    UNICODE_CHINESE = 1 << 5,     /* gets spaces around */
    UNICODE_LETTER = 1 << 6,
    UNICODE_NUMBER = 1 << 7,
    UNICODE_BPE_SPACE = 1 << 8,
    UNICODE_DECOMPOSED = 1 << 9,  /* has a canonical decomposition */
    UNICODE_ORDERED = 1 << 10,    /* has a combining class */
    UNICODE_COMPATIBLE = 1 << 11, /* NFKD takes it further apart than NFD */
    UNICODE_COMPOSED = 1 << 12,   /* NFC puts it together */
    UNICODE_COMBINING = 1 << 13,  /* a mark of any kind */
    UNICODE_WORD = 1 << 14,       /* \w */
    UNICODE_NUMERIC = 1 << 15     /* of any script, fractions and Roman numbers as well */
};

unsigned unicode_class(uint32_t point);
/* POINT, or one of before Unicode 15 that all classes of expressions have with it. */
uint32_t unicode_stand_in(uint32_t point);

/* Grows as it is written; once memory is short it stays failed and writes nothing. */
struct points {
    uint32_t *data;
    size_t count, capacity;
    /* How many of the first ones come from the first of the text that was given: who puts something in
     * front of that text alone asks for it. */
    size_t head;
    bool failed;
};
/* Room for COUNT more; false, and failed: memory. */
bool points_reserve(struct points *p, size_t count);
void points_add_all(struct points *p, const uint32_t *points, size_t count);
void points_clear(struct points *p);
/* Empty, but the memory stays. */
void points_empty(struct points *p);
/* Valid UTF-8 only. */
void points_add_utf8(struct points *p, const char *text, size_t length);

static inline void points_add(struct points *p, uint32_t point)
{
    if (p->count < p->capacity || points_reserve(p, 1)) {
        p->data[p->count++] = point;
    }
}

/* Adds the lower case of POINT: one or two points. */
void unicode_add_lower(struct points *p, uint32_t point);
/* Whether any point of valid UTF-8 has another lower case. */
bool unicode_has_upper(const char *text, size_t length);
/* The point at *TEXT of LENGTH > 0 valid bytes; returns its bytes. */
size_t unicode_next(const char *text, size_t length, uint32_t *point);
/* Writes POINT's 1 to 4 bytes; returns how many. */
size_t unicode_encode(uint32_t point, char bytes[4]);

#endif
