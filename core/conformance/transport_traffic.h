/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Messages of every length, one way and both ways at once.
 */
#ifndef MPCF_CONFORMANCE_TRANSPORT_TRAFFIC_H
#define MPCF_CONFORMANCE_TRANSPORT_TRAFFIC_H

#include "conformance/transport_pair.h"

extern const struct transport_check transport_traffic_checks[];

#endif
