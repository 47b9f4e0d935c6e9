/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Waits that a signal ends, and what goes all the same.
 */
#ifndef MPCF_CONFORMANCE_TRANSPORT_SIGNALS_H
#define MPCF_CONFORMANCE_TRANSPORT_SIGNALS_H

#include "conformance/transport_pair.h"

extern const struct transport_check transport_signal_checks[];

#endif
