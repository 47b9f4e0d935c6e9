/* SPDX-License-Identifier: Apache-2.0 */
/* How values are kept: an array of them, and the items of all containers in pieces. */
#include "format/pickle_values.h"

#include <string.h>

#include "base/memory.h"

/* A state dict takes 5 to 9 times its bytes; "]]]]" would take 60. */
#define MEMORY_FACTOR 12
#define MEMORY_LEAST  ((size_t) 1 << 20)

static mpcf_status fail_limit(const struct pickle *p, mpcf_error *err)
{
    return mpcf_fail(err, MPCF_E_FORMAT,
                     "'%s': its pickle of %zu bytes takes more than %zu of memory: too many "
                     "things with nothing in them",
                     p->name, p->length, p->limit);
}

mpcf_status pickle_reserve(struct pickle *p, size_t bytes, mpcf_error *err)
{
    if (bytes > p->limit - p->held) {
        return fail_limit(p, err);
    }
    p->held += bytes;
    return MPCF_OK;
}

mpcf_status pickle_room(struct pickle *p, void **block, size_t *room, size_t count, size_t size,
                        mpcf_error *err)
{
    size_t wanted = *room < 32 ? 64 : *room;
    const size_t old = *room * size;
    void *grown = NULL;

    if (count <= *room) {
        return MPCF_OK;
    }
    while (wanted < count) {
        wanted += wanted / 2;
    }
    /* The old block is there until the new one is filled. */
    MPCF_TRY(pickle_reserve(p, wanted * size, err));
    grown = mpcf_grow_array(*block, *room, wanted, size);
    if (grown == NULL) {
        return mpcf_fail_memory(err, wanted * size, "a pickle's values");
    }
    p->held -= old;
    *block = grown;
    *room = wanted;
    return MPCF_OK;
}

mpcf_status pickle_new(struct pickle *p, const struct pickle_value *value, uint32_t *out,
                       mpcf_error *err)
{
    void *block = p->values;
    mpcf_status status;

    if (p->value_count == UINT32_MAX) {
        return fail_limit(p, err);
    }
    status = pickle_room(p, &block, &p->value_room, p->value_count + 1, sizeof *p->values, err);
    p->values = block;
    MPCF_TRY(status);
    *out = (uint32_t) p->value_count;
    p->values[p->value_count++] = *value;
    return MPCF_OK;
}

mpcf_status pickle_append(struct pickle *p, uint32_t container, const uint32_t *items, size_t count,
                          mpcf_error *err)
{
    void *block = p->cells;
    struct pickle_value *v = NULL;
    mpcf_status status;

    if (count == 0) {
        return MPCF_OK;
    }
    if (p->cell_count + count + 2 > UINT32_MAX) {
        return fail_limit(p, err);
    }
    status =
        pickle_room(p, &block, &p->cell_room, p->cell_count + count + 2, sizeof *p->cells, err);
    p->cells = block;
    MPCF_TRY(status);
    v = &p->values[container];
    if (v->as.items.first == 0) {
        v->as.items.first = (uint32_t) p->cell_count;
    } else {
        p->cells[v->as.items.last] = (uint32_t) p->cell_count;
    }
    v->as.items.last = (uint32_t) p->cell_count;
    v->count += (uint32_t) count;
    p->cells[p->cell_count++] = 0;
    p->cells[p->cell_count++] = (uint32_t) count;
    memcpy(p->cells + p->cell_count, items, count * sizeof *items);
    p->cell_count += count;
    return MPCF_OK;
}

static mpcf_status add_common(struct pickle *p, mpcf_error *err)
{
    static const struct pickle_value common[] = {
        [VALUE_MARK] = {.kind = PICKLE_MARK},     [VALUE_NONE] = {.kind = PICKLE_NONE},
        [VALUE_FALSE] = {.kind = PICKLE_BOOL},    [VALUE_TRUE] = {.kind = PICKLE_BOOL},
        [VALUE_NOTHING] = {.kind = PICKLE_OTHER}, [VALUE_EMPTY] = {.kind = PICKLE_TUPLE}};
    uint32_t number = 0;

    for (size_t i = 0; i < sizeof common / sizeof common[0]; i++) {
        MPCF_TRY(pickle_new(p, &common[i], &number, err));
    }
    for (int64_t i = 0; i < VALUE_SMALL; i++) {
        const struct pickle_value small = {.kind = PICKLE_INTEGER, .as.integer = i};

        MPCF_TRY(pickle_new(p, &small, &number, err));
    }
    return MPCF_OK;
}

mpcf_status pickle_begin(struct pickle *p, const void *data, size_t length, const char *name,
                         mpcf_error *err)
{
    *p = (struct pickle){.data = data,
                         .length = length,
                         .name = name,
                         .limit = length < SIZE_MAX / MEMORY_FACTOR - MEMORY_LEAST
                                      ? MEMORY_FACTOR * length + MEMORY_LEAST
                                      : SIZE_MAX,
                         .cell_count = 1};
    return add_common(p, err);
}

void pickle_clear(struct pickle *p)
{
    mpcf_free(p->values);
    mpcf_free(p->cells);
    mpcf_free(p->stack);
    mpcf_free(p->memo);
    *p = (struct pickle){0};
}

/* --- Reading --- */

enum pickle_kind pickle_kind(const struct pickle *p, uint32_t value)
{
    return (enum pickle_kind) p->values[value].kind;
}

struct pickle_walk pickle_items(const struct pickle *p, uint32_t value)
{
    const struct pickle_value *v = &p->values[value];
    struct pickle_walk walk = {0, 0, 0};

    switch ((enum pickle_kind) v->kind) {
    case PICKLE_TUPLE:
    case PICKLE_LIST:
    case PICKLE_DICT:
    case PICKLE_STORAGE:
    case PICKLE_TENSOR:
        walk.next = v->as.items.first;
        return walk;
    default:
        return walk;
    }
}

bool pickle_next(const struct pickle *p, struct pickle_walk *walk, uint32_t *item)
{
    if (walk->left == 0) {
        if (walk->next == 0) {
            return false;
        }
        walk->left = p->cells[walk->next + 1];
        walk->cell = walk->next + 2;
        walk->next = p->cells[walk->next];
    }
    *item = p->cells[walk->cell++];
    walk->left--;
    return true;
}

bool pickle_take(const struct pickle *p, uint32_t value, uint32_t *items, size_t count)
{
    struct pickle_walk walk = pickle_items(p, value);

    for (size_t i = 0; i < count; i++) {
        if (!pickle_next(p, &walk, &items[i])) {
            return false;
        }
    }
    return true;
}

const char *pickle_text(const struct pickle *p, uint32_t value, size_t *length)
{
    const struct pickle_value *v = &p->values[value];

    if (v->kind != PICKLE_TEXT) {
        return NULL;
    }
    *length = v->count;
    return (const char *) p->data + v->as.text;
}

bool pickle_number(const struct pickle *p, uint32_t value, uint64_t *out)
{
    const struct pickle_value *v = &p->values[value];

    if (v->kind != PICKLE_INTEGER || v->as.integer < 0) {
        return false;
    }
    *out = (uint64_t) v->as.integer;
    return true;
}
