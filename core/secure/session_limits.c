/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How many blocks of masks a program draws at most.
 *
 * A step draws a word for each element that it sends masked, and for each of the provider's shares
 * of what the dealer corrects: of an element of its operands or its result never more than four
 * (LIFT_PRODUCT: shares of four corrections of the result; of each operand the mask and two). COMPARE also draws planes of bits,
 * which are sent or corrected as they are: its words there are those of its messages. WAVES draws a word for the two
 * shares of a harmonic, or two words where they have more than 32 bits: one for 32 bits of the dealer's at most. That is
 * looser than what a step draws, and simpler; tests watch every kind draw.
 */
#include "secure/session_limits.h"

#include <inttypes.h>

#include "protocol/step_operations.h"

enum {
    WORDS_OF_ELEMENT = 4,
    BITS_OF_WORD = 32,
    STREAMS_OF_STEP = 64, /* items; each may begin a block that it does not use whole */
    WORDS_OF_BLOCK = 2
};

static uint64_t elements_of(const struct program *p, const struct step *s)
{
    uint64_t elements = p->values[s->out].dims.count;

    for (size_t i = 0; i < s->in_count; i++) {
        elements += p->values[s->in[i]].dims.count;
    }
    return elements;
}

/* What it sends, and what the dealer sends for it. */
static uint64_t bits_of(const struct step_cost *cost)
{
    uint64_t bits = cost->offline_bits + cost->correction_bits;

    for (size_t i = 0; i < STEP_ROUNDS_MAX; i++) {
        bits += cost->provider_bits[i] + cost->user_bits[i];
    }
    return bits;
}

uint64_t step_mask_words(const struct program *p, const struct step *s)
{
    const uint64_t bits = bits_of(&p->costs[s->index]);

    return bits == 0 ? 0 : WORDS_OF_ELEMENT * elements_of(p, s) + bits / BITS_OF_WORD;
}

mpcf_status session_check_program(const struct program *p, mpcf_error *err)
{
    uint64_t blocks = 0;

    for (size_t i = 0; i < p->step_count; i++) {
        blocks += step_mask_words(p, &p->steps[i]) / WORDS_OF_BLOCK + STREAMS_OF_STEP;
    }
    return blocks <= INFERENCE_BLOCKS
               ? MPCF_OK
               : mpcf_fail(err, MPCF_E_UNSUPPORTED,
                           "an inference of %zu examples of %zu tokens may draw %" PRIu64
                           " blocks of masks under one key, and AES-128 allows %" PRIu64
                           ": use a smaller batch",
                           p->batch, p->tokens, blocks, INFERENCE_BLOCKS);
}
