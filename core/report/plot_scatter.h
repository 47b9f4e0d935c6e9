/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Scores over labels as inline SVG: a dot a bin, its area the number of examples in it.
 */
#ifndef MPCF_REPORT_PLOT_SCATTER_H
#define MPCF_REPORT_PLOT_SCATTER_H

#include <stddef.h>

#include <jansson.h>

#include "base/text.h"

/* SCATTER as in the tree (docs/report.md); NULL, or another form: nothing is drawn. */
void plot_scatter(struct text_buffer *page, const char *title, const json_t *scatter,
                  size_t colour);

#endif
