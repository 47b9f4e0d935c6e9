/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a pickle holds, as small values that know each other by number. They take memory in proportion
 * to the pickle's bytes.
 */
#ifndef MPCF_FORMAT_PICKLE_VALUES_H
#define MPCF_FORMAT_PICKLE_VALUES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <mpcf/error.h>

#include "format/pickle_globals.h"

enum pickle_kind {
    PICKLE_MARK, /* only on the stack of who reads */
    PICKLE_NONE,
    PICKLE_BOOL,
    PICKLE_INTEGER,
    PICKLE_TEXT, /* bytes, too */
    PICKLE_TUPLE,
    PICKLE_LIST,
    PICKLE_DICT, /* its items are key, value, key, value, ... */
    PICKLE_GLOBAL,
    PICKLE_STORAGE, /* items: "storage", type, key, location, number of elements */
    PICKLE_TENSOR,  /* items: the arguments of the call that makes it */
    PICKLE_OTHER    /* nothing that tensors are made of */
};

struct pickle_value {
    uint8_t kind;   /* pickle_kind */
    uint32_t count; /* items; bytes of a text */
    union {
        int64_t integer;
        size_t text; /* where it begins in the data */
        const struct pickle_global *global;
        struct {
            uint32_t first, last; /* pieces of its items, in `cells`; 0: none */
        } items;
    } as;
};

/* Values that every pickle has: their numbers. */
enum { VALUE_MARK, VALUE_NONE, VALUE_FALSE, VALUE_TRUE, VALUE_NOTHING, VALUE_EMPTY, VALUE_ZERO };
#define VALUE_SMALL 256 /* integers from VALUE_ZERO on */

struct pickle {
    const unsigned char *data;
    size_t length;
    const char *name; /* in messages */
    struct pickle_value *values;
    uint32_t *cells; /* pieces of items: number of the next piece, count, the items */
    uint32_t *stack, *memo;
    size_t value_count, value_room, cell_count, cell_room;
    size_t stack_count, stack_room, memo_room;
    size_t held, limit; /* bytes */
    uint32_t root;
};

/* With the values that every pickle has. DATA and NAME outlive P. */
mpcf_status pickle_begin(struct pickle *p, const void *data, size_t length, const char *name,
                         mpcf_error *err);
void pickle_clear(struct pickle *p);
/* A block of P for COUNT elements: BLOCK with *ROOM of SIZE bytes each. */
mpcf_status pickle_room(struct pickle *p, void **block, size_t *room, size_t count, size_t size,
                        mpcf_error *err);
/* Counts BYTES that its reader is about to take for what is in it; MPCF_E_FORMAT: too many. */
mpcf_status pickle_reserve(struct pickle *p, size_t bytes, mpcf_error *err);
mpcf_status pickle_new(struct pickle *p, const struct pickle_value *value, uint32_t *out,
                       mpcf_error *err);
mpcf_status pickle_append(struct pickle *p, uint32_t container, const uint32_t *items, size_t count,
                          mpcf_error *err);

/* --- Reading --- */

/* The items of a value, one after the other. */
struct pickle_walk {
    uint32_t cell, left, next;
};
struct pickle_walk pickle_items(const struct pickle *p, uint32_t value);
bool pickle_next(const struct pickle *p, struct pickle_walk *walk, uint32_t *item);
/* The first COUNT items; false: there are fewer. */
bool pickle_take(const struct pickle *p, uint32_t value, uint32_t *items, size_t count);
enum pickle_kind pickle_kind(const struct pickle *p, uint32_t value);
/* NULL where it is no text. */
const char *pickle_text(const struct pickle *p, uint32_t value, size_t *length);
/* From 0 on; false: something else. */
bool pickle_number(const struct pickle *p, uint32_t value, uint64_t *out);

#endif
