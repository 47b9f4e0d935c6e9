/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A session's life: seeds drawn by the dealer or taken from a store, inferences numbered.
 *
 * The dealer draws a seed for each party and one for the masks of the weights, afresh for each
 * session, and sends the provider two and the user one (32 and 16 bytes, apart from what cost
 * counts). Where masks may be kept it draws those of the parties, and hears that of the masks from the
 * provider, whether it is kept or of this session. Inference numbers only grow; with step and item they address every stream.
 */
#include "secure/session.h"

#include <string.h>

#include "base/memory.h"
#include "device/ring_products.h"
#include "preprocess/kept.h"
#include "protocol/masked_weights.h"
#include "secure/session_inside.h"
#include "secure/session_limits.h"

/* --- Seeds --- */

enum { SEED_PROVIDER, SEED_WEIGHTS, SEED_USER, SEEDS };

struct seeds {
    uint8_t seed[SEEDS][PRG_KEY_BYTES];
};

static void expand(struct session *s, const struct seeds *seeds)
{
    prg_key_expand(&s->keys->party[ROLE_PROVIDER], seeds->seed[SEED_PROVIDER]);
    prg_key_expand(&s->keys->weight, seeds->seed[SEED_WEIGHTS]);
    memcpy(s->keys->masks, seeds->seed[SEED_WEIGHTS], sizeof s->keys->masks);
    prg_key_expand(&s->keys->party[ROLE_USER], seeds->seed[SEED_USER]);
}

static void draw(const struct session_options *o, struct seeds *seeds)
{
    if (o->test_seed == NULL) {
        prg_system_random(seeds, sizeof *seeds);
        return;
    }
    struct prg_key key;
    uint64_t words[sizeof *seeds / 8];
    prg_key_expand(&key, o->test_seed);
    prg_fill(&key, (struct prg_stream){0}, 0, words, sizeof *seeds / 8);
    memcpy(seeds, words, sizeof words);
    mpcf_wipe(&key, sizeof key);
    mpcf_wipe(words, sizeof words);
}

/* With masks that the provider may keep. The dealer hears it first: what it sends then ends the wait of
 * both parties. */
static mpcf_status tell_masks(struct session *s, struct seeds *seeds, mpcf_error *err)
{
    uint8_t *masks = seeds->seed[SEED_WEIGHTS];

    if (s->options.kept != NULL) {
        memcpy(masks, kept_mark(s->options.kept)->seed, PRG_KEY_BYTES);
    } else {
        prg_system_random(masks, PRG_KEY_BYTES);
    }
    MPCF_TRY(channel_send(s->peers[ROLE_DEALER], masks, PRG_KEY_BYTES, err));
    return channel_recv(s->peers[ROLE_DEALER], seeds->seed[SEED_PROVIDER], PRG_KEY_BYTES, err);
}

static mpcf_status hear_masks(struct session *s, struct seeds *seeds, mpcf_error *err)
{
    MPCF_TRY(channel_recv(s->peers[ROLE_PROVIDER], seeds->seed[SEED_WEIGHTS], PRG_KEY_BYTES, err));
    return channel_send(s->peers[ROLE_PROVIDER], seeds->seed[SEED_PROVIDER], PRG_KEY_BYTES, err);
}

static mpcf_status share_seeds(struct session *s, struct seeds *seeds, mpcf_error *err)
{
    const bool is_told = s->options.has_provider_masks;
    uint8_t *user = seeds->seed[SEED_USER];

    switch (s->options.role) {
    case ROLE_PROVIDER:
        return is_told ? tell_masks(s, seeds, err)
                       : channel_recv(s->peers[ROLE_DEALER], seeds, 2 * PRG_KEY_BYTES, err);
    case ROLE_USER:
        return channel_recv(s->peers[ROLE_DEALER], user, PRG_KEY_BYTES, err);
    case ROLE_DEALER:
        break;
    }
    draw(&s->options, seeds);
    MPCF_TRY(is_told ? hear_masks(s, seeds, err)
                     : channel_send(s->peers[ROLE_PROVIDER], seeds, 2 * PRG_KEY_BYTES, err));
    return channel_send(s->peers[ROLE_USER], user, PRG_KEY_BYTES, err);
}

static mpcf_status resume(struct session *s, struct seeds *seeds, mpcf_error *err)
{
    struct store_identity identity;

    MPCF_TRY(store_open(s->options.store_path, &identity, &s->store, err));
    const bool is_agreed =
        memcmp(s->options.session, identity.session, sizeof identity.session) == 0;
    memcpy(seeds, identity.seeds, sizeof *seeds);
    mpcf_wipe(&identity, sizeof identity);
    if (!is_agreed) {
        return mpcf_fail(err, MPCF_E_INVALID, "'%s' holds another session than was agreed on",
                         s->options.store_path);
    }
    s->next_inference = s->next_deal = store_next(s->store);
    return MPCF_OK;
}

