/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A program that begins with a shared value of chosen integers: the user's one-hot rows pick
 * rows of a matrix of the provider. Its user's share is input-independent; the other form adds zero
 * times the user's own, which changes nothing but that.
 */
#ifndef MPCF_TESTS_SHARED_SOURCE_H
#define MPCF_TESTS_SHARED_SOURCE_H

#include "support/parties.h"
#include "support/programs.h"

#define SOURCE_WEIGHTS 8

struct shared_source {
    struct program *p;
    size_t rows, columns;
    value_id one_hot;
    int64_t *numbers[SOURCE_WEIGHTS]; /* of PROVIDER step .. */
    uint32_t steps[SOURCE_WEIGHTS];   /* .. of this index */
    size_t count;
    int32_t *ids; /* 0 .. rows - 1 */
    struct secure_input input;
};

void source_init(struct shared_source *s, size_t rows, size_t columns);
void source_clear(struct shared_source *s);
/* A constant of the provider; takes over NUMBERS (malloc). */
value_id source_provider(struct shared_source *s, struct dims dims, int64_t *numbers,
                         unsigned magnitude);
/* Shared [1, 1, rows, columns] of NUMBERS (copied), |.| < 2^(magnitude-1), in RING. */
value_id source_shared(struct shared_source *s, const int64_t *numbers, unsigned ring,
                       unsigned magnitude, bool is_input_independent);
/* A step on it with a result of its shape. */
value_id source_step(struct shared_source *s, enum step_kind kind, value_id a, value_id b,
                     bool has_b, unsigned ring, unsigned magnitude);
/* Instead of source_init(): a program with every step kind, on values that are input-independent
 * or not, at the edge of their range; nothing is revealed, the program is not finished. */
void source_every_step(struct shared_source *s, size_t rows, size_t columns);
/* Weights of a finished program; weights_destroy(). */
struct weights *source_weights(const struct shared_source *s);
/* Finishes, reveals every value of REVEALED, runs the three parties; integers of the ring,
 * one value after the other, to OUT. Checks cost against meters. And what the plaintext
 * reference says to EXPECTED (may be NULL). */
void source_run(struct shared_source *s, const value_id *revealed, size_t count, int64_t *out,
                int64_t *expected);
/* Numbers for |x| < 2^(magnitude-1): its edges, 0, 1, -1 and uniform ones. malloc. */
int64_t *source_numbers(size_t count, unsigned magnitude, uint64_t seed);

#endif
