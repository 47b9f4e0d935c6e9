/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The rounds of a COMPARE after its first: groups are joined pair by pair.
 */
#ifndef MPCF_PROTOCOL_COMPARE_TREE_H
#define MPCF_PROTOCOL_COMPARE_TREE_H

#include "protocol/compare_shape.h"

void compare_tree_cost(const struct compare *c, struct step_cost *cost);
mpcf_status compare_tree_deal(const struct compare *c, struct deal_run *d, struct message *out,
                              mpcf_error *err);
void compare_tree_send(const struct compare *c, struct party *p, unsigned round,
                       struct message *out);
void compare_tree_receive(const struct compare *c, struct party *p, unsigned round,
                          struct message *in);

#endif
