/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Memory given back all at once: chunks of 64 KiB or more, filled from the front, wiped when freed.
 */
#include "base/arena.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/memory.h"

enum { CHUNK_BYTES = 64 * 1024, UNIT = 16 };

struct chunk {
    struct chunk *next;
    size_t used, size;
    _Alignas(UNIT) unsigned char data[];
};

struct arena {
    struct chunk *first;
};

struct arena *arena_create(void)
{
    return mpcf_alloc_array(1, sizeof(struct arena));
}

void arena_destroy(struct arena *arena)
{
    struct chunk *chunk = arena != NULL ? arena->first : NULL;

    while (chunk != NULL) {
        struct chunk *next = chunk->next;

        mpcf_wipe(chunk->data, chunk->used);
        mpcf_free(chunk);
        chunk = next;
    }
    mpcf_free(arena);
}

static struct chunk *add_chunk(struct arena *arena, size_t bytes)
{
    size_t size = bytes > CHUNK_BYTES ? bytes : CHUNK_BYTES;
    struct chunk *chunk = mpcf_alloc_array(1, sizeof(struct chunk) + size);

    if (chunk != NULL) {
        chunk->size = size;
        chunk->next = arena->first;
        arena->first = chunk;
    }
    return chunk;
}

void *arena_alloc(struct arena *arena, size_t count, size_t size)
{
    struct chunk *chunk = arena->first;
    size_t bytes = 0;
    void *block = NULL;

    if (__builtin_mul_overflow(count, size, &bytes) || bytes > SIZE_MAX / 2) {
        return NULL;
    }
    bytes = (bytes + UNIT - 1) / UNIT * UNIT;
    if (chunk == NULL || chunk->size - chunk->used < bytes) {
        chunk = add_chunk(arena, bytes);
    }
    if (chunk == NULL) {
        return NULL;
    }
    block = chunk->data + chunk->used;
    chunk->used += bytes;
    return block;
}

char *arena_strdup(struct arena *arena, const char *text)
{
    size_t length = strlen(text);
    char *copy = arena_alloc(arena, length + 1, 1);

    if (copy != NULL) {
        memcpy(copy, text, length + 1);
    }
    return copy;
}

char *arena_format(struct arena *arena, const char *format, ...)
{
    va_list arguments, again;
    char *text = NULL;
    int length = 0;

    va_start(arguments, format);
    va_copy(again, arguments);
    length = vsnprintf(NULL, 0, format, arguments);
    if (length >= 0) {
        text = arena_alloc(arena, (size_t) length + 1, 1);
    }
    if (text != NULL) {
        (void) vsnprintf(text, (size_t) length + 1, format, again);
    }
    va_end(again);
    va_end(arguments);
    return text;
}
