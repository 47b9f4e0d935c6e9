/* SPDX-License-Identifier: Apache-2.0 */
/*
 * x^2 in the clear, shared by SQUARE and LIFT_SQUARE.
 */
#ifndef MPCF_PROTOCOL_SQUARE_H
#define MPCF_PROTOCOL_SQUARE_H

#include "protocol/step_operations.h"

mpcf_status square_reference(struct reference_state *r, const struct step *s, mpcf_error *err);

#endif
