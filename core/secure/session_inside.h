/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A session's members, for the files of this folder that work on it; how its calls begin and end.
 */
#ifndef MPCF_SECURE_SESSION_INSIDE_H
#define MPCF_SECURE_SESSION_INSIDE_H

#include <stdbool.h>
#include <stdint.h>

#include <mpcf/error.h>

#include "channel/channel.h"
#include "preprocess/store.h"
#include "prg/prg.h"
#include "ring/share_pool.h"
#include "secure/session_options.h"
#include "secure/session_run.h"

struct masked_weights;
struct ring_products;

struct session_keys {
    struct prg_key party[2], weight;
    uint8_t masks[PRG_KEY_BYTES]; /* what WEIGHT was expanded from */
};

struct session {
    struct session_options options;
    struct channel *peers[3];
    struct session_keys *keys; /* secret; those this role knows */
    struct share_pool *pool;
    struct masked_weights **masked; /* those that are set up, whole */
    size_t masked_count;
    struct ring_products *products; /* on options.device, or NULL */
    uint64_t
        taken_bytes; /* of what would have been sent of those that session_take_weights() took */
    double taken_seconds; /* both since a run was told */
    uint32_t next_inference, next_deal;
    bool is_stored, is_broken;
    struct store *store;             /* provider and user of a stored session */
    const struct parameters *params; /* provider: of the first weights */
};

/* A session that failed before is refused: MPCF_E_INVALID. */
mpcf_status session_check(const struct session *s, mpcf_error *err);
/* A call that works on RUN begins: the same check, and that of its program; the meter is set to 0. */
mpcf_status session_begin(const struct session *s, const struct session_run *run, mpcf_error *err);
/* And ends with STATUS, which it returns: a failure breaks the session. */
mpcf_status session_settle(struct session *s, mpcf_status status);
/* The number *NEXT of S, counted up. None left: MPCF_E_UNSUPPORTED. */
mpcf_status session_number(const struct session *s, uint32_t *next, uint32_t *inference,
                           mpcf_error *err);

#endif
