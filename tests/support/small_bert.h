/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A small BERT and the ranges of its nodes, which a test may change before it is lowered.
 */
#ifndef SUPPORT_SMALL_BERT_H
#define SUPPORT_SMALL_BERT_H

#include "lower/lower.h"
#include "support/tiny_bert.h"

struct tiny_bert small_bert(const char *activation, const char *normaliser);

struct refused {
    struct tiny_bert t;
    mpcf_graph *g;
    struct ranges *ranges;
    struct lower_options options;
    mpcf_error *err;
};

/* Of quad and NORMALISER, calibrated on 12 tokens. */
void refused_open(struct refused *r, const char *normaliser);
void refused_close(struct refused *r);
/* That it is not lowered, and that the reason has MESSAGE. */
void check_refused(struct refused *r, mpcf_status want, size_t batch, bool exact,
                   const char *message);
/* Of all nodes with PART in their names. */
void set_range(struct refused *r, const char *part, double low, double high);

#endif
