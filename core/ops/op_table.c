/* SPDX-License-Identifier: Apache-2.0 */
/* From a kind to its operation. */
#include "ops/op_table.h"

#include <assert.h>

const struct op *op_of(enum op_kind kind)
{
    static const struct op *const table[OP_COUNT] = {
#define OP_ROW(upper, lower) &op_##lower,
        OP_MAP(OP_ROW)
#undef OP_ROW
    };

    assert(kind < OP_COUNT);
    return table[kind];
}
