/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Padded batches of a corpus, in an order that seed and epoch alone decide.
 *
 * For training, the rows are shuffled, cut into chunks of 64 batches, each chunk sorted by
 * length and cut into batches, and the batches shuffled: little padding, yet every epoch
 * another mixture. For evaluation, all rows are sorted by length.
 */
#ifndef MPCF_CORPUS_BATCHES_H
#define MPCF_CORPUS_BATCHES_H

#include <stddef.h>
#include <stdint.h>

#include "corpus/corpus.h"
#include "float_engine/float_batch.h"

struct batches;

struct labelled_batch {
    struct float_batch inputs; /* right-padded; dropout_seed 0; valid until the next get */
    const double *labels;      /* [inputs.batch] */
    const uint32_t *rows;      /* [inputs.batch] numbers in corpus->items */
};

/* Batches of BATCH rows (the last of an epoch may be smaller). All memory is taken here.
 * CORPUS outlives it. In the order of batches_sort(). */
mpcf_status batches_create(const struct corpus *corpus, size_t batch, struct batches **out,
                           mpcf_error *err);
void batches_destroy(struct batches *b); /* NULL is fine */

void batches_shuffle(struct batches *b, uint64_t seed, uint64_t epoch);
void batches_sort(struct batches *b);

/* Batches of an epoch: the same for every order. */
size_t batches_count(const struct batches *b);
/* Most batch * tokens of any batch in the present order, for float_engine_create(). */
size_t batches_elements(const struct batches *b);
/* Batch INDEX below batches_count(), at any place: a resumed epoch starts in the middle. */
void batches_get(struct batches *b, size_t index, struct labelled_batch *out);

#endif
