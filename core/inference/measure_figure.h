/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Measures what computing takes this machine, by running programs of all kinds of steps on it.
 */
#ifndef MPCF_INFERENCE_MEASURE_FIGURE_H
#define MPCF_INFERENCE_MEASURE_FIGURE_H

#include "inference/figure_network.h"
#include "inference/measure_messages.h"
#include "secure/computing.h"

struct figure {
    struct computing_rates rates; /* of one thread */
    struct message_times messages;
    double speedup; /* of a matrix product on THREADS */
};
/* The number of workers is THREADS afterwards. */
mpcf_status measure_figure(struct plugins *plugins, size_t threads, struct figure *out,
                           mpcf_error *err);
/* Runs P, of N, some times with one thread a role. CLOCKS by role are made; clear them also after a failure. */
mpcf_status measure_steps(const struct figure_network *n, const struct program *p,
                          const struct weights *weights, struct step_clock clocks[3],
                          mpcf_error *err);

#endif
