/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Inputs and parameters: the engine puts their values in place, nothing is computed. Their
 * constructors are in graph/sources.c.
 */
#include "ops/op.h"

static void forward(const struct op_call *c)
{
    (void) c;
}

const struct op op_input = {.forward = forward};
const struct op op_parameter = {.forward = forward};