static mpcf_status start(struct session *s, struct seeds *seeds, mpcf_error *err)
{
    MPCF_TRY(share_seeds(s, seeds, err));
    if (s->options.store_path == NULL || s->options.role == ROLE_DEALER) {
        return MPCF_OK;
    }
    struct store_identity identity = {.facts = {0}};
    if (s->options.facts != NULL) {
        memcpy(identity.facts, s->options.facts, strnlen(s->options.facts, sizeof identity.facts));
    }
    memcpy(identity.seeds, seeds, sizeof identity.seeds);
    memcpy(identity.session, s->options.session, sizeof identity.session);
    mpcf_status status = store_create(s->options.store_path, &identity, &s->store, err);
    mpcf_wipe(&identity, sizeof identity);
    return status;
}

/* --- Life --- */

static mpcf_status prepare(struct session *s, mpcf_error *err)
{
    struct seeds seeds = {{{0}}};

    s->keys = mpcf_secret_alloc(1, sizeof *s->keys);
    s->pool = share_pool_create();
    if (s->keys == NULL || s->pool == NULL) {
        return mpcf_fail_memory(err, sizeof *s->keys, "a session");
    }
    mpcf_status status = s->options.resume ? resume(s, &seeds, err) : start(s, &seeds, err);
    if (status == MPCF_OK) {
        expand(s, &seeds);
    }
    mpcf_wipe(&seeds, sizeof seeds);
    return status;
}

mpcf_status session_create(const struct session_options *o, struct channel *peers[3],
                           struct session **out, mpcf_error *err)
{
    struct session *s = mpcf_alloc_array(1, sizeof *s);

    if (s == NULL) {
        return mpcf_fail_memory(err, sizeof *s, "a session");
    }
    s->options = *o;
    if (o->inferences == 0 || o->inferences > SESSION_INFERENCES) {
        s->options.inferences = SESSION_INFERENCES;
    }
    s->is_stored = o->store_path != NULL;
    s->options.kept = o->resume ? NULL : o->kept; /* session_use_kept() */
    memcpy(s->peers, peers, sizeof s->peers);
    mpcf_status status = MPCF_OK;
    if (o->device != NULL) { /* before anything is sent */
        status = ring_products_create(o->device, o->device_bytes, &s->products, err);
    }
    if (status == MPCF_OK) {
        status = prepare(s, err);
    }
    s->options.store_path = NULL; /* the caller's */
    s->options.facts = NULL;
    s->options.test_seed = NULL;
    if (status != MPCF_OK) {
        session_destroy(s);
        return status;
    }
    *out = s;
    return MPCF_OK;
}

void session_destroy(struct session *s)
{
    if (s == NULL) {
        return;
    }
    for (size_t i = 0; i < s->masked_count; i++) {
        masked_weights_destroy(s->masked[i]);
    }
    mpcf_free(s->masked);
    ring_products_destroy(s->products);
    share_pool_destroy(s->pool);
    mpcf_secret_free(s->keys);
    store_close(s->store);
    mpcf_free(s);
}

const uint8_t *session_id(const struct session *s)
{
    return s->options.session;
}

uint32_t session_next(const struct session *s)
{
    return s->next_inference;
}

mpcf_status session_skip_to(struct session *s, uint32_t next, mpcf_error *err)
{
    MPCF_TRY(session_check(s, err));
    if (next < s->next_inference) {
        return mpcf_fail(err, MPCF_E_INVALID, "inference %u is used up (next: %u)", (unsigned) next,
                         (unsigned) s->next_inference);
    }
    if (next > s->options.inferences) {
        return mpcf_fail(err, MPCF_E_INVALID, "a session has %u inferences, and none beyond: %u",
                         (unsigned) s->options.inferences, (unsigned) next);
    }
    if (s->store != NULL) {
        MPCF_TRY(session_settle(s, store_skip_to(s->store, next, err)));
    }
    s->next_inference = next;
    s->next_deal = next > s->next_deal ? next : s->next_deal;
    return MPCF_OK;
}

bool session_use_kept(struct session *s, struct kept *kept)
{
    const bool is_same =
        kept != NULL && (s->options.role == ROLE_USER ||
                         memcmp(s->keys->masks, kept_mark(kept)->seed, PRG_KEY_BYTES) == 0);

    s->options.kept = is_same ? kept : NULL;
    return is_same;
}

mpcf_status session_stored_program(const struct session *s, uint32_t inference,
                                   char digest[FILE_DIGEST_SIZE], mpcf_error *err)
{
    MPCF_TRY(session_check(s, err));
    if (s->store == NULL) {
        return mpcf_fail(err, MPCF_E_IO, "the session has no store");
    }
    return store_program(s->store, inference, digest, err);
}
