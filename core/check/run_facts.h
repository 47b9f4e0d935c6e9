/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a check found out on the way, for people.
 */
#ifndef MPCF_CHECK_RUN_FACTS_H
#define MPCF_CHECK_RUN_FACTS_H

#include <stddef.h>
#include <stdint.h>

/* Zero where nothing was. */
struct run_facts {
    size_t layers, heads, classes;
    int64_t positions;
    size_t parameters;
    uint64_t memory; /* bytes that the largest stage needs, about; of all roles that run here */
    const char *memory_of;   /* which stage that is */
    uint64_t machine_memory; /* what the machine has */
};

#endif
