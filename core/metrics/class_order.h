/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether a network's answers fit the order in which its classes are named.
 */
#ifndef MPCF_METRICS_CLASS_ORDER_H
#define MPCF_METRICS_CLASS_ORDER_H

#include <stddef.h>

enum { CLASS_ORDER_MAX = 64 };

enum class_order_verdict {
    CLASS_ORDER_UNCLEAR, /* no order is better than guessing, or there are too few rows */
    CLASS_ORDER_FITS,
    CLASS_ORDER_OTHER /* another fits, and this one does not */
};

struct class_order {
    enum class_order_verdict verdict;
    double accuracy,
        best; /* mean of the classes' shares of right answers: as named, and in ORDER */
    double chance;
    size_t labels;                 /* that have rows enough to say something */
    size_t order[CLASS_ORDER_MAX]; /* of the label that answer I stands for */
};

/* COUNTS [classes, classes]: rows of label l that got answer a at l * classes + a. 2 to CLASS_ORDER_MAX
 * classes. A share is sure to twice its standard error, at most 1/2 over the root of the label's rows. */
void class_order_judge(const size_t *counts, size_t classes, struct class_order *out);

#endif
