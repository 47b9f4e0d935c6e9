/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How the weights of a session are set up: D = W - B from the provider to the user, B at the
 * dealer, once for each set.
 */
#include "secure/session_weights.h"

#include <assert.h>

#include "base/clock.h"
#include "base/digest.h"
#include "base/memory.h"
#include "protocol/masked_weights.h"
#include "protocol/weights.h"
#include "secure/cost.h"
#include "secure/session_inside.h"

static struct masked_weights *find_masked_weights(struct session *s, const struct program *p,
                                                  const struct step *step)
{
    for (size_t i = 0; i < s->masked_count; i++) {
        if (masked_weights_fits(s->masked[i], p, step)) {
            return s->masked[i];
        }
    }
    return NULL;
}

static mpcf_status keep_masked_weights(struct session *s, struct masked_weights *k, mpcf_error *err)
{
    struct masked_weights **grown =
        mpcf_grow_array(s->masked, s->masked_count, s->masked_count + 1, sizeof *grown);

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
    assert(d->at == d->length); /* what the cost says */
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
    struct message d = {.length = run->program->costs[step->index].setup_bits / 8};

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
        run->metered->setup_bytes += cost_message(d.at); /* written or read, not what was priced */
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
    k->products = s->products;
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

    for (size_t i = 0; i < p->step_count; i++) {
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

mpcf_status session_set_up_weights(struct session *s, struct session_run *run,
                                   struct masked_weights ***by_step, mpcf_error *err)
{
    MPCF_TRY(check_weights(s, run, err));
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
