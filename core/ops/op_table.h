/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The operation of each kind.
 */
#ifndef MPCF_OPS_OP_TABLE_H
#define MPCF_OPS_OP_TABLE_H

#include "ops/op.h"

const struct op *op_of(enum op_kind kind);

#endif
