/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The dealer engine: the corrections of one inference of a program.
 */
#ifndef MPCF_SECURE_DEALER_H
#define MPCF_SECURE_DEALER_H

#include "channel/channel.h"
#include "prg/prg.h"
#include "program/program.h"
#include "protocol/randomness.h"
#include "ring/share_pool.h"
#include "secure/step_clock.h"

struct masked_weights;
struct ring_products;

/* The dealer's part of one inference: a message a step to USER, where its correction is not
 * empty. */
struct deal_options {
    const struct program *program;
    uint32_t inference;
    const struct prg_key *key[2];
    struct share_pool *pool;
    struct masked_weights *const *masked;
    struct ring_products *products; /* NULL: products are the CPU's */
    random_observe *observe;        /* tests */
    void *observe_context;
    struct step_clock *clock; /* NULL: nobody measures */
};
mpcf_status dealer_run(const struct deal_options *o, struct channel *user, mpcf_error *err);

#endif
