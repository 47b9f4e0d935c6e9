/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Connections that end, are refused, follow one another or stand side by side.
 */
#ifndef MPCF_CONFORMANCE_TRANSPORT_ENDS_H
#define MPCF_CONFORMANCE_TRANSPORT_ENDS_H

#include "conformance/transport_pair.h"

extern const struct transport_check transport_end_checks[];

#endif
