/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How much memory a deed takes at most, measured by the system in a process of its own.
 */
#ifndef MPCF_TESTS_PEAK_MEMORY_H
#define MPCF_TESTS_PEAK_MEMORY_H

#include <stdbool.h>
#include <stddef.h>

/* False, and says so, where resident memory tells nothing (sanitizers, no /proc/self/clear_refs). */
bool peak_memory_works(void);
/* Bytes that were resident at most while DEED ran in a forked child, beyond those before. What it
 * asserts is asserted here, too. */
size_t peak_memory_of(void (*deed)(void *context), void *context);

#endif
