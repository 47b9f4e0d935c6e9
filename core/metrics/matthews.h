/* SPDX-License-Identifier: Apache-2.0 */
/* Matthews' correlation, any number of classes (Gorodkin 2004); 0 where one side is constant. */
#ifndef MPCF_METRICS_MATTHEWS_H
#define MPCF_METRICS_MATTHEWS_H

#include "metrics/metric.h"

extern const struct metric metric_matthews;

#endif
