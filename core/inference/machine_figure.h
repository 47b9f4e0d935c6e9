/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What computing takes this machine: measured once, kept in the user's cache folder.
 */
#ifndef MPCF_INFERENCE_MACHINE_FIGURE_H
#define MPCF_INFERENCE_MACHINE_FIGURE_H

#include <stdbool.h>

#include <jansson.h>

#include "inference/measure_figure.h"
#include "plugin/plugins.h"

struct machine_figure {
    struct figure of;
    size_t threads; /* of a role */
    json_t *facts;  /* processor, kernels, threads, build, when; where it is kept, or why not */
};

/* $XDG_CACHE_HOME/mpcf, or ~/.cache/mpcf, has a file for each processor, its kernels, number of threads and build of
 * mpcf. Where there is none, or ANEW, computing is measured now, which takes some seconds and is said in the
 * log; where it cannot be kept, that is said in FACTS. */
mpcf_status machine_figure_get(struct plugins *plugins, bool anew, struct machine_figure *out,
                               mpcf_error *err);
void machine_figure_clear(struct machine_figure *f);
/* Wall seconds of work that takes one thread SECONDS. */
double machine_figure_seconds(const struct machine_figure *f, double seconds);

#endif
