/* SPDX-License-Identifier: Apache-2.0 */
/* A number that the compiler has to read. */
#include "protocol/hidden_equal.h"

static const volatile uint64_t unknown_zero;

uint64_t hidden_zero(void)
{
    return unknown_zero;
}
