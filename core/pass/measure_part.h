/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The part of the network that a pass runs.
 */
#ifndef MPCF_PASS_MEASURE_PART_H
#define MPCF_PASS_MEASURE_PART_H

#include "pass/measure_order.h"

/* Of the pass's items: m->part, its nodes in m->made. */
mpcf_status measure_make_part(struct measuring *m, mpcf_error *err);
/* m->known: the network's parameters, and one for each kept value that is whole. */
mpcf_status measure_list_known(struct measuring *m, mpcf_error *err);
void measure_clear_pass(struct measuring *m);
/* The name of a kept value in the part. */
const char *measure_label_of(const mpcf_node *node, char text[32]);

#endif
