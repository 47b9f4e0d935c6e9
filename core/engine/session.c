/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A session: seeds drawn by the dealer, masked weights sent once, inferences numbered.
 *
 * The dealer draws a seed for each party and one for the masks of the weights, afresh for each
 * session, and sends the provider two and the user one (SEEDS_BYTES, SEED_BYTES; apart from what
 * cost counts). Inference numbers only grow; with step and item they address every stream.
 */
#include <assert.h>
#include <string.h>

#include "base/clock.h"
#include "base/memory.h"
#include "engine/cost.h"
#include "engine/party.h"
#include "engine/weights.h"
#include "protocol/packing.h"

struct session_keys {
    struct prg_key party[2], weight;
};

struct session {
    struct session_options options;
    struct channel *peers[3];
    struct session_keys *keys; /* secret; those this role knows */
    struct share_pool *pool;
    struct packing **packings;
    size_t packing_count;
    uint32_t next_inference;
    const struct parameters *params; /* provider: of the first weights */
};

/* --- Seeds --- */

enum { SEEDS = 3 };

static void expand(struct session *s, uint8_t seeds[SEEDS][PRG_KEY_BYTES])
{
    prg_key_expand(&s->keys->party[ROLE_PROVIDER], seeds[0]);
    prg_key_expand(&s->keys->weight, seeds[1]);
    prg_key_expand(&s->keys->party[ROLE_USER], seeds[2]);
}

static void draw(const struct session_options *o, uint8_t seeds[SEEDS][PRG_KEY_BYTES])
{
    if (o->test_seed == NULL) {
        prg_system_random(seeds, SEEDS * PRG_KEY_BYTES);
        return;
    }
    struct prg_key key;
    uint64_t words[SEEDS * PRG_KEY_BYTES / 8];
    prg_key_expand(&key, o->test_seed);
    prg_fill(&key, (struct prg_stream) {0}, 0, words, SEEDS * PRG_KEY_BYTES / 8);
    memcpy(seeds, words, sizeof words);
    mpcf_wipe(&key, sizeof key);
    mpcf_wipe(words, sizeof words);
}

static mpcf_status share_seeds(struct session *s, mpcf_error *err)
{
    uint8_t seeds[SEEDS][PRG_KEY_BYTES] = {{0}};
    mpcf_status status = MPCF_OK;
    if (s->options.role == ROLE_DEALER) {
        draw(&s->options, seeds);
        status = channel_send(s->peers[ROLE_PROVIDER], seeds, sizeof seeds[0] * 2, err);
        if (status == MPCF_OK) {
            status = channel_send(s->peers[ROLE_USER], seeds[2], sizeof seeds[2], err);
        }
    } else if (s->options.role == ROLE_PROVIDER) {
        status = channel_recv(s->peers[ROLE_DEALER], seeds, sizeof seeds[0] * 2, err);
    } else {
        status = channel_recv(s->peers[ROLE_DEALER], seeds[2], sizeof seeds[2], err);
    }
    if (status == MPCF_OK) {
        expand(s, seeds);
    }
    mpcf_wipe(seeds, sizeof seeds);
    return status;
}

/* --- Life --- */

mpcf_status session_create(const struct session_options *o, struct channel *peers[3],
                           struct session **out, mpcf_error *err)
{
    struct session *s = mpcf_alloc_array(1, sizeof *s);
    if (s == NULL) {
        return mpcf_fail_memory(err, sizeof *s, "a session");
    }
    s->options = *o;
    memcpy(s->peers, peers, sizeof s->peers);
    s->keys = mpcf_secret_alloc(1, sizeof *s->keys);
    s->pool = share_pool_create();
    mpcf_status status = s->keys != NULL && s->pool != NULL
                             ? MPCF_OK
                             : mpcf_fail_memory(err, sizeof *s->keys, "a session");
    if (status == MPCF_OK) {
        status = share_seeds(s, err);
    }
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
    for (size_t i = 0; i < s->packing_count; ++i) {
        packing_destroy(s->packings[i]);
    }
    mpcf_free(s->packings);
    share_pool_destroy(s->pool);
    mpcf_secret_free(s->keys);
    mpcf_free(s);
}

/* --- Masked weights --- */

static struct packing *find_packing(struct session *s, const struct program *p,
                                    const struct step *step)
{
    for (size_t i = 0; i < s->packing_count; ++i) {
        if (packing_fits(s->packings[i], p, step)) {
            return s->packings[i];
        }
    }
    return NULL;
}

static struct packing *add_packing(struct session *s, const struct program *p,
                                   const struct step *step)
{
    struct packing **grown =
        s->packings == NULL
            ? mpcf_alloc_array(1, sizeof *grown)
            : mpcf_grow_array(s->packings, s->packing_count, s->packing_count + 1, sizeof *grown);
    if (grown == NULL) {
        return NULL;
    }
    s->packings = grown;
    struct packing *k = packing_create(p, step, (uint32_t) s->packing_count);
    if (k != NULL) {
        s->packings[s->packing_count++] = k;
    }
    return k;
}

