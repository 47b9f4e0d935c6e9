/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether a transport that proves roles proves the right ones, and refuses others.
 */
#ifndef MPCF_CONFORMANCE_TRANSPORT_PROOF_H
#define MPCF_CONFORMANCE_TRANSPORT_PROOF_H

#include "conformance/transport_pair.h"

extern const struct transport_check transport_proof_checks[];

#endif
