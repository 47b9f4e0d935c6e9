/* SPDX-License-Identifier: Apache-2.0 */
/* How much a role holds at once: a walk over the program that adds up what lives. */
#include "secure/memory_need.h"

#include "base/memory.h"
#include "protocol/step_operations.h"

static uint64_t bytes_of(const struct value *v)
{
    return v->kind == VALUE_BITS ? (uint64_t) v->dims.count * v->ring / 8
                                 : (uint64_t) v->dims.count * sizeof(uint64_t);
}

static bool is_weight(const struct value *v)
{
    return v->kind == VALUE_PROVIDER;
}

/* What a product with weights keeps of them for the session, an operand in the form of its kernel; and while the
 * session begins the largest of them as words, which the pool keeps, and as the user's message. */
static uint64_t weight_bytes(const struct program *p, enum role role)
{
    enum { ROUNDED = 4 };
    uint64_t bytes = 0, largest = 0;

    for (size_t i = 0; i < p->value_count; i++) {
        const struct value *v = &p->values[i];

        if (is_weight(v)) {
            const unsigned element = v->ring <= 32 ? 4 : 8;

            bytes += v->dims.count * (element + (role == ROLE_PROVIDER ? ROUNDED : 0));
            largest = v->dims.count > largest ? v->dims.count : largest;
        }
    }
    return bytes + largest * (sizeof(uint64_t) + (role == ROLE_USER ? sizeof(uint32_t) : 0));
}

/* The most that lives at once: results until their last reader, openings while their step waits. */
static uint64_t value_bytes(const struct program *p, uint32_t *left)
{
    uint64_t live = 0, most = 0;

    for (size_t i = 0; i < p->value_count; i++) {
        left[i] = p->values[i].uses;
    }
    for (size_t i = 0; i < p->step_count; i++) {
        const struct step *s = &p->steps[i];
        uint64_t opened = 0;

        for (size_t k = 0; k < s->in_count; k++) {
            opened += is_weight(&p->values[s->in[k]]) ? 0 : bytes_of(&p->values[s->in[k]]);
        }
        live += is_weight(&p->values[s->out]) ? 0 : bytes_of(&p->values[s->out]);
        most = live + opened > most ? live + opened : most;
        for (size_t k = 0; k < s->in_count; k++) {
            const struct value *v = &p->values[s->in[k]];

            if (left[s->in[k]] > 0 && --left[s->in[k]] == 0 && !is_weight(v)) {
                live -= bytes_of(v);
            }
        }
    }
    return most;
}

/* Corrections are read as their steps come; the provider takes the user's message as a whole. */
static uint64_t arriving_bytes(const struct program *p, enum role role)
{
    uint64_t corrections = 0;

    for (size_t i = 0; i < p->step_count; i++) {
        corrections += p->costs[i].correction_bits / 8;
    }
    return role == ROLE_USER       ? corrections + p->offline_bytes
           : role == ROLE_PROVIDER ? p->offline_bytes
                                   : 0;
}

/* The walk counts an operand and what is opened of it as two; the dealer holds masks of few steps. */
static uint64_t of_values(uint64_t most, enum role role)
{
    return role == ROLE_DEALER ? most * 3 / 8 : most * 5 / 8;
}

uint64_t secure_memory_need(const struct program *p, enum role role)
{
    enum { PROGRAM_BYTES = 14 << 20 }; /* the process with its plug-ins */
    uint32_t *left = mpcf_alloc_array(p->value_count + 1, sizeof *left);
    const uint64_t values = left != NULL ? value_bytes(p, left) : 0;

    mpcf_free(left);
    return PROGRAM_BYTES + weight_bytes(p, role) + of_values(values, role) +
           arriving_bytes(p, role);
}
