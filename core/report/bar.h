/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A bar of parts as wide as the page, drawn with its colours, and its legend.
 */
#ifndef MPCF_REPORT_BAR_H
#define MPCF_REPORT_BAR_H

#include <stddef.h>

#include "base/text.h"
#include "report/number.h"

/* Parts of a whole, side by side; values from 0 on. COLOUR is the place of a part in the page's palette,
 * [0, BAR_COLOURS). */
#define BAR_COLOURS 8
struct bar_part {
    const char *name;
    double value;
    size_t colour;
};
/* Nothing where all of them are 0. */
void bar_put(struct text_buffer *page, const char *title, const struct bar_part *parts,
             size_t count, enum number_unit unit);
/* The names of COUNT parts with their colours. */
void bar_legend(struct text_buffer *page, const struct bar_part *parts, size_t count);

#endif
