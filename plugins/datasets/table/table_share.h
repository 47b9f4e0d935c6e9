/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which rows of one file are judged. Each text has a number that depends on the text and the seed; the
 * rows with the smallest ones, so many as the share says, are judged. So a row stays where it is
 * when others come or change their order (but at the edge), and equal texts are never on both sides.
 */
#ifndef MPCF_TABLE_SHARE_H
#define MPCF_TABLE_SHARE_H

#include <stdint.h>

#include "table_options.h"

uint64_t table_share_number(int64_t seed, const char *text_a, const char *text_b);

struct table_share {
    uint64_t *numbers;
    size_t count, capacity;
};
mpcf_status table_share_add(struct table_share *s, uint64_t number, mpcf_error *err);
/* Rows whose number is at most this are judged; frees S's. */
uint64_t table_share_edge(struct table_share *s, double share);
void table_share_clear(struct table_share *s);

#endif
