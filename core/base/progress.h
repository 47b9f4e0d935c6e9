/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How far long work is. The host decides how it looks; without a sink nothing is shown.
 */
#ifndef MPCF_BASE_PROGRESS_H
#define MPCF_BASE_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

struct progress {
    const char *stage;      /* "distill: layers" */
    uint64_t epoch, epochs; /* from 1; 0: no epochs */
    uint64_t done, total;   /* steps or rows; total 0: unknown */
    double loss;            /* of late; NaN: none */
    double rate;            /* units a second; 0: unknown */
    const char *unit;       /* of the rate: "examples" */
    bool is_final;          /* the last of this stage */
    bool is_passing;        /* work within a stage, whose result is told elsewhere */
};

typedef void progress_sink(void *context, const struct progress *p);
void progress_set_sink(progress_sink *sink, void *context);
void progress_show(const struct progress *p);

#endif
