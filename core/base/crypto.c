/* SPDX-License-Identifier: Apache-2.0 */
/*
 * libcrypto 3 sets itself up at its first use, in about a hundred small allocations, and reads
 * through a null pointer where one of them fails. So it has a reserve, which is not given back:
 * setting up succeeds, and memory is short for the caller, who can say so.
 */
#include "base/crypto.h"

#include <malloc.h>
#include <openssl/crypto.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { RESERVE = 256 * 1024, UNIT = 16 };

static _Alignas(UNIT) unsigned char reserve[RESERVE];
static atomic_size_t reserve_used;

static bool is_reserve(const void *block)
{
    return (uintptr_t) block >= (uintptr_t) reserve &&
           (uintptr_t) block < (uintptr_t) reserve + RESERVE;
}

/* The length stands in front of each piece. */
static void *take_reserve(size_t size)
{
    size_t need = (size + UNIT - 1) / UNIT * UNIT + UNIT, at;

    if (size > RESERVE / 2) {
        return NULL;
    }
    at = atomic_fetch_add(&reserve_used, need);
    if (at > RESERVE - need) {
        return NULL;
    }
    memcpy(reserve + at, &size, sizeof size);
    return reserve + at + UNIT;
}

static void *allocate(size_t size, const char *file, int line)
{
    void *block = size > 0 ? malloc(size) : NULL;

    (void) file;
    (void) line;
    return block != NULL || size == 0 ? block : take_reserve(size);
}

static void release(void *block, const char *file, int line)
{
    (void) file;
    (void) line;
    if (!is_reserve(block)) {
        free(block);
    }
}

static void *resize(void *block, size_t size, const char *file, int line)
{
    size_t old = 0;
    void *moved;

    if (block == NULL) {
        return allocate(size, file, line);
    }
    if (is_reserve(block)) {
        memcpy(&old, (unsigned char *) block - UNIT, sizeof old);
        moved = allocate(size, file, line);
    } else {
        moved = realloc(block, size);
        if (moved != NULL) {
            return moved;
        }
        old = malloc_usable_size(block);
        moved = take_reserve(size);
    }
    if (moved != NULL) {
        memcpy(moved, block, old < size ? old : size);
        release(block, file, line);
    }
    return moved;
}

/* Refused where another part of the process has used libcrypto already: then it is set up. */
static void prepare(void)
{
    (void) CRYPTO_set_mem_functions(allocate, resize, release);
}

void crypto_prepare(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;

    (void) pthread_once(&once, prepare);
}
