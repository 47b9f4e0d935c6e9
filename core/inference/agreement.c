/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a user may announce: shapes that the file has, and no more inferences than the session it
 * began, in an order that goes forward.
 *
 * Shapes bound what one program may take, and how many programs there may be; the session's plan
 * bounds deals and inferences, and only one that is used up may be followed by another.
 */
#include "inference/agreement.h"

#include <inttypes.h>
#include <string.h>

#include "pipeline/padded_length.h"

enum { REJOININGS = 1000 }; /* of one run, so that it ends */

/* --- Shapes --- */

static mpcf_status check_shape(const struct pipeline *p, enum role role,
                               const struct secure_shape *shape, mpcf_error *err)
{
    const bool is_exact = p->infer.length == LENGTH_EXACT;

    if (shape->exact != is_exact || shape->batch != (size_t) p->infer.batch) {
        return mpcf_fail(err, MPCF_E_PROTOCOL,
                         "the user announces %zu examples in a run%s; agreed were %lld%s "
                         "(stages.infer.batch and length of this %s's file)",
                         shape->batch, shape->exact ? " of exact length" : "",
                         (long long) p->infer.batch, is_exact ? " of exact length" : "",
                         role_name(role));
    }
    if (!pipeline_allows_length(p, shape->tokens)) {
        return mpcf_fail(err, MPCF_E_PROTOCOL,
                         "the user announces a length of %zu tokens; agreed were %s up to %lld "
                         "(stages.infer.length and buckets, dataset.max_length of this %s's file)",
                         shape->tokens, is_exact ? "lengths" : "the padded lengths",
                         (long long) p->max_length, role_name(role));
    }
    return MPCF_OK;
}

/* --- Sessions --- */

static mpcf_status take_session(struct agreement *a, const struct pipeline *p, enum role role,
                                const struct announcement *heard, mpcf_error *err)
{
    const size_t limit = (size_t) p->infer.session_inferences;
    const bool is_stored = p->infer.preprocess == PREPROCESS_STORE;
    const size_t examples = (size_t) p->infer.examples, runs = (size_t) p->infer.store_runs;

    if (a->is_new && a->next < a->planned) {
        return mpcf_fail(err, MPCF_E_PROTOCOL,
                         "the user begins another session, and %zu of %zu inferences of the one "
                         "before are still to come",
                         a->planned - a->next, a->planned);
    }
    if (heard->count > limit) {
        return mpcf_fail(err, MPCF_E_PROTOCOL,
                         "the user begins a session of %zu inferences; agreed were %zu at most "
                         "(stages.infer.session_inferences)",
                         heard->count, limit);
    }
    if (is_stored && examples > 0 && heard->count > examples * runs) {
        return mpcf_fail(
            err, MPCF_E_PROTOCOL,
            "the user would have %zu inferences dealt ahead; stages.infer.examples %zu "
            "times store_runs %zu of this %s's file is less",
            heard->count, examples, runs, role_name(role));
    }
    *a = (struct agreement){.is_new = true,
                            .is_resumed = a->is_resumed,
                            .planned = heard->count,
                            .rejoined = a->rejoined};
    return MPCF_OK;
}

void agreement_lose_session(struct agreement *a)
{
    *a = (struct agreement){
        .is_resumed = a->is_resumed, .has_to_begin = true, .rejoined = a->rejoined};
}

static mpcf_status take_rejoin(struct agreement *a, enum role role, mpcf_error *err)
{
    if (role != ROLE_PROVIDER) {
        return mpcf_fail(
            err, MPCF_E_PROTOCOL,
            "the user tells the %s that the dealer went, which only the provider hears",
            role_name(role));
    }
    if (a->rejoined == REJOININGS) {
        return mpcf_fail(err, MPCF_E_PROTOCOL,
                         "the user says that the dealer went, more than %d times in one run",
                         REJOININGS);
    }
    a->rejoined++;
    agreement_lose_session(a);
    return MPCF_OK;
}

