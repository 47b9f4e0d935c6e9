/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Ids in the order they are found.
 */
#ifndef MPCF_TEXT_TOKEN_LIST_H
#define MPCF_TEXT_TOKEN_LIST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* All zero: empty. Once memory is short it stays failed and takes nothing. */
struct token_list {
    int32_t *ids;
    size_t count, capacity;
    bool failed;
};
void token_list_add(struct token_list *l, int32_t id);
void token_list_clear(struct token_list *l);

#endif
