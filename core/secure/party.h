/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The party engine: one inference of a program over channels.
 */
#ifndef MPCF_SECURE_PARTY_H
#define MPCF_SECURE_PARTY_H

#include "channel/channel.h"
#include "channel/role.h"
#include "preprocess/source.h"
#include "program/program.h"
#include "program/secure_input.h"
#include "protocol/step_operations.h"
#include "protocol/weights.h"
#include "secure/cost.h"
#include "secure/step_clock.h"

/* One inference of a party, from its keys to its result. */
struct party_options {
    const struct program *program;
    enum role role;
    uint32_t inference;
    const struct prg_key *key;
    struct share_pool *pool;
    struct masked_weights *const *masked; /* by step */
    const struct weights *weights;
    struct ring_products *products; /* NULL: products are the CPU's */
    random_observe *observe;        /* tests */
    void *observe_context;
    struct step_clock *clock; /* NULL: nobody measures */
};

struct party_run;

mpcf_status party_create(const struct party_options *o, struct party_run **out, mpcf_error *err);
void party_destroy(struct party_run *r); /* NULL is fine */
/* Before the input is known. User: corrections from SOURCE, input-independent shares, the message
 * before the run to PEER; provider: takes that message. Adds to METERED (may be NULL). */
mpcf_status party_offline(struct party_run *r, struct source *source, struct channel *peer,
                          struct cost *metered, mpcf_error *err);
/* IN and OUTPUT: the user's. */
mpcf_status party_online(struct party_run *r, const struct secure_input *in, double *output,
                         struct channel *peer, struct cost *metered, mpcf_error *err);

#endif
