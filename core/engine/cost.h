/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the cost engine and a party's meter share.
 */
#ifndef MPCF_ENGINE_COST_H
#define MPCF_ENGINE_COST_H

#include "engine/secure.h"

/* One line a function, all zero. NULL: memory. */
struct cost *cost_create(const struct program *p);
/* Of a message of BYTES; none is sent for 0. */
uint64_t cost_message(uint64_t bytes);

#endif
