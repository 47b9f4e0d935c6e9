/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The plaintext reference: the integers of the secure run, without sharing.
 */
#ifndef MPCF_SECURE_REFERENCE_H
#define MPCF_SECURE_REFERENCE_H

#include "program/program.h"
#include "program/secure_input.h"
#include "protocol/weights.h"

struct reference_result {
    double smallest_margin; /* bits left at the fullest node of this run (over real rows) */
    const char *margin_node;
};
/* OUTPUT gets the revealed values as reals (of the program's REVEALs in order, dims.count doubles
 * each). A value of a real row outside its range: MPCF_E_RANGE, naming the node. OBSERVE (may be
 * NULL) is called with each value after it is computed, as int64 two's complement. */
typedef void reference_observe(void *context, const struct value *v, value_id id, const int64_t *x);
mpcf_status reference_run(const struct program *p, const struct weights *w,
                          const struct secure_input *in, double *output,
                          struct reference_result *result, reference_observe *observe,
                          void *context, mpcf_error *err);

#endif
