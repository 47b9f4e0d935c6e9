/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rounds: what a program sends when. One round is one message each way between the parties.
 */
#ifndef MPCF_PROGRAM_ROUND_H
#define MPCF_PROGRAM_ROUND_H

#include <stddef.h>
#include <stdint.h>

#define STEP_ROUNDS_MAX 8

/* What a step sends. All bits are whole bytes: each array a step sends ends at one. */
struct step_cost {
    uint32_t rounds; /* messages in sequence, 0 for local steps */
    /* Online, by round of the step. */
    uint64_t provider_bits[STEP_ROUNDS_MAX], user_bits[STEP_ROUNDS_MAX];
    uint64_t offline_bits;    /* the user's, before the run */
    uint64_t correction_bits; /* dealer to user */
    uint64_t setup_bits;      /* provider to user, once a session */
    uint64_t wide_bits;       /* of results beyond what one pass of the product kernels holds: not
                                 sent, but a price in time */
    uint64_t
        multiplications; /* of a matrix product, one of it; 0 of other kinds: not sent either */
};

/* A step that takes part in a round: with its own round number NUMBER (0: its first). */
struct round_step {
    uint32_t step, number;
};

/* Steps are in program order, which is the order of their parts in a message. */
struct round {
    const uint32_t *local; /* steps without a message of their own: done before this one */
    const struct round_step *exchange; /* steps that have a part in this one's messages */
    const uint32_t *complete;          /* those of EXCHANGE for which it is the last */
    uint32_t local_count, exchange_count, complete_count;
    size_t provider_bytes, user_bytes; /* what each party sends, without the frame */
    uint32_t function; /* of the first step that sends: frame and delay are booked there */
};

#endif
