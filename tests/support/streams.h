/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How many words of each stream all roles together draw: for test_parties.observe.
 */
#ifndef MPCF_TESTS_STREAMS_H
#define MPCF_TESTS_STREAMS_H

#include <pthread.h>
#include <stddef.h>
#include <stdint.h>

#include "channel/role.h"
#include "prg/prg.h"

enum { STREAMS_STEPS = 64 };

/* Of one inference. Begin with STREAMS_NONE. */
struct streams {
    pthread_mutex_t lock;
    uint64_t words[2][STREAMS_STEPS][256]; /* by role, step, item: behind the last one drawn */
};
#define STREAMS_NONE                                                                               \
    {                                                                                              \
        .lock = PTHREAD_MUTEX_INITIALIZER                                                          \
    }

/* A random_observe whose context is a struct streams. */
void streams_observe(void *context, enum role role, struct prg_stream stream, uint64_t first,
                     size_t n);
/* Under ROLE's key for STEP. */
uint64_t streams_words(const struct streams *s, enum role role, size_t step);

#endif
