/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A session: seeds drawn by the dealer, masked weights sent once, inferences numbered.
 *
 * The dealer draws a seed for each party and one for the masks of the weights, afresh for each
 * session, and sends the provider two and the user one (32 and 16 bytes, apart from what cost
 * counts). Inference numbers only grow; with step and item they address every stream.
 */
#include <assert.h>
#include <string.h>

#include "base/clock.h"
#include "base/memory.h"
#include "channel/channel.h"
#include "float_engine/float_engine.h"
#include "preprocess/store.h"
#include "program/program.h"
#include "program/role.h"
#include "protocol/masked_weights.h"
#include "protocol/weights.h"
#include "secure/cost.h"
#include "secure/party.h"
#include "secure/session.h"

struct session_keys {
    struct prg_key party[2], weight;
};

struct session {
    struct session_options options;
    struct channel *peers[3];
    struct session_keys *keys; /* secret; those this role knows */
    struct share_pool *pool;
    struct masked_weights **masked;
    size_t masked_count;
    uint32_t next_inference, next_deal;
    bool is_stored, is_broken;
    struct store *store;             /* provider and user of a stored session */
    const struct parameters *params; /* provider: of the first weights */
};

/* --- Seeds --- */

enum { SEED_PROVIDER, SEED_WEIGHTS, SEED_USER, SEEDS };

struct seeds {
    uint8_t seed[SEEDS][PRG_KEY_BYTES];
};

