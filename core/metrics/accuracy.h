/* SPDX-License-Identifier: Apache-2.0 */
/* Share of equal classes. */
#ifndef MPCF_METRICS_ACCURACY_H
#define MPCF_METRICS_ACCURACY_H

#include "metrics/metric.h"

extern const struct metric metric_accuracy;

#endif
