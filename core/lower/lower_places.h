/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether a table of positions has room for the run's tokens.
 */
#ifndef MPCF_LOWER_LOWER_PLACES_H
#define MPCF_LOWER_LOWER_PLACES_H

#include "lower/lowering.h"

/* Fails L where NODE, a POSITIONS or an EMBEDDING, has too few rows for L's tokens. */
void lower_check_places(struct lowering *l, const mpcf_node *node);

#endif
