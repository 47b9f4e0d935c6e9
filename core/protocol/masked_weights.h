/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The provider's weights under the masks of a session: D = W - B, sent to the user once.
 *
 * B comes from the weight seed (dealer and provider), drawn afresh each session, under a key of
 * its own for each set of masked weights. A set is known by everything that goes into its numbers:
 * kind of step, node, ring, fraction, shape, orientation. Two sets under one B would show the user
 * their difference; so a session has one set of parameters, and each set of masked weights its own
 * key.
 */
#ifndef MPCF_PROTOCOL_MASKED_WEIGHTS_H
#define MPCF_PROTOCOL_MASKED_WEIGHTS_H

#include "base/digest.h"
#include "device/ring_products.h"
#include "prg/prg.h"
#include "program/program.h"
#include "protocol/message.h"
#include "protocol/step_operations.h"
#include "protocol/weights.h"
#include "ring/ring_product.h"
#include "ring/share_pool.h"

struct masked_weights {
    enum step_kind kind; /* LINEAR, BUCKET_SUMS or SCALE_COLUMNS */
    const char *node;    /* of its own */
    unsigned ring, fraction;
    struct dims dims;
    bool transposed;
    enum step_weight form;
    char id[FILE_DIGEST_SIZE];      /* SHA-256 of all above: B's key comes from it */
    struct ring_products *products; /* on a device; NULL: the CPU's. Set before it is filled */
    struct ring_packed
        *matrix;              /* LINEAR: user D, dealer B (the provider's W is weights_packed()) */
    struct ring_right *right; /* in its place on a device: provider W, user D, dealer B */
    struct ring_rows *rows;   /* BUCKET_SUMS: the same */
    uint64_t *vector;         /* SCALE_COLUMNS: the same */
};

bool masked_weights_are_used(const struct step *s);
/* Whether step S of P reads the masked weights that step T of Q reads. */
bool masked_weights_is_same(const struct program *p, const struct step *s, const struct program *q,
                            const struct step *t);
bool masked_weights_fits(const struct masked_weights *k, const struct program *p,
                         const struct step *s);

/* Masked weights for step S, its numbers still missing. NULL: memory. */
struct masked_weights *masked_weights_create(const struct program *p, const struct step *s);
void masked_weights_destroy(struct masked_weights *k);
/* The provider: takes W of WEIGHTS, writes D. The dealer: WEIGHTS and D NULL, takes B. */
mpcf_status masked_weights_fill(struct masked_weights *k, const struct program *p,
                                const struct step *s, const struct weights *weights,
                                const struct prg_key *weight_key, struct share_pool *pool,
                                struct message *d, mpcf_error *err);
/* The user: takes D. */
mpcf_status masked_weights_receive(struct masked_weights *k, struct share_pool *pool,
                                   struct message *d, mpcf_error *err);

#endif
