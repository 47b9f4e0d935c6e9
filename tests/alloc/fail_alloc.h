/* SPDX-License-Identifier: Apache-2.0 */
/*
 * malloc() and its kin for a whole program, libraries included, which fail when they are told to.
 * Linked into a program (not a library), so that they stand before the C library's, and before a
 * sanitizer's, which they call.
 */
#ifndef MPCF_TESTS_FAIL_ALLOC_H
#define MPCF_TESTS_FAIL_ALLOC_H

#include <stdbool.h>
#include <stddef.h>

#include <mpcf/error.h>

/* The K-th allocation of this thread from now on fails (1: the next), and where ONCE is false
 * all after it. */
void fail_alloc_arm(size_t k, bool once);
/* None fails any more. True where one did. */
bool fail_alloc_disarm(void);

/*
 * RUN with the first allocation failing, then with the second, and so on until none is left to
 * fail; one failing alone, and all from there on. Each time it must say that memory was short, or
 * have done its work all the same, which RUN itself checks (cmocka). Blocks that are lost are the
 * leak sanitizer's to find.
 */
void assert_survives(const char *what, mpcf_status (*run)(void *context, mpcf_error *err),
                     void *context);

#endif
