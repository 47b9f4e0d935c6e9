/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Openings of masked operands, Beaver's e = x - a: shared by the kinds whose row `opens`
 * operands.
 *
 * Ideal function: both parties get x - a modulo 2^k, a uniform and known to neither (a = a0 + a1
 * from the two seeds). An operand that one party owns is masked by that party's stream alone,
 * and only it sends.
 * Messages: each party its x_i - a_i, in one round; the user's part before the run where x is
 * input-independent. Bytes: ceil(n k / 8) from each that sends. Leakage: none, e is uniform.
 * A value is opened once for a ring in a program; later products use the same e, a.
 * Source: Beaver, "Efficient multiparty protocols using circuit randomization" (1991).
 */
#ifndef MPCF_PROTOCOL_OPENING_H
#define MPCF_PROTOCOL_OPENING_H

#include "channel/role.h"
#include "protocol/step_operations.h"

#define LIFT_MAGNITUDE_MAX 62 /* so that the sum of two masks keeps within a word */

/* How many operands a step opens this way (0, 1, 2), and which values they are. */
unsigned opening_count(const struct step *s);
value_id opening_id(const struct step *s, unsigned j);
/* The ring operand J is opened in: the result's, or of a kind that lifts one bit more than the
 * operand's magnitude (lift.h), or what the kind says. An operand that `widens` is
 * opened in the result's ring where its `wide` is no less, and in `wide` bits where that is. */
unsigned opening_ring(const struct program *p, const struct step *s, unsigned j);
/* Columns of step_operations.h for a step whose one round is its openings. */

/* The result is shared; what is opened is shared or owned, in a ring no narrower than the opening's;
 * what is lifted is not the provider's. */
const char *opening_check(const struct program *p, const struct step *s);
/* And of one correction, the user's share of the masks' product: an element of it for each of the
 * result. */
void opening_cost(const struct program *p, const struct step *s, struct step_cost *cost);
mpcf_status opening_send_offline(struct party *p, const struct step *s, struct message *out,
                                 mpcf_error *err);
mpcf_status opening_send(struct party *p, const struct step *s, unsigned round, struct message *out,
                         mpcf_error *err);
mpcf_status opening_receive(struct party *p, const struct step *s, unsigned round,
                            struct message *in, mpcf_error *err);

/* e of operand J, after receive. */
const uint64_t *opening_get(const struct party *p, const struct step *s, unsigned j);
/* After the step's last use. */
void opening_release(struct party *p, const struct step *s);
/* ROLE's share of the mask of operand J: N elements from FIRST. */
void opening_mask(const struct program *p, const struct randomness *r, enum role role,
                  const struct step *s, unsigned j, size_t first, uint64_t *out, size_t n);
/* a0 + a1: the dealer's. OTHER is scratch for N words. */
void opening_mask_whole(const struct program *p, const struct randomness *r, const struct step *s,
                        unsigned j, size_t first, uint64_t *out, uint64_t *other, size_t n);

#endif
