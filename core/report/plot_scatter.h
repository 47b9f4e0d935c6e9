/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Scores over labels as inline SVG: a dot a bin, its area the number of examples in it.
 */
#ifndef MPCF_REPORT_PLOT_SCATTER_H
#define MPCF_REPORT_PLOT_SCATTER_H

#include <stddef.h>

#include <jansson.h>

#include "base/text.h"

/* Widens RANGE to what a scatter of the TREE (docs/report.md) needs; not where it is
 * NULL or of another form. */
void plot_scatter_range(const json_t *tree, double range[2]);
/* Both axes are RANGE, low < high. NULL, or another form: nothing is drawn. */
void plot_scatter(struct text_buffer *page, const char *title, const json_t *tree,
                  const double range[2], size_t colour);

#endif
