/* SPDX-License-Identifier: Apache-2.0 */
/* Harmonic mean of precision and recall of class 1; of two classes; 0 where there is none. */
#ifndef MPCF_METRICS_F1_H
#define MPCF_METRICS_F1_H

#include "metrics/metric.h"

extern const struct metric metric_f1;

#endif