static void expand(struct session *s, const struct seeds *seeds)
{
    prg_key_expand(&s->keys->party[ROLE_PROVIDER], seeds->seed[SEED_PROVIDER]);
    prg_key_expand(&s->keys->weight, seeds->seed[SEED_WEIGHTS]);
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

static mpcf_status share_seeds(struct session *s, struct seeds *seeds, mpcf_error *err)
{
    uint8_t *user = seeds->seed[SEED_USER];
    switch (s->options.role) {
    case ROLE_PROVIDER:
        return channel_recv(s->peers[ROLE_DEALER], seeds, 2 * PRG_KEY_BYTES, err);
    case ROLE_USER:
        return channel_recv(s->peers[ROLE_DEALER], user, PRG_KEY_BYTES, err);
    case ROLE_DEALER:
        break;
    }
    draw(&s->options, seeds);
    MPCF_TRY(channel_send(s->peers[ROLE_PROVIDER], seeds, 2 * PRG_KEY_BYTES, err));
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
    s->is_stored = o->store_path != NULL;
    memcpy(s->peers, peers, sizeof s->peers);
    mpcf_status status = prepare(s, err);
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
    for (size_t i = 0; i < s->masked_count; ++i) {
        masked_weights_destroy(s->masked[i]);
    }
    mpcf_free(s->masked);
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

/* What a failed call leaves half done (numbers counted up, weights or corrections sent in part) no
 * later call may build on. */
static mpcf_status check_whole(const struct session *s, mpcf_error *err)
{
    return !s->is_broken
               ? MPCF_OK
               : mpcf_fail(err, MPCF_E_INVALID,
                           "the session failed before, and its roles are no longer in step: close "
                           "it and begin a new one, or resume it from its store");
}

static mpcf_status settle(struct session *s, mpcf_status status)
{
    s->is_broken = status != MPCF_OK;
    return status;
}

mpcf_status session_skip_to(struct session *s, uint32_t next, mpcf_error *err)
{
    MPCF_TRY(check_whole(s, err));
    if (next < s->next_inference) {
        return mpcf_fail(err, MPCF_E_INVALID, "inference %u is used up (next: %u)", (unsigned) next,
                         (unsigned) s->next_inference);
    }
    if (s->store != NULL) {
        MPCF_TRY(settle(s, store_skip_to(s->store, next, err)));
    }
    s->next_inference = next;
    s->next_deal = next > s->next_deal ? next : s->next_deal;
    return MPCF_OK;
}

mpcf_status session_stored_program(const struct session *s, uint32_t inference,
                                   char digest[FILE_DIGEST_SIZE], mpcf_error *err)
{
    MPCF_TRY(check_whole(s, err));
    if (s->store == NULL) {
        return mpcf_fail(err, MPCF_E_IO, "the session has no store");
    }
    return store_program(s->store, inference, digest, err);
}

/* --- Masked weights --- */

static struct masked_weights *find_masked_weights(struct session *s, const struct program *p,
                                                  const struct step *step)
{
    for (size_t i = 0; i < s->masked_count; ++i) {
        if (masked_weights_fits(s->masked[i], p, step)) {
            return s->masked[i];
        }
    }
    return NULL;
}

static mpcf_status keep_masked_weights(struct session *s, struct masked_weights *k, mpcf_error *err)
{
    struct masked_weights **grown =
        s->masked == NULL
            ? mpcf_alloc_array(1, sizeof *grown)
            : mpcf_grow_array(s->masked, s->masked_count, s->masked_count + 1, sizeof *grown);
    if (grown == NULL) {
        return mpcf_fail_memory(err, sizeof *grown, "masked weights");
    }
    s->masked = grown;
    s->masked[s->masked_count++] = k;
    return MPCF_OK;
}

/* Under a resumed session's seeds D is the same again, or the weights have changed. */
static mpcf_status check_resent(struct session *s, const struct masked_weights *k,
                                const struct message *d, mpcf_error *err)
{
    char text[FILE_DIGEST_SIZE];
    struct digest *digest = s->store == NULL ? NULL : digest_begin();
    if (s->store == NULL) {
        return MPCF_OK;
    }
    if (digest == NULL) {
        return mpcf_fail_memory(err, FILE_DIGEST_SIZE, "a digest");
    }
    digest_add(digest, d->data, d->length);
    digest_end(digest, text);
    return store_masked_weights(s->store, k->id, text, err);
}

static mpcf_status provider_masked_weights(struct session *s, const struct session_run *run,
                                           const struct step *step, struct masked_weights *k,
                                           struct message *d, mpcf_error *err)
{
    MPCF_TRY(masked_weights_fill(k, run->program, step, run->weights, &s->keys->weight, s->pool, d,
                                 err));
    MPCF_TRY(check_resent(s, k, d, err));
    return channel_send(s->peers[ROLE_USER], d->data, d->length, err);
}

static mpcf_status user_masked_weights(struct session *s, struct masked_weights *k,
                                       struct message *d, mpcf_error *err)
{
    MPCF_TRY(channel_recv(s->peers[ROLE_PROVIDER], d->data, d->length, err));
    return masked_weights_receive(k, s->pool, d, err);
}

static mpcf_status send_masked_weights(struct session *s, const struct session_run *run,
                                       const struct step *step, struct masked_weights *k,
                                       mpcf_error *err)
{
    struct message d = {.length = masked_weights_bytes(run->program, step)};
    if (s->options.role == ROLE_DEALER) {
        return masked_weights_fill(k, run->program, step, NULL, &s->keys->weight, s->pool, NULL,
                                   err);
    }
    uint64_t *words = share_pool_take(s->pool, d.length / 8 + 1);
    if (words == NULL) {
        return mpcf_fail_memory(err, d.length, "masked weights");
    }
    d.data = (uint8_t *) words;
    mpcf_status status = s->options.role == ROLE_PROVIDER
                             ? provider_masked_weights(s, run, step, k, &d, err)
                             : user_masked_weights(s, k, &d, err);
    share_pool_give(s->pool, words);
    if (status == MPCF_OK && run->metered != NULL) {
        run->metered->setup_bytes += cost_message(d.length);
    }
    return status;
}

/* The session has them only once they are whole. */
static mpcf_status add_masked_weights(struct session *s, const struct session_run *run,
                                      const struct step *step, struct masked_weights **out,
                                      mpcf_error *err)
{
    struct masked_weights *k = masked_weights_create(run->program, step);
    if (k == NULL) {
        return mpcf_fail_memory(err, sizeof *k, "masked weights");
    }
    mpcf_status status = send_masked_weights(s, run, step, k, err);
    if (status == MPCF_OK) {
        status = keep_masked_weights(s, k, err);
    }
    if (status != MPCF_OK) {
        masked_weights_destroy(k);
        return status;
    }
    *out = k;
    return MPCF_OK;
}

/* Those of RUN's masked weights that the session does not have yet; BY_STEP points to all. */
static mpcf_status set_up(struct session *s, const struct session_run *run,
                          struct masked_weights **by_step, mpcf_error *err)
{
    const struct program *p = run->program;
    for (size_t i = 0; i < p->step_count; ++i) {
        if (!masked_weights_are_used(&p->steps[i])) {
            continue;
        }
        by_step[i] = find_masked_weights(s, p, &p->steps[i]);
        if (by_step[i] == NULL) {
            MPCF_TRY(add_masked_weights(s, run, &p->steps[i], &by_step[i], err));
        }
    }
    return MPCF_OK;
}

/* One session has one set of weights: D of another would be wrong. */
static mpcf_status check_weights(struct session *s, const struct session_run *run, mpcf_error *err)
{
    if (s->options.role != ROLE_PROVIDER) {
        return MPCF_OK;
    }
    const struct parameters *params = weights_parameters(run->weights);
    if (s->masked_count > 0 && s->params != params) {
        return mpcf_fail(err, MPCF_E_INVALID,
                         "a session has one set of weights: these are of other parameters than "
                         "those of its first inference");
    }
    s->params = params;
    return MPCF_OK;
}

static void clear_metered(const struct session_run *run)
{
    struct cost *m = run->metered;
    if (m == NULL) {
        return;
    }
    *m = (struct cost){.lines = m->lines, .line_count = m->line_count};
    for (size_t i = 0; i < m->line_count; ++i) {
        m->lines[i] = (struct cost_line){.function = run->program->functions[i]};
    }
}

/* BY_STEP: of mpcf_alloc_array(). */
static mpcf_status begin(struct session *s, struct session_run *run,
                         struct masked_weights ***by_step, mpcf_error *err)
{
    MPCF_TRY(check_weights(s, run, err));
    clear_metered(run);
    struct masked_weights **masked =
        mpcf_alloc_array(run->program->step_count + 1, sizeof(struct masked_weights *));
    if (masked == NULL) {
        return mpcf_fail_memory(err, run->program->step_count * sizeof(struct masked_weights *),
                                "masked weights");
    }
    int64_t start_ns = clock_now_ns();
    mpcf_status status = set_up(s, run, masked, err);
    run->setup_seconds = clock_seconds_since(start_ns);
    if (status != MPCF_OK) {
        mpcf_free(masked);
        return status;
    }
    *by_step = masked;
    return MPCF_OK;
}

/* --- Dealing --- */

static mpcf_status deal(struct session *s, const struct session_run *run,
                        struct masked_weights *const *masked, uint32_t inference, mpcf_error *err)
{
    struct deal_options o = {.program = run->program, .inference = inference};
    o.key[ROLE_PROVIDER] = &s->keys->party[ROLE_PROVIDER];
    o.key[ROLE_USER] = &s->keys->party[ROLE_USER];
    o.pool = s->pool;
    o.masked = masked;
    return dealer_run(&o, s->peers[ROLE_USER], err);
}

static mpcf_status keep(struct session *s, const struct session_run *run, uint32_t inference,
                        mpcf_error *err)
{
    const struct program *p = run->program;
    struct source stream = source_stream(s->peers[ROLE_DEALER]);
    size_t *lengths = mpcf_alloc_array(p->step_count + 1, sizeof *lengths);
    if (lengths == NULL) {
        return mpcf_fail_memory(err, p->step_count * sizeof *lengths, "lengths");
    }
    for (size_t i = 0; i < p->step_count; ++i) {
        struct step_cost cost;
        step_cost(p, &p->steps[i], &cost);
        lengths[i] = cost.correction_bits / 8;
    }
    mpcf_status status =
        store_fill(s->store, inference, p->digest, &stream, lengths, p->step_count, err);
    mpcf_free(lengths);
    return status;
}

static mpcf_status count_up(uint32_t *next, uint32_t *inference, mpcf_error *err)
{
    if (*next == UINT32_MAX) {
        return mpcf_fail(err, MPCF_E_UNSUPPORTED, "the session's inference numbers are used up");
    }
    *inference = (*next)++;
    return MPCF_OK;
}

static mpcf_status deal_ahead(struct session *s, struct session_run *run, size_t count,
                              mpcf_error *err)
{
    struct masked_weights **masked = NULL;
    MPCF_TRY(begin(s, run, &masked, err));
    int64_t start_ns = clock_now_ns();
    mpcf_status status = MPCF_OK;
    for (size_t i = 0; status == MPCF_OK && i < count; ++i) {
        uint32_t inference = 0;
        status = count_up(&s->next_deal, &inference, err);
        if (status == MPCF_OK && s->options.role == ROLE_DEALER) {
            status = deal(s, run, masked, inference, err);
        } else if (status == MPCF_OK && s->options.role == ROLE_USER) {
            status = keep(s, run, inference, err);
        }
    }
    run->offline_seconds = clock_seconds_since(start_ns);
    mpcf_free(masked);
    return status;
}

mpcf_status session_deal(struct session *s, struct session_run *run, size_t count, mpcf_error *err)
{
    MPCF_TRY(check_whole(s, err));
    if (s->options.resume || !s->is_stored) {
        return mpcf_fail(err, MPCF_E_INVALID, "dealing ahead needs a new session with a store");
    }
    return settle(s, deal_ahead(s, run, count, err));
}

/* --- One inference --- */

static mpcf_status run_party(struct session *s, struct session_run *run,
                             struct masked_weights *const *masked, uint32_t inference,
                             struct source *source, mpcf_error *err)
{
    struct party_options o = {.program = run->program, .inference = inference};
    enum role role = s->options.role;
    struct channel *peer = s->peers[role == ROLE_PROVIDER ? ROLE_USER : ROLE_PROVIDER];
    struct party_run *party = NULL;
    o.role = role;
    o.key = &s->keys->party[role];
    o.pool = s->pool;
    o.masked = masked;
    o.weights = run->weights;
    MPCF_TRY(party_create(&o, &party, err));
    int64_t start_ns = clock_now_ns();
    mpcf_status status = party_offline(party, source, peer, run->metered, err);
    run->offline_seconds = clock_seconds_since(start_ns);
    start_ns = clock_now_ns();
    if (status == MPCF_OK) {
        status = party_online(party, run->input, run->output, peer, run->metered, err);
    }
    run->online_seconds = clock_seconds_since(start_ns);
    party_destroy(party);
    return status;
}

/* A stored session with nothing dealt ahead deals as it goes, over the disk all the same. */
static mpcf_status deal_one(struct session *s, const struct session_run *run,
                            struct masked_weights *const *masked, uint32_t inference,
                            mpcf_error *err)
{
    if (s->options.resume || inference < s->next_deal) {
        return MPCF_OK;
    }
    s->next_deal = inference + 1;
    switch (s->options.role) {
    case ROLE_DEALER:
        return deal(s, run, masked, inference, err);
    case ROLE_USER:
        return keep(s, run, inference, err);
    case ROLE_PROVIDER:
        break;
    }
    return MPCF_OK;
}

static mpcf_status take_part(struct session *s, struct session_run *run,
                             struct masked_weights *const *masked, uint32_t inference,
                             mpcf_error *err)
{
    struct source source = source_stream(s->peers[ROLE_DEALER]);
    if (s->store != NULL) {
        MPCF_TRY(deal_one(s, run, masked, inference, err));
        MPCF_TRY(store_consume(s->store, inference, err));
    }
    if (s->store == NULL || s->options.role == ROLE_PROVIDER) {
        return run_party(s, run, masked, inference, &source, err);
    }
    MPCF_TRY(store_source(s->store, inference, run->program->digest, &source, err));
    mpcf_status status = run_party(s, run, masked, inference, &source, err);
    store_source_close(s->store, inference, &source);
    return status;
}

static mpcf_status infer(struct session *s, struct session_run *run, mpcf_error *err)
{
    uint32_t inference = 0;
    struct masked_weights **masked = NULL;
    MPCF_TRY(count_up(&s->next_inference, &inference, err));
    MPCF_TRY(begin(s, run, &masked, err));
    mpcf_status status = MPCF_OK;
    if (s->options.role != ROLE_DEALER) {
        status = take_part(s, run, masked, inference, err);
    } else if (s->is_stored) {
        status = deal_one(s, run, masked, inference, err);
    } else {
        status = deal(s, run, masked, inference, err);
    }
    mpcf_free(masked);
    return status;
}

mpcf_status session_infer(struct session *s, struct session_run *run, mpcf_error *err)
{
    MPCF_TRY(check_whole(s, err));
    return settle(s, infer(s, run, err));
}
