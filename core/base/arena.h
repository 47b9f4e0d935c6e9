/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Memory that is given back all at once: graphs, programs, temporaries.
 */
#ifndef MPCF_BASE_ARENA_H
#define MPCF_BASE_ARENA_H

#include <stddef.h>

#include <mpcf/export.h>

struct arena;

struct arena *arena_create(void);
/* NULL is fine. */
void arena_destroy(struct arena *arena);
/* Zeroed, 16-byte aligned; NULL where memory is short. Lives until the arena ends. */
void *arena_alloc(struct arena *arena, size_t count, size_t size);
char *arena_strdup(struct arena *arena, const char *text);
char *arena_format(struct arena *arena, const char *format, ...) MPCF_PRINTF(2, 3);

#endif
