/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How much memory this machine has for a process.
 */
#ifndef MPCF_BASE_MACHINE_MEMORY_H
#define MPCF_BASE_MACHINE_MEMORY_H

#include <stdint.h>

struct machine_memory {
    uint64_t
        all; /* that processes can have at most: memory and swap, or what a limit leaves of it */
    uint64_t free; /* now, without pushing others out; at most ALL */
};
/* UINT64_MAX where the system does not say. */
struct machine_memory machine_memory(void);

#endif
