/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Allocation whose sizes cannot overflow, and which tests can make fail.
 */
#ifndef MPCF_BASE_MEMORY_H
#define MPCF_BASE_MEMORY_H

#include <stdbool.h>
#include <stddef.h>

#include <mpcf/error.h>

/* Zeroed, 64-byte aligned; NULL where count * size overflows or memory is short. */
void *mpcf_alloc_array(size_t count, size_t size);
/* Old contents kept; new bytes zero. On NULL the old block is as it was. Only for blocks
 * of mpcf_alloc_array(). */
void *mpcf_grow_array(void *block, size_t old_count, size_t count, size_t size);
/* NULL is fine. For every block of this header but the secret ones. */
void mpcf_free(void *block);
char *mpcf_strdup(const char *text);
/* printf into a new string; NULL where memory is short. */
char *mpcf_format(const char *format, ...) MPCF_PRINTF(1, 2);

/* Shares, masks, keys, client texts: zeroed, 64-byte aligned, on pages of their own that no core
 * file has, locked up to SECRET_LOCK_LIMIT bytes where the system lets us, wiped when freed
 * (base/secret_pages.h). A few microseconds each: not for the middle of a computation. */
void *mpcf_secret_alloc(size_t count, size_t size);
void mpcf_secret_free(void *block);
/* Zeroes LENGTH bytes; the compiler cannot leave it out. */
void mpcf_wipe(void *data, size_t length);

/* How often this thread was refused memory so far. A parser that compares before and after tells a
 * mistake in a file from a shortage that a library on the way took for one. */
size_t memory_refusals(void);
/* For the allocators that libraries are given: one more. */
void memory_note_refusal(void);

/* Records "out of memory (N bytes for WHAT)" and returns MPCF_E_NOMEM. */
mpcf_status mpcf_fail_memory(mpcf_error *err, size_t bytes, const char *what);
#ifdef __clang_analyzer__ /* it cannot see what the function returns */
#define mpcf_fail_memory(err, bytes, what)                                                         \
    ((void) (mpcf_fail_memory) ((err), (bytes), (what)), MPCF_E_NOMEM)
#endif

/* Tests: the N-th allocation from now on fails, and all after it; 0: none does. */
void mpcf_test_fail_alloc(size_t n);

#endif
