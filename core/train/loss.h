/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Losses: each returns its value and adds its gradient with respect to its first operand to SEED.
 */
#ifndef MPCF_TRAIN_LOSS_H
#define MPCF_TRAIN_LOSS_H

#include <stddef.h>
#include <stdint.h>

/* Mean over ROWS of -log softmax(logits)[label]; logits [rows, classes]. */
double loss_cross_entropy(const float *logits, const double *labels, size_t rows, size_t classes,
                          float *seed);
/* Mean of (score - label)^2; one score a row. */
double loss_regression(const float *scores, const double *labels, size_t rows, float *seed);
/* Mean of (a - b)^2 over COUNT. */
double loss_mean_square(const float *a, const float *b, size_t count, float *seed);
/* Mean over all entries of (a - b)^2, entries at masked keys taken as 0 in both;
 * a, b [batch, heads, tokens, tokens], mask [batch, tokens]. */
double loss_scores(const float *a, const float *b, const int32_t *mask, size_t batch, size_t heads,
                   size_t tokens, float *seed);
/* Cross-entropy of softmax(teacher / T) and softmax(logits / T), mean over rows; TEMPERATURE 0
 * stands for 1. */
double loss_soft(const float *logits, const float *teacher, double temperature, size_t rows,
                 size_t classes, float *seed);

#endif
