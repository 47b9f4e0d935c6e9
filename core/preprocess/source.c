/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Corrections straight from the dealer.
 */
#include "preprocess/source.h"

static mpcf_status read_stream(struct source *s, void *data, size_t length, mpcf_error *err)
{
    return channel_recv(s->context, data, length, err);
}

struct source source_stream(struct channel *dealer)
{
    return (struct source){.read = read_stream, .context = dealer};
}
