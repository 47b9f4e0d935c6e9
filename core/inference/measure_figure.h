/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Measures what computing takes this machine, by running programs of all kinds of steps on it.
 */
#ifndef MPCF_INFERENCE_MEASURE_FIGURE_H
#define MPCF_INFERENCE_MEASURE_FIGURE_H

#include "inference/figure_network.h"
#include "inference/machine_figure.h"

/* Sets F's rates and speedup; its threads are those there are. */
mpcf_status measure_figure(struct plugins *plugins, struct machine_figure *f, mpcf_error *err);
/* Runs P, of N, some times with one thread a role. CLOCKS by role are made; clear them also after a failure. */
mpcf_status measure_steps(const struct figure_network *n, const struct program *p,
                          const struct weights *weights, struct step_clock clocks[3],
                          mpcf_error *err);

#endif
