/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A network of a stranger: other names than BERT's, slots that are filled, a head of two branches,
 * and no regard for the order of a call's arguments.
 */
#ifndef MPCF_TESTS_OTHER_NETWORK_H
#define MPCF_TESTS_OTHER_NETWORK_H

#include "support/tiny_bert.h"

/* Fills T, to be closed by tiny_bert_close(). SWAPPED: of two arguments the second is evaluated
 * first. The graph is as its builder leaves it: not finished. */
void other_network_open(struct tiny_bert *t, bool swapped);

#endif
