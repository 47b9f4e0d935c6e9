/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A thread counts its own allocations. $MPCF_FAIL_ALLOC=K makes a whole process count instead: its
 * K-th allocation fails, whichever thread makes it, and children that it forks go on counting;
 * $MPCF_COUNT_ALLOC names a file to which each process appends, at its end, how many it made.
 */
#include "alloc/fail_alloc.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static struct {
    void *(*malloc)(size_t);
    void *(*calloc)(size_t, size_t);
    void *(*realloc)(void *, size_t);
    int (*posix_memalign)(void **, size_t, size_t);
    void *(*aligned_alloc)(size_t, size_t);
} real;

static _Thread_local struct {
    size_t left; /* 0: not armed */
    bool once, failed;
} own;

static size_t process_limit; /* 0: none */
static atomic_size_t process_count;

/* dlsym() gives void *, which ISO C does not turn into a function. */
static void look_up(const char *name, void *function)
{
    *(void **) function = dlsym(RTLD_NEXT, name);
}

__attribute__((constructor)) static void start(void)
{
    const char *limit = getenv("MPCF_FAIL_ALLOC");

    look_up("malloc", &real.malloc);
    look_up("calloc", &real.calloc);
    look_up("realloc", &real.realloc);
    look_up("posix_memalign", &real.posix_memalign);
    look_up("aligned_alloc", &real.aligned_alloc);
    atomic_store(&process_count, 0);
    process_limit = limit != NULL ? strtoull(limit, NULL, 10) : 0;
}

/* Without stdio, which allocates. */
__attribute__((destructor)) static void finish(void)
{
    const char *path = getenv("MPCF_COUNT_ALLOC");
    int fd = path != NULL ? open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600) : -1;

    if (fd >= 0) {
        (void) dprintf(fd, "%zu\n", atomic_load(&process_count));
        (void) close(fd);
    }
}

static bool must_fail(void)
{
    size_t count = atomic_fetch_add(&process_count, 1) + 1;

    if (process_limit != 0 && count == process_limit) {
        return true;
    }
    if (own.left == 0) {
        return false;
    }
    if (own.left > 1) {
        own.left--;
        return false;
    }
    if (own.once && own.failed) {
        return false;
    }
    own.failed = true;
    return true;
}

static bool refuse(void)
{
    if (must_fail()) {
        errno = ENOMEM;
        return true;
    }
    return false;
}

/* Seen by libraries, too. */
#pragma GCC visibility push(default)

void *malloc(size_t size)
{
    if (real.malloc == NULL) {
        start();
    }
    return refuse() ? NULL : real.malloc(size);
}

void *calloc(size_t count, size_t size)
{
    if (real.calloc == NULL) {
        start();
    }
    return refuse() ? NULL : real.calloc(count, size);
}

void *realloc(void *block, size_t size)
{
    if (real.realloc == NULL) {
        start();
    }
    return refuse() ? NULL : real.realloc(block, size);
}

int posix_memalign(void **block, size_t alignment, size_t size)
{
    if (real.posix_memalign == NULL) {
        start();
    }
    return refuse() ? ENOMEM : real.posix_memalign(block, alignment, size);
}

void *aligned_alloc(size_t alignment, size_t size)
{
    if (real.aligned_alloc == NULL) {
        start();
    }
    return refuse() ? NULL : real.aligned_alloc(alignment, size);
}

#pragma GCC visibility pop

void fail_alloc_arm(size_t k, bool once)
{
    own.failed = false;
    own.once = once;
    own.left = k;
}

bool fail_alloc_disarm(void)
{
    own.left = 0;
    return own.failed;
}
