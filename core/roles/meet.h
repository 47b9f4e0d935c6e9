/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A caller's hello: who answers where a role was called, and whether it is that role.
 */
#ifndef MPCF_ROLES_MEET_H
#define MPCF_ROLES_MEET_H

#include <stdint.h>

#include <mpcf/error.h>

#include "channel/channel.h"
#include "channel/hello.h"
#include "channel/role.h"
#include "channel/role_keys.h"
#include "roles/options.h"

/* Why another attempt may go better. */
enum again { AGAIN_NOT = 0, AGAIN_BUSY, AGAIN_CUT };

/* One attempt to call ROLE. */
struct attempt {
    const struct roles_options *o;
    enum role role;
    int64_t patience; /* for its hello */
    const char *address;
    struct channel *channel;
    enum again again;
    uint8_t call[HELLO_BYTES], answer[HELLO_BYTES]; /* both hellos, once they were said */
};

/* The keys of this link; NULL: none. */
const struct link_keys *meet_keys(const struct attempt *a);
/* Says the hello and hears the other's. MPCF_E_AUTH, MPCF_E_PROTOCOL, MPCF_E_TIMEOUT,
 * MPCF_E_CLOSED, naming role and address and what is likely; AGAIN says whether to call again. */
mpcf_status meet(struct attempt *a, mpcf_error *err);
mpcf_status meet_fail_stopped(const struct attempt *a, mpcf_error *err);

#endif
