/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The rows of all kinds. The only file that names them: a kind knows nothing of the others.
 */
#include "protocol/step_table.h"

#define STEP_DECLARE(upper, lower) extern const struct step_operations step_operations_##lower;
STEP_MAP(STEP_DECLARE)
#undef STEP_DECLARE

/* A kind without its row does not link. */
const struct step_operations *const step_table[STEP_COUNT] = {
#define STEP_ENTRY(upper, lower) [STEP_##upper] = &step_operations_##lower,
    STEP_MAP(STEP_ENTRY)
#undef STEP_ENTRY
};

void steps_attach(struct program *p)
{
    for (size_t i = 0; i < p->step_count; i++) {
        step_become(&p->steps[i], p->steps[i].kind);
    }
}

void step_become(struct step *s, enum step_kind kind)
{
    s->kind = kind;
    s->operations = step_table[kind];
}
