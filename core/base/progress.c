/* SPDX-License-Identifier: Apache-2.0 */
/* Who is told how far the work is: the one sink that the host has set. */
#include "base/progress.h"

#include <stddef.h>

static progress_sink *current;
static void *current_context;

void progress_set_sink(progress_sink *sink, void *context)
{
    current = sink;
    current_context = context;
}

void progress_show(const struct progress *p)
{
    if (current != NULL) {
        current(current_context, p);
    }
}
