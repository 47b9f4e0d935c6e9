/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A session of party and dealer: what runs of programs over the links between the roles have in
 * common. session_infer.h runs one, session_deal.h deals ahead.
 */
#ifndef MPCF_SECURE_SESSION_H
#define MPCF_SECURE_SESSION_H

#include <stdbool.h>
#include <stdint.h>

#include <mpcf/error.h>

#include "base/digest.h"
#include "channel/channel.h"
#include "secure/session_options.h"

/* PEERS[role] is the channel to that role; own entry NULL. The handshake has been exchanged.
 * An inference, a dealing or a skip that fails once it has begun leaves the roles at different
 * places: it ends the session, which then refuses every call (MPCF_E_INVALID) but
 * session_destroy(). A stored one can be resumed. */
struct session;
mpcf_status session_create(const struct session_options *o, struct channel *peers[3],
                           struct session **out, mpcf_error *err);
void session_destroy(struct session *s); /* NULL is fine */
/* Id and first unused inference number, for the handshake. After it both parties call
 * session_skip_to() with the larger number of the two. */
const uint8_t *session_id(const struct session *s);
uint32_t session_next(const struct session *s);
mpcf_status session_skip_to(struct session *s, uint32_t next, mpcf_error *err);
/* A session that was resumed: whether the seed of its masks is KEPT's (always at the user, which has neither):
 * then it is as if it had been created with KEPT (session_options.kept). NULL: with none, for any session; false. */
bool session_use_kept(struct session *s, struct kept *kept);
/* The user of a stored session: digest of the program whose corrections of INFERENCE are on its
 * disk. None: MPCF_E_IO. */
mpcf_status session_stored_program(const struct session *s, uint32_t inference,
                                   char digest[FILE_DIGEST_SIZE], mpcf_error *err);

#endif