static mpcf_status send_packing(struct session *s, const struct session_run *run,
                                const struct step *step, struct packing *k, mpcf_error *err)
{
    struct message d = {.length = packing_bytes(run->program, step)};
    if (s->options.role == ROLE_DEALER) {
        return packing_fill(k, run->program, step, NULL, &s->keys->weight, s->pool, NULL, err);
    }
    uint64_t *words = share_pool_take(s->pool, d.length / 8 + 1);
    if (words == NULL) {
        return mpcf_fail_memory(err, d.length, "masked weights");
    }
    d.data = (uint8_t *) words;
    mpcf_status status = MPCF_OK;
    if (s->options.role == ROLE_PROVIDER) {
        status = packing_fill(k, run->program, step, run->weights, &s->keys->weight, s->pool, &d,
                              err);
        if (status == MPCF_OK) {
            status = channel_send(s->peers[ROLE_USER], d.data, d.length, err);
        }
    } else {
        status = channel_recv(s->peers[ROLE_PROVIDER], d.data, d.length, err);
        if (status == MPCF_OK) {
            status = packing_receive(k, s->pool, &d, err);
        }
    }
    share_pool_give(s->pool, words);
    if (status == MPCF_OK && run->metered != NULL) {
        run->metered->setup_bytes += cost_message(d.length);
    }
    return status;
}

/* Those of RUN's packings that the session does not have yet; BY_STEP points to all. */
static mpcf_status set_up(struct session *s, const struct session_run *run,
                          struct packing **by_step, mpcf_error *err)
{
    const struct program *p = run->program;
    for (size_t i = 0; i < p->step_count; ++i) {
        if (!packing_is_needed(&p->steps[i])) {
            continue;
        }
        by_step[i] = find_packing(s, p, &p->steps[i]);
        if (by_step[i] != NULL) {
            continue;
        }
        by_step[i] = add_packing(s, p, &p->steps[i]);
        if (by_step[i] == NULL) {
            return mpcf_fail_memory(err, sizeof **by_step, "masked weights");
        }
        MPCF_TRY(send_packing(s, run, &p->steps[i], by_step[i], err));
    }
    return MPCF_OK;
}

/* --- One inference --- */

static mpcf_status deal(struct session *s, const struct session_run *run,
                        struct packing *const *packing, uint32_t inference, mpcf_error *err)
{
    struct deal_options o = {.program = run->program, .inference = inference};
    o.key[ROLE_PROVIDER] = &s->keys->party[ROLE_PROVIDER];
    o.key[ROLE_USER] = &s->keys->party[ROLE_USER];
    o.pool = s->pool;
    o.packing = packing;
    return dealer_run(&o, s->peers[ROLE_USER], err);
}

static mpcf_status take_part(struct session *s, struct session_run *run,
                             struct packing *const *packing, uint32_t inference, mpcf_error *err)
{
    struct party_options o = {.program = run->program, .inference = inference};
    enum role role = s->options.role;
    struct channel *peer = s->peers[role == ROLE_PROVIDER ? ROLE_USER : ROLE_PROVIDER];
    struct source source = source_stream(s->peers[ROLE_DEALER]);
    struct party_run *party = NULL;
    o.role = role;
    o.key = &s->keys->party[role];
    o.pool = s->pool;
    o.packing = packing;
    o.weights = run->weights;
    MPCF_TRY(party_create(&o, &party, err));
    int64_t start = clock_now_ns();
    mpcf_status status = party_offline(party, &source, peer, run->metered, err);
    run->offline_seconds = clock_seconds_since(start);
    start = clock_now_ns();
    if (status == MPCF_OK) {
        status = party_online(party, run->input, run->output, peer, run->metered, err);
    }
    run->online_seconds = clock_seconds_since(start);
    party_destroy(party);
    return status;
}

/* One session has one set of weights: D of another would show their difference, or be wrong. */
static mpcf_status check_weights(struct session *s, const struct session_run *run,
                                 mpcf_error *err)
{
    if (s->options.role != ROLE_PROVIDER) {
        return MPCF_OK;
    }
    const struct parameters *params = weights_parameters(run->weights);
    if (s->packing_count > 0 && s->params != params) {
        return mpcf_fail(err, MPCF_E_INVALID,
                         "a session has one set of weights: these are of other parameters than "
                         "those of its first inference");
    }
    s->params = params;
    return MPCF_OK;
}

mpcf_status session_infer(struct session *s, struct session_run *run, mpcf_error *err)
{
    const struct program *p = run->program;
    if (s->next_inference == UINT32_MAX) {
        return mpcf_fail(err, MPCF_E_UNSUPPORTED, "the session's inference numbers are used up");
    }
    MPCF_TRY(check_weights(s, run, err));
    struct packing **packing = mpcf_alloc_array(p->step_count + 1, sizeof(struct packing *));
    struct cost *metered = run->metered;
    if (packing == NULL) {
        return mpcf_fail_memory(err, p->step_count * sizeof(struct packing *), "masked weights");
    }
    if (metered != NULL) {
        *metered = (struct cost) {.lines = metered->lines, .line_count = metered->line_count};
        memset(metered->lines, 0, metered->line_count * sizeof *metered->lines);
        for (size_t i = 0; i < metered->line_count; ++i) {
            metered->lines[i].function = p->functions[i];
        }
    }
    int64_t start = clock_now_ns();
    mpcf_status status = set_up(s, run, packing, err);
    run->setup_seconds = clock_seconds_since(start);
    uint32_t inference = s->next_inference++;
    if (status == MPCF_OK) {
        status = s->options.role == ROLE_DEALER ? deal(s, run, packing, inference, err)
                                                : take_part(s, run, packing, inference, err);
    }
    mpcf_free(packing);
    return status;
}
