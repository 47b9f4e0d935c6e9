/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Local division by a power of two, shared by TRUNCATE_REDUCE and the local form of
 * TRUNCATE_EXTEND.
 */
#ifndef MPCF_PROTOCOL_TRUNCATE_REDUCE_H
#define MPCF_PROTOCOL_TRUNCATE_REDUCE_H

#include "protocol/step_operations.h"

mpcf_status truncate_reduce_reference(struct reference_state *r, const struct step *s,
                                      mpcf_error *err);
mpcf_status truncate_reduce_compute(struct party *p, const struct step *s, mpcf_error *err);

#endif
