/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How the weights of a session are set up: D = W - B from the provider to the user, B at the
 * dealer, once for each set. Where the user has D of an earlier session under the same masks, it is not
 * sent.
 */
#include "secure/session_weights.h"

#include <assert.h>

#include "base/clock.h"
#include "base/digest.h"
#include "base/log.h"
#include "base/memory.h"
#include "preprocess/kept.h"
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

/* Under seeds that outlive a session D is the same again, or the weights have changed. */
static mpcf_status check_resent(struct session *s, const struct session_run *run,
                                const struct masked_weights *k, const struct message *d,
                                mpcf_error *err)
{
    char text[FILE_DIGEST_SIZE];
    struct digest *digest = NULL;

    if (s->store == NULL && s->options.kept == NULL) {
        return MPCF_OK;
    }
    digest = digest_begin();
    if (digest == NULL) {
        return mpcf_fail_memory(err, FILE_DIGEST_SIZE, "a digest");
    }
    digest_add(digest, d->data, d->length);
    digest_end(digest, text);
    if (s->options.kept != NULL) {
        MPCF_TRY(kept_check(s->options.kept, k->id, text, run->has_kept, err));
    }
    return s->store != NULL ? store_masked_weights(s->store, k->id, text, err) : MPCF_OK;
}

static mpcf_status provider_masked_weights(struct session *s, const struct session_run *run,
                                           const struct step *step, struct masked_weights *k,
                                           struct message *d, mpcf_error *err)
{
    MPCF_TRY(masked_weights_fill(k, run->program, step, run->weights, &s->keys->weight, s->pool, d,
                                 err));
    assert(d->at == d->length); /* what the cost says */
    MPCF_TRY(check_resent(s, run, k, d, err));
    if (run->has_kept) {
        d->at = 0; /* nothing goes */
        return MPCF_OK;
    }
    return channel_send(s->peers[ROLE_USER], d->data, d->length, err);
}

/* What cannot be kept comes again in the next session; where one cannot, the others are not tried. */
static void keep_on_disk(struct session *s, const struct masked_weights *k, const struct message *d)
{
    mpcf_error *why = mpcf_error_create();

    if (s->options.kept != NULL &&
        kept_set_write(s->options.kept, k->id, d->data, d->length, why) != MPCF_OK) {
        log_line(LOG_WARN, "masked weights are not kept: %s", mpcf_error_text(why));
        s->options.kept = NULL;
    }
    mpcf_error_destroy(why);
}

static mpcf_status user_masked_weights(struct session *s, struct masked_weights *k,
                                       struct message *d, mpcf_error *err)
{
    MPCF_TRY(channel_recv(s->peers[ROLE_PROVIDER], d->data, d->length, err));
    keep_on_disk(s, k, d);
    return masked_weights_receive(k, s->pool, d, err);
}

static size_t set_bytes(const struct program *p, const struct step *step)
{
    return p->costs[step->index].setup_bits / 8;
}

static mpcf_status send_masked_weights(struct session *s, struct session_run *run,
                                       const struct step *step, struct masked_weights *k,
                                       mpcf_error *err)
{
    struct message d = {.length = set_bytes(run->program, step)};

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
    if (status == MPCF_OK && run->has_kept) {
        run->kept_bytes += cost_message(d.length);
    } else if (status == MPCF_OK && run->metered != NULL) {
        run->metered->setup_bytes += cost_message(d.at); /* written or read, not what was priced */
    }
    return status;
}

/* The session has them only once they are whole. */
static mpcf_status add_masked_weights(struct session *s, struct session_run *run,
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
static mpcf_status set_up(struct session *s, struct session_run *run,
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
    run->kept_bytes = s->taken_bytes;
    mpcf_status status = set_up(s, run, masked, err);
    run->setup_seconds = clock_seconds_since(start_ns) + s->taken_seconds;
    s->taken_bytes = 0;
    s->taken_seconds = 0;
    if (status != MPCF_OK) {
        mpcf_free(masked);
        return status;
    }
    *by_step = masked;
    return MPCF_OK;
}

/* --- What the user has of earlier sessions --- */

struct taking {
    struct session *session;
    const struct program *program;
    size_t before; /* sets that the session had */
    uint64_t bytes;
};

static struct masked_weights *take_set(const struct taking *t, const struct step *step)
{
    const size_t length = set_bytes(t->program, step);
    struct masked_weights *k = masked_weights_create(t->program, step);
    struct kept_set set = {.d = NULL};
    mpcf_error *why = mpcf_error_create();
    mpcf_status status = k != NULL
                             ? kept_set_open(t->session->options.kept, k->id, length, &set, why)
                             : MPCF_E_NOMEM;

    if (status == MPCF_OK) {
        struct message d = {.data = (uint8_t *) (uintptr_t) set.d, .length = length}; /* is read */
        status = masked_weights_receive(k, t->session->pool, &d, why);
        kept_set_close(&set);
    }
    if (status != MPCF_OK) {
        log_line(LOG_WARN, "masked weights are set up anew: %s", mpcf_error_text(why));
        masked_weights_destroy(k);
        k = NULL;
    }
    mpcf_error_destroy(why);
    return k;
}

/* Whether the files of all that the session lacks are there: one that is not, and none is read. *LACKS:
 * there are some. */
static bool has_files(const struct taking *t, bool *lacks)
{
    const struct program *p = t->program;
    bool has = true;

    *lacks = false;
    for (size_t i = 0; i < p->step_count && has; i++) {
        const struct step *step = &p->steps[i];

        if (masked_weights_are_used(step) && find_masked_weights(t->session, p, step) == NULL) {
            struct masked_weights *k = masked_weights_create(p, step);

            *lacks = true;
            has = k != NULL && kept_has_set(t->session->options.kept, k->id, set_bytes(p, step));
            masked_weights_destroy(k);
        }
    }
    return has;
}

static bool take_all(struct taking *t, mpcf_status *status, mpcf_error *err)
{
    const struct program *p = t->program;

    for (size_t i = 0; i < p->step_count; i++) {
        struct masked_weights *k = NULL;

        if (!masked_weights_are_used(&p->steps[i]) ||
            find_masked_weights(t->session, p, &p->steps[i]) != NULL) {
            continue;
        }
        k = take_set(t, &p->steps[i]);
        if (k == NULL) {
            return false;
        }
        *status = keep_masked_weights(t->session, k, err);
        if (*status != MPCF_OK) {
            masked_weights_destroy(k);
            return false;
        }
        t->bytes += cost_message(set_bytes(p, &p->steps[i]));
    }
    return true;
}

/* The provider would send all of them: the session must lack them all. */
static void give_back(const struct taking *t)
{
    struct session *s = t->session;

    while (s->masked_count > t->before) {
        masked_weights_destroy(s->masked[--s->masked_count]);
    }
}

mpcf_status session_take_weights(struct session *s, const struct program *p, bool *all,
                                 mpcf_error *err)
{
    struct taking t = {.session = s, .program = p, .before = s->masked_count};
    const int64_t start_ns = clock_now_ns();
    mpcf_status status = session_check(s, err);
    bool lacks = false;

    *all = false;
    if (status != MPCF_OK || s->options.role != ROLE_USER || s->options.kept == NULL ||
        !has_files(&t, &lacks) || !lacks) {
        return status;
    }
    *all = take_all(&t, &status, err);
    if (!*all) {
        give_back(&t);
    }
    s->taken_bytes += *all ? t.bytes : 0;
    s->taken_seconds += clock_seconds_since(start_ns);
    return status;
}
