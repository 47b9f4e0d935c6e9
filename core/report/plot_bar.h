/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A bar of parts as inline SVG, drawn with the page's colours, and its legend.
 */
#ifndef MPCF_REPORT_PLOT_BAR_H
#define MPCF_REPORT_PLOT_BAR_H

#include <stddef.h>

#include "base/text.h"
#include "report/html.h"

/* Parts of a whole, side by side in one bar of full width; values from 0 on. COLOUR is the
 * place of a part in the page's palette, [0, PLOT_COLOURS). */
#define PLOT_COLOURS 8
struct plot_part {
    const char *name;
    double value;
    size_t colour;
};
void plot_bar(struct text_buffer *page, const char *title, const struct plot_part *parts,
              size_t count, enum html_unit unit);
/* The names of COUNT parts with their colours. */
void plot_legend(struct text_buffer *page, const struct plot_part *parts, size_t count);

#endif
