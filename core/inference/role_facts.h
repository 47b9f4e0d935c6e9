/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What provider, user and dealer must agree on before the first inference.
 */
#ifndef MPCF_INFERENCE_ROLE_FACTS_H
#define MPCF_INFERENCE_ROLE_FACTS_H

#include "channel/handshake.h"
#include "inference/secure_student.h"

/* What both sides of a link must agree on, into HANDSHAKE. */
mpcf_status role_facts_add(const struct secure_student *student, struct handshake *handshake,
                           mpcf_error *err);

#endif
