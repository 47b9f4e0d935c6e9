/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where the user's corrections come from, step after step in program order: the dealer's stream
 * now, or a store that was filled earlier.
 */
#ifndef MPCF_PREPROCESS_SOURCE_H
#define MPCF_PREPROCESS_SOURCE_H

#include <stddef.h>

#include <mpcf/error.h>

#include "channel/channel.h"

struct source {
    /* The next LENGTH bytes. */
    mpcf_status (*read)(struct source *s, void *data, size_t length, mpcf_error *err);
    void *context;
};

/* From the dealer on CHANNEL, one message a step; it outlives the source. */
struct source source_stream(struct channel *dealer);

#endif
