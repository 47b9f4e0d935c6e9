/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Numbers that the dealer shares, several for each element: the provider's shares are the bits of a stream, the
 * user's are sent.
 */
#ifndef MPCF_PROTOCOL_DEALT_NUMBERS_H
#define MPCF_PROTOCOL_DEALT_NUMBERS_H

#include "protocol/blocks.h"
#include "protocol/message.h"
#include "protocol/randomness.h"

struct dealt_numbers {
    const struct randomness *random;
    const struct step *step;
    unsigned ring; /* k, of each number */
    struct packed_array sent;
};

/* COUNT <= BLOCK_LENGTH numbers from FIRST on, which begins at a whole byte. */
void dealt_numbers_of_provider(const struct dealt_numbers *d, size_t first, uint64_t *out,
                               size_t count);
/* ROLE's shares. */
void dealt_numbers_read(const struct dealt_numbers *d, enum role role, size_t first, uint64_t *out,
                        size_t count);
/* Sends the user's shares of NUMBERS, which they take the place of. */
void dealt_numbers_send(const struct dealt_numbers *d, size_t first, uint64_t *numbers,
                        size_t count);

#endif
