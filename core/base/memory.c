/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where all memory comes from: zeroed, aligned, of a size that cannot overflow; secrets are wiped
 * when freed. A test can make the n-th allocation fail.
 */
#include "base/memory.h"

#include <stdarg.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/secret_pages.h"

enum { ALIGNMENT = 64 };

/* Allocations left until one fails; 0: none does; 1: all fail from here on. */
static atomic_size_t fail_countdown;

void mpcf_test_fail_alloc(size_t n)
{
    atomic_store(&fail_countdown, n);
}

static bool must_fail(void)
{
    size_t left = atomic_load(&fail_countdown);

    if (left > 1) {
        atomic_store(&fail_countdown, left - 1);
    }
    return left == 1;
}

static _Thread_local size_t refusals;

size_t memory_refusals(void)
{
    return refusals;
}

void memory_note_refusal(void)
{
    refusals++;
}

static void *allocate(size_t bytes)
{
    void *block = NULL;

    /* A block of no elements is still a block: NULL means failure only. */
    if (must_fail() || posix_memalign(&block, ALIGNMENT, bytes > 0 ? bytes : 1) != 0) {
        memory_note_refusal();
        return NULL;
    }
    memset(block, 0, bytes);
    return block;
}

void *mpcf_alloc_array(size_t count, size_t size)
{
    size_t bytes = 0;

    if (__builtin_mul_overflow(count, size, &bytes)) {
        return NULL;
    }
    return allocate(bytes);
}

void *mpcf_grow_array(void *block, size_t old_count, size_t count, size_t size)
{
    void *grown = mpcf_alloc_array(count, size);

    if (grown == NULL) {
        return NULL;
    }
    if (block != NULL) {
        memcpy(grown, block, (old_count < count ? old_count : count) * size);
        mpcf_free(block);
    }
    return grown;
}

void mpcf_free(void *block)
{
    free(block);
}

char *mpcf_strdup(const char *text)
{
    size_t length = strlen(text);
    char *copy = mpcf_alloc_array(length + 1, 1);

    if (copy != NULL) {
        memcpy(copy, text, length + 1);
    }
    return copy;
}

char *mpcf_format(const char *format, ...)
{
    va_list arguments, again;
    char *text = NULL;
    int length = 0;

    va_start(arguments, format);
    va_copy(again, arguments);
    length = vsnprintf(NULL, 0, format, arguments);
    if (length >= 0) {
        text = mpcf_alloc_array((size_t) length + 1, 1);
    }
    if (text != NULL) {
        (void) vsnprintf(text, (size_t) length + 1, format, again);
    }
    va_end(again);
    va_end(arguments);
    return text;
}

void *mpcf_secret_alloc(size_t count, size_t size)
{
    size_t bytes = 0;
    void *block = NULL;

    if (__builtin_mul_overflow(count, size, &bytes)) {
        return NULL;
    }
    if (!must_fail()) {
        block = secret_pages_create(bytes);
    }
    if (block == NULL) {
        memory_note_refusal();
    }
    return block;
}

void mpcf_secret_free(void *block)
{
    secret_pages_destroy(block);
}

void mpcf_wipe(void *data, size_t length)
{
    explicit_bzero(data, length);
}

#undef mpcf_fail_memory /* a macro for the analyzer */
mpcf_status mpcf_fail_memory(mpcf_error *err, size_t bytes, const char *what)
{
    return mpcf_fail(err, MPCF_E_NOMEM, "out of memory (%zu bytes for %s)", bytes, what);
}
