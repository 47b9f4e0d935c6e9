/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tests that run under memcheck with secrets marked as undefined. VALGRIND_MAKE_MEM_UNDEFINED is
 * a macro where they can: with valgrind's header, and without a sanitizer, which has the memory.
 */
#ifndef MPCF_TESTS_MEMCHECK_H
#define MPCF_TESTS_MEMCHECK_H

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED 1
#else
#define SANITIZED 0
#endif

#if defined(__has_include)
#if __has_include(<valgrind/memcheck.h>) && !SANITIZED
#include <valgrind/memcheck.h>
#endif
#endif

static inline int memcheck_skip(const char *why)
{
    (void) printf("skipped: %s\n", why);
    return 77;
}

#ifdef VALGRIND_MAKE_MEM_UNDEFINED
/* This program again, under valgrind with OPTION; comes back only where that cannot be run. */
static inline int memcheck_again(const char *self, const char *option)
{
    (void) setenv("MPCF_THREADS", "1", 1);
    (void) execlp("valgrind", "valgrind", "-q", "--error-exitcode=9", option, self, (char *) NULL);
    return memcheck_skip("valgrind cannot be run");
}
#else
static inline int memcheck_absent(void)
{
    return memcheck_skip("built without valgrind's header, or with a sanitizer");
}
#endif

#endif