static mpcf_status take_resume(struct agreement *a, const struct pipeline *p, mpcf_error *err)
{
    const bool is_late = a->is_new || a->is_resumed || a->has_to_begin;

    if (p->infer.preprocess != PREPROCESS_STORE || is_late) {
        return mpcf_fail(err, MPCF_E_PROTOCOL, "the user goes on with a stored session, and %s",
                         is_late ? "there was one in this run already"
                                 : "nothing is stored (stages.infer.preprocess)");
    }
    a->is_resumed = true;
    return MPCF_OK;
}

/* --- What runs in them --- */

static mpcf_status need_session(const struct agreement *a, mpcf_error *err)
{
    return (a->is_new || a->is_resumed) && !a->has_to_begin
               ? MPCF_OK
               : mpcf_fail(err, MPCF_E_PROTOCOL, "the user has not announced a session");
}

static mpcf_status take_deal(struct agreement *a, const struct pipeline *p,
                             const struct announcement *heard, mpcf_error *err)
{
    MPCF_TRY(need_session(a, err));
    if (p->infer.preprocess != PREPROCESS_STORE || !a->is_new) {
        return mpcf_fail(err, MPCF_E_PROTOCOL,
                         "the user has inferences dealt ahead, which needs a new session with a "
                         "store (stages.infer.preprocess)");
    }
    if (heard->count > a->planned - a->dealt) {
        return mpcf_fail(
            err, MPCF_E_PROTOCOL,
            "the user has %zu more inferences dealt ahead, behind %zu; the session was "
            "begun for %zu",
            heard->count, a->dealt, a->planned);
    }
    a->dealt += heard->count;
    return MPCF_OK;
}

static mpcf_status take_inference(struct agreement *a, const struct pipeline *p,
                                  const struct announcement *heard, mpcf_error *err)
{
    const size_t limit = a->is_new ? a->planned : (size_t) p->infer.session_inferences;

    MPCF_TRY(need_session(a, err));
    if (heard->number < a->next || heard->number >= limit) {
        return mpcf_fail(err, MPCF_E_PROTOCOL,
                         "the user announces inference %" PRIu32
                         "; the session has %zu, of which %" PRIu32 " have passed",
                         heard->number, limit, a->next);
    }
    a->next = heard->number + 1;
    return MPCF_OK;
}

/* Of masks that are kept only provider and user speak, and where the file says so. */
static mpcf_status check_masks(const struct pipeline *p, enum role role,
                               const struct announcement *heard, mpcf_error *err)
{
    static const uint8_t none[sizeof heard->session];
    const bool names =
        heard->kind != ANNOUNCE_REJOIN && memcmp(heard->session, none, sizeof none) != 0;

    if ((!names && !heard->has_kept) ||
        (role == ROLE_PROVIDER && p->infer.weight_masks == MASKS_KEPT)) {
        return MPCF_OK;
    }
    return mpcf_fail(err, MPCF_E_PROTOCOL,
                     "the user tells the %s of masks of weights that it has kept, which was not "
                     "agreed (stages.infer.weight_masks)",
                     role_name(role));
}

mpcf_status agreement_take(struct agreement *a, const struct pipeline *p, enum role role,
                           const struct announcement *heard, mpcf_error *err)
{
    MPCF_TRY(check_masks(p, role, heard, err));
    switch (heard->kind) {
    case ANNOUNCE_SESSION:
        return take_session(a, p, role, heard, err);
    case ANNOUNCE_RESUME:
        return take_resume(a, p, err);
    case ANNOUNCE_DEAL:
        MPCF_TRY(check_shape(p, role, &heard->shape, err));
        return take_deal(a, p, heard, err);
    case ANNOUNCE_INFERENCE:
        MPCF_TRY(check_shape(p, role, &heard->shape, err));
        return take_inference(a, p, heard, err);
    case ANNOUNCE_REJOIN:
        return take_rejoin(a, role, err);
    case ANNOUNCE_END:
        break;
    }
    return MPCF_OK;
}
