/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The process that carries packets.
 */
#ifndef MPCF_TESTS_CARRY_H
#define MPCF_TESTS_CARRY_H

#include <stdatomic.h>

#include "link/link.h"

/* In memory that the carrier and its master share. */
struct carry_orders {
    _Atomic int64_t delay_us, rate_kbit, reorder_us;
    atomic_int loss_ppm, reorder_ppm, is_cut;
};

/* Between TUN devices of the machines 0, 1, ..; never returns. */
_Noreturn void carry(const int devices[LINK_MACHINES], const struct carry_orders *orders);

#endif
