/* SPDX-License-Identifier: Apache-2.0 */
/*
 * As whom another role is known again, in later sessions, too.
 */
#ifndef MPCF_INFERENCE_PEER_NAME_H
#define MPCF_INFERENCE_PEER_NAME_H

#include <stdbool.h>

#include <mpcf/error.h>

#include "channel/role_keys.h"

#define PEER_NAME_SIZE 256

/* PEER's name: "key " and the fingerprint of the key by which KEYS (of this role's own file, NULL without) know
 * it, else IDENTITY, that of the channel; "anonymous" where both are of nobody. */
mpcf_status peer_name(const struct role_keys *keys, enum role peer, const char *identity,
                      char name[PEER_NAME_SIZE], mpcf_error *err);
/* Whether NAME is somebody's. */
bool peer_name_is_proved(const char *name);

#endif
