/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A confusion matrix as a table whose cells are as dark as their share of the row.
 */
#ifndef MPCF_REPORT_PLOT_MATRIX_H
#define MPCF_REPORT_PLOT_MATRIX_H

#include <jansson.h>

#include "base/text.h"

#define MATRIX_CLASSES_MAX 12 /* more are not drawn: the tree has them */

/* COUNTS [label][prediction] as in the tree (NULL, or no square of counts: nothing is drawn); NAMES of the
 * classes, as far as there are any, else their numbers. */
void plot_matrix(struct text_buffer *page, const char *title, const json_t *counts,
                 const json_t *names);

#endif
