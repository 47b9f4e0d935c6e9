/* SPDX-License-Identifier: Apache-2.0 */
/* The names of operations, as node names and messages have them. */
#include "graph/op_kind.h"

#include <assert.h>

const char *op_name(enum op_kind kind)
{
    static const char *const names[OP_COUNT] = {
#define OP_NAME(upper, lower) #lower,
        OP_MAP(OP_NAME)
#undef OP_NAME
    };

    assert(kind < OP_COUNT);
    return names[kind];
}
