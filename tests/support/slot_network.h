/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One layer of attention whose normaliser and layer norm are slots, with random weights, and formulas
 * that say where they are.
 */
#ifndef MPCF_TESTS_SLOT_NETWORK_H
#define MPCF_TESTS_SLOT_NETWORK_H

#include "graph/parameters.h"
#include "graph/slots.h"

enum { SLOT_HEADS = 5, SLOT_WIDTH = 20, SLOT_TOKENS = 6, SLOT_BATCH = 3, SLOT_CLASSES = 3 };

struct slot_network {
    mpcf_graph *graph; /* not finished */
    struct parameters *parameters;
    int32_t ids[SLOT_BATCH * SLOT_TOKENS], mask[SLOT_BATCH * SLOT_TOKENS];
};

/* (x + c)^2 m / sum; the config is c, NULL 5. */
extern const mpcf_approx slot_test_2quad;
/* x a m / n: a, an own value of each head, starts at 0.5. */
extern const mpcf_approx slot_test_scale;
/* tanh(a x), a own, at 0.5. */
extern const mpcf_approx slot_test_tanh;
/* (x - mean) / sqrt(variance + epsilon), epsilon where it is asked for. */
extern const mpcf_approx slot_test_norm;

/* The graph alone, failed or not. */
mpcf_graph *slot_network_graph(const struct slot_filling *fillings, size_t count);
/* Fails the test where it cannot be built. GRADIENTS: to be trained. */
void slot_network_open(struct slot_network *n, const struct slot_filling *fillings, size_t count,
                       bool gradients);
void slot_network_close(struct slot_network *n);
/* Output "logits" of G, a graph of N's parameters, into LOGITS[SLOT_BATCH * SLOT_CLASSES]. */
void slot_network_logits(const struct slot_network *n, const mpcf_graph *g, float *logits);
/* The set of the heads of TEXT, one digit each: "03". */
struct head_set slot_heads(const char *text);

#endif
