/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From a kind of step to its row.
 */
#ifndef MPCF_PROTOCOL_STEP_TABLE_H
#define MPCF_PROTOCOL_STEP_TABLE_H

#include "protocol/step_operations.h"

/* One row a kind, of core/protocol/NAME.c. */
extern const struct step_operations *const step_table[STEP_COUNT];

/* Every step knows its row from here on. Where a program's steps are all there. */
void steps_attach(struct program *p);
/* Another kind on the same operands. */
void step_become(struct step *s, enum step_kind kind);

#endif
