/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Calls that nobody answers.
 */
#ifndef MPCF_CONFORMANCE_TRANSPORT_DEADLINES_H
#define MPCF_CONFORMANCE_TRANSPORT_DEADLINES_H

#include "conformance/transport_pair.h"

extern const struct transport_check transport_deadline_checks[];

#endif
