/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether what a user announces keeps to what was agreed: before a program is made for it, or
 * anything is allocated, and with a bound to all that one run may ask of provider or dealer.
 */
#ifndef MPCF_INFERENCE_AGREEMENT_H
#define MPCF_INFERENCE_AGREEMENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "channel/role.h"
#include "inference/announcement.h"
#include "pipeline/pipeline.h"

/* All zero before the first announcement. */
struct agreement {
    bool is_new;       /* the session began in this run; else it is resumed, or there is none */
    bool is_resumed;   /* a stored one was */
    size_t planned;    /* inferences of the new session */
    size_t dealt;      /* of them ahead */
    bool has_to_begin; /* the dealer went: nothing goes on but by a new session */
    unsigned rejoined; /* so often in this run */
    uint32_t next;     /* inferences below this one have begun, or were passed over */
};

/* HEARD is what comes next, and is within what ROLE's file P and the announcements before it allow:
 * counted in A. Else MPCF_E_PROTOCOL, with both and the key that says so. */
mpcf_status agreement_take(struct agreement *a, const struct pipeline *p, enum role role,
                           const struct announcement *heard, mpcf_error *err);
/* The session that was announced last did not begin, since the dealer went, or it went later: the
 * next to come is another. */
void agreement_lose_session(struct agreement *a);

#endif
