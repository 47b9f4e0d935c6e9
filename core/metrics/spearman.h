/* SPDX-License-Identifier: Apache-2.0 */
/* Pearson's of the ranks, ties having their mean rank. */
#ifndef MPCF_METRICS_SPEARMAN_H
#define MPCF_METRICS_SPEARMAN_H

#include "metrics/metric.h"

extern const struct metric metric_spearman;

#endif
