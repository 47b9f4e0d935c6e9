/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Pages that hold one secret and nothing else.
 */
#ifndef MPCF_BASE_SECRET_PAGES_H
#define MPCF_BASE_SECRET_PAGES_H

#include <stddef.h>

/* BYTES of zeros, 64-byte aligned, on pages of their own: in no core file, in no forked child, and
 * up to SECRET_LOCK_LIMIT bytes not in the swap, where the system lets us. NULL: memory. */
void *secret_pages_create(size_t bytes);
/* Wipes them first; NULL is fine. */
void secret_pages_destroy(void *block);

/* 64 KiB and the head of a message. Larger ones stay unlocked: the system's limit (8 MiB, usually)
 * is for all that a process locks, and keys must not find it used up. */
#define SECRET_LOCK_LIMIT ((size_t) 65 * 1024)
/* How many secrets this process was not allowed to lock so far. */
size_t secret_pages_unlocked(void);

#endif
