/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A BERT of any size with random weights, built without plug-ins or files.
 */
#ifndef MPCF_TESTS_TINY_BERT_H
#define MPCF_TESTS_TINY_BERT_H

#include "float_engine/float_batch.h"
#include "graph/parameters.h"
#include "lower/lower.h"

struct tiny_bert {
    int64_t layers, hidden, heads, inner, vocab, positions, classes;
    const char *activation; /* "quad", "gelu", "relu" */
    const char *normaliser; /* "2quad", "softmax", "2relu" */
    double spread;          /* of weights; 0: 1/sqrt(columns) */
    /* Made by tiny_bert_open(): */
    mpcf_graph *graph;
    struct parameters *parameters;
};

void tiny_bert_open(struct tiny_bert *t, uint64_t seed);
void tiny_bert_close(struct tiny_bert *t);

/* Random ids; example i has tokens - i % (tokens / 2) real tokens where PADDED, else all. */
struct tiny_batch {
    struct float_batch batch;
    int32_t *ids, *types, *mask;
};
void tiny_batch_open(struct tiny_batch *b, const struct tiny_bert *t, size_t batch, size_t tokens,
                     bool padded, uint64_t seed);
void tiny_batch_close(struct tiny_batch *b);

/* Ranges of PASSED (a graph after pass_all) over COUNT random batches. */
struct ranges *tiny_bert_calibrate(const struct tiny_bert *t, const mpcf_graph *passed,
                                   size_t batch, size_t tokens, size_t count);
/* Output "logits" of G: batch x classes floats, mpcf_free. */
float *tiny_bert_logits(const struct tiny_bert *t, const mpcf_graph *g, const struct tiny_batch *b);

#endif
