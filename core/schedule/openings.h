/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which steps open the same value: they may share one opening, if they open it for one ring.
 */
#ifndef MPCF_SCHEDULE_OPENINGS_H
#define MPCF_SCHEDULE_OPENINGS_H

#include "program/program.h"

/* An opening: operand ITEM (of those that are opened) of step STEP. */
struct opener {
    value_id value;
    uint32_t step;
    uint8_t item;
};

/* Sorted by value, then by step; none where a value is opened once. Independent of rings. */
struct openings {
    struct opener *items;
    size_t count;
};

/* Of P's steps, which keep their operands and what they open. MPCF_E_NOMEM. */
mpcf_status openings_find(const struct program *p, struct openings *out, mpcf_error *err);
void openings_clear(struct openings *o);
/* Past the last opener of the value of item FIRST. */
size_t openings_end(const struct openings *o, size_t first);

/* Sets the opening of every step: the first step by round, then by place, that opens a value for
 * a ring does it for all. Rounds are known. */
void openings_share(struct program *p, const struct openings *o);

#endif
