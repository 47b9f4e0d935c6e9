/* SPDX-License-Identifier: Apache-2.0 */
/* The name that a link's proof gives its other end. */
#include "inference/peer_name.h"

#include <stdio.h>
#include <string.h>

#define NOBODY "anonymous"

mpcf_status peer_name(const struct role_keys *keys, enum role peer, const char *identity,
                      char name[PEER_NAME_SIZE], mpcf_error *err)
{
    char fingerprint[KEY_FINGERPRINT_SIZE];

    if (keys != NULL && keys->has[peer]) {
        MPCF_TRY(role_keys_fingerprint(keys->links[peer].theirs, fingerprint, err));
        (void) snprintf(name, PEER_NAME_SIZE, "key %s", fingerprint);
    } else {
        (void) snprintf(name, PEER_NAME_SIZE, "%s", *identity != '\0' ? identity : NOBODY);
    }
    return MPCF_OK;
}

bool peer_name_is_proved(const char *name)
{
    return strcmp(name, NOBODY) != 0;
}
