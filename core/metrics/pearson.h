/* SPDX-License-Identifier: Apache-2.0 */
/* Correlation of scores; 0 where one side is constant. */
#ifndef MPCF_METRICS_PEARSON_H
#define MPCF_METRICS_PEARSON_H

#include "metrics/metric.h"

extern const struct metric metric_pearson;

#endif
