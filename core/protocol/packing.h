/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The provider's weights under the masks of a session: D = W - B, sent to the user once.
 *
 * B comes from the weight seed (dealer and provider), drawn afresh each session, under a key of
 * its own for each packing. A packing is known by everything that goes into its numbers: kind
 * of step, node, ring, fraction, shape, orientation. Two packings under one B would show the user
 * their difference; so a session has one set of weights, and each packing its own key.
 */
#ifndef MPCF_PROTOCOL_PACKING_H
#define MPCF_PROTOCOL_PACKING_H

#include "base/file.h"
#include "compute/prg.h"
#include "engine/secure.h"
#include "program/program.h"
#include "protocol/message.h"
#include "share/pool.h"

struct packing {
    enum step_kind kind; /* LINEAR or SCALE_COLUMNS */
    const char *node;    /* of its own */
    unsigned ring, fraction;
    struct dims dims;
    bool transposed;
    char id[FILE_DIGEST_SIZE];  /* SHA-256 of all above: B's key comes from it */
    struct ring_packed *matrix; /* LINEAR: provider W, user D, dealer B */
    uint64_t *vector;           /* SCALE_COLUMNS: the same */
};

bool packing_is_needed(const struct step *s);
/* Whether step S of P reads the packing that step T of Q reads. */
bool packing_is_same(const struct program *p, const struct step *s, const struct program *q,
                     const struct step *t);
bool packing_fits(const struct packing *k, const struct program *p, const struct step *s);
size_t packing_bytes(const struct program *p, const struct step *s);
/* Steps of a LINEAR: depth (columns of x) and columns of the result. */
void linear_shape(const struct program *p, const struct step *s, size_t *rows, size_t *depth,
                  size_t *columns);

/* A packing for step S, its numbers still missing. NULL: memory. */
struct packing *packing_create(const struct program *p, const struct step *s);
void packing_destroy(struct packing *k);
/* The provider: takes W of WEIGHTS, writes D. The dealer: WEIGHTS and D NULL, takes B. */
mpcf_status packing_fill(struct packing *k, const struct program *p, const struct step *s,
                         const struct weights *weights, const struct prg_key *weight_key,
                         struct share_pool *pool, struct message *d, mpcf_error *err);
/* The user: takes D. */
mpcf_status packing_receive(struct packing *k, struct share_pool *pool, struct message *d,
                            mpcf_error *err);

#endif
