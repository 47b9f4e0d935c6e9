/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The user's side: its texts in, logits and predictions out; with `reveal: label` predictions alone.
 * Texts are rows of the dataset, or its own, as they come.
 */
#include "inference/user.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "base/clock.h"
#include "base/digest.h"
#include "base/interrupt.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/progress.h"
#include "inference/announcement.h"
#include "inference/answer_lines.h"
#include "inference/deal_room.h"
#include "inference/kept_answers.h"
#include "inference/kept_masks.h"
#include "inference/marked_answer.h"
#include "inference/metered_run.h"
#include "inference/padded_input.h"
#include "inference/rejoin.h"
#include "inference/role_session.h"
#include "inference/secure_batches.h"
#include "inference/user_result.h"
#include "network/split.h"
#include "pipeline/output.h"
#include "secure/session.h"
#include "secure/session_run.h"
#include "secure/session_weights.h"

/* The next texts of its own; what was dealt ahead is for all of them at once. */
static mpcf_status next_texts(struct role_state *state, mpcf_error *err)
{
    const struct pipeline *p = state->student.pipeline;
    const bool all = p->infer.preprocess == PREPROCESS_STORE;

    corpus_destroy(state->corpus);
    state->corpus = NULL;
    return state->is_last ? MPCF_OK
                          : state->asking->next(state->asking->context, state->tokenizer,
                                                (size_t) p->max_length, all, &state->corpus,
                                                &state->is_last, err);
}

static mpcf_status load_texts(struct role_state *state, mpcf_error *err)
{
    const struct pipeline *p = state->student.pipeline;
    mpcf_status status = MPCF_OK;

    if (state->asking != NULL) {
        MPCF_TRY(state->asking->begin(state->asking->context, &state->student, err));
        return next_texts(state, err);
    }
    status = split_load(p, state->tokenizer, p->task.judge_split, (size_t) p->infer.examples,
                        &state->corpus, err);
    if (status == MPCF_OK) {
        split_say_cut(p, p->task.judge_split, state->corpus);
    }
    tokenizer_close(state->tokenizer);
    state->tokenizer = NULL;
    return status;
}

mpcf_status user_load(struct role_state *state, mpcf_error *err)
{
    const struct pipeline *p = state->student.pipeline;
    const mpcf_tokenizer_spec *spec = &state->student.network.network->tokenizer;
    char *folder = output_path(p, "student/public");
    mpcf_status status = MPCF_OK;

    if (folder == NULL) {
        return mpcf_fail_memory(err, 0, "a path");
    }
    status = split_check_length(p, spec, err);
    if (status == MPCF_OK) {
        status = tokenizer_open(folder, spec, &state->tokenizer, err);
    }
    if (status == MPCF_OK) {
        status = load_texts(state, err);
    }
    mpcf_free(folder);
    return status;
}

struct user_run {
    struct role_state *state;
    struct secure_batches batches;
    struct padded_input input;
    float *answers; /* [corpus->count, student.answer]: logits, or labels */
    double *output; /* of one run */
    size_t done;
    size_t kept;   /* done by an earlier run */
    size_t before; /* done when BEGAN_NS was taken, for the rate */
    int64_t began_ns;
    bool is_refused; /* by the provider, which goes on listening */
};

static bool is_stored(const struct user_run *u)
{
    return u->state->student.pipeline->infer.preprocess == PREPROCESS_STORE;
}

static mpcf_status tell_provider(struct user_run *u, const struct announcement *a, mpcf_error *err)
{
    struct announcement answer;
    const struct question_limit *limit = &answer.limit;

    MPCF_TRY(announcement_tell(u->state->links.peers[ROLE_PROVIDER], a, &answer, err));
    if (announcement_is_beyond(a, limit)) {
        u->is_refused = true;
        return mpcf_fail(err, MPCF_E_INVALID,
                         "the provider answers %u questions, %u are left, and this run would ask "
                         "%u: %sa batch counts whole",
                         limit->limit, limit->left, announcement_questions(a),
                         u->state->asking != NULL ? ""
                                                  : "stages.infer.examples says how many, and ");
    }
    return a->kind == ANNOUNCE_SESSION || a->kind == ANNOUNCE_RESUME
               ? kept_masks_settle(u->state, answer.session, a->kind == ANNOUNCE_RESUME, err)
               : MPCF_OK;
}

/* What is dealt already goes on without it. */
static bool needs_dealer(const struct user_run *u, const struct announcement *a)
{
    return a->kind == ANNOUNCE_SESSION || a->kind == ANNOUNCE_DEAL ||
           (a->kind == ANNOUNCE_INFERENCE && !is_stored(u));
}

static mpcf_status tell_dealer(struct user_run *u, const struct announcement *a, mpcf_error *err)
{
    const struct announcement told = announcement_for_dealer(a);
    mpcf_status status = MPCF_OK;

    if (!needs_dealer(u, a) && rejoin_look(u->state)) {
        return MPCF_OK;
    }
    status = announcement_tell(u->state->links.peers[ROLE_DEALER], &told, NULL, err);
    return !needs_dealer(u, a) && rejoin_note_loss(u->state, status, err) ? MPCF_OK : status;
}

/* Who is lost here shows again where it is needed, when this side has what the provider sends first. */
static mpcf_status tell_or_lose_dealer(struct user_run *u, const struct announcement *a,
                                       mpcf_error *err)
{
    const mpcf_status status = tell_dealer(u, a, err);

    return rejoin_note_loss(u->state, status, err) ? MPCF_OK : status;
}

/* What the provider does not begin the dealer does not hear of. */
static mpcf_status announce(struct user_run *u, const struct announcement *a, mpcf_error *err)
{
    MPCF_TRY(tell_provider(u, a, err));
    return tell_dealer(u, a, err);
}

/* What all its REVEALs write goes into one buffer. */
static mpcf_status check_output(const struct program *program, size_t wanted, mpcf_error *err)
{
    return program->revealed == wanted
               ? MPCF_OK
               : mpcf_fail(err, MPCF_E_INTERNAL, "the program reveals %zu values, not %zu",
                           program->revealed, wanted);
}

/* They go where they are wanted before the next is asked. */
static mpcf_status take_answers(const struct user_run *u, const struct secure_batch *batch,
                                mpcf_error *err)
{
    const struct asking *asking = u->state->asking;

    if (asking != NULL) {
        return asking->take(asking->context, batch->rows, batch->count, u->answers, err);
    }
    MPCF_TRY(kept_answers_add(u->state->kept, batch->rows, batch->count, u->answers, err));
    return answer_lines_add(u->state->lines, batch->rows, batch->count, u->answers, err);
}

/* The session's next inference. Where the dealer goes before all of the corrections are here, the provider has
 * nothing of this side's yet, and waits for it: it hears that nothing comes. BATCH is still to be done then. */
static mpcf_status infer_one(struct user_run *u, struct secure_batch *batch, mpcf_error *err)
{
    const size_t width = u->state->student.answer;
    struct secure_program program;
    struct announcement a = {.kind = ANNOUNCE_INFERENCE, .shape = batch->shape};
    struct session_run run = {.input = &u->input.given, .output = u->output};
    mpcf_status status = MPCF_OK;

    MPCF_TRY(secure_student_program(&u->state->student, &batch->shape, &program, err));
    MPCF_TRY(check_output(program.program, batch->shape.batch * u->state->student.revealed, err));
    memcpy(a.digest, program.program->digest, sizeof a.digest);
    padded_input_fill(&u->input, batch, u->state->corpus);
    status = padded_input_place(&u->input, program.program, err);
    if (status != MPCF_OK) {
        return mpcf_fail_while(err, status, "text %" PRIu32, batch->rows[0]);
    }
    MPCF_TRY(session_take_weights(u->state->session, program.program, &a.has_kept, err));
    run.has_kept = a.has_kept;
    a.number = session_next(u->state->session);
    MPCF_TRY(tell_provider(u, &a, err));
    MPCF_TRY(tell_or_lose_dealer(u, &a, err));
    status = metered_infer(u->state, &program, &run, batch->count, err);
    if (program.program->offline_bytes > 0 && rejoin_note_loss(u->state, status, err)) {
        return channel_say_drop(u->state->links.peers[ROLE_PROVIDER], err);
    }
    MPCF_TRY(status);
    for (size_t i = 0; i < batch->count; i++) {
        marked_answer_take(program.program, u->output, i, width,
                           u->answers + batch->rows[i] * width);
    }
    batch->is_done = true;
    u->done += batch->count;
    return take_answers(u, batch, err);
}

/* A run on one machine shows it in the parent. */
static void show(const struct user_run *u)
{
    const size_t total = u->state->corpus->count;
    const double seconds = clock_seconds_since(u->began_ns);
    const double rate = seconds > 0 ? (double) (u->done - u->before) / seconds : 0;
    const struct progress p = {.stage = "infer: secure",
                               .done = u->done,
                               .total = total,
                               .loss = (double) NAN,
                               .rate = rate,
                               .unit = "examples",
                               .is_final = u->done == total};
    char text[160];

    if (u->state->asking != NULL) {
        return; /* its answers are seen */
    }
    if (u->state->control == NULL) {
        progress_show(&p);
        return;
    }
    (void) snprintf(text, sizeof text, "{\"done\": %zu, \"total\": %zu, \"rate\": %.6g}", u->done,
                    total, rate);
    (void) control_tell_result(u->state->control, text, NULL); /* only looks */
}

static mpcf_status stop_if_asked(mpcf_error *err)
{
    return interrupt_pending() ? mpcf_fail(err, MPCF_E_INTERRUPTED, "secure inference was stopped")
                               : MPCF_OK;
}

/* --- What an earlier run left --- */

/* *FOUND: the first batch still to do whose program has DIGEST, or NULL. */
static mpcf_status find_batch(struct user_run *u, const char *digest, struct secure_batch **found,
                              mpcf_error *err)
{
    size_t tried = 0; /* tokens of the shape that was compared last */

    *found = NULL;
    for (size_t i = 0; i < u->batches.count && *found == NULL; i++) {
        struct secure_batch *batch = &u->batches.items[i];
        struct secure_program program;

        if (batch->is_done || batch->shape.tokens == tried) {
            continue;
        }
        tried = batch->shape.tokens;
        MPCF_TRY(secure_student_program(&u->state->student, &batch->shape, &program, err));
        if (strcmp(program.program->digest, digest) == 0) {
            *found = batch;
        }
    }
    return MPCF_OK;
}

/* *FOUND: what the first stored inference from *NUMBER on that fits anything fits, or NULL;
 * *NUMBER is that inference's. */
static mpcf_status find_stored(struct user_run *u, uint32_t *number, struct secure_batch **found,
                               mpcf_error *err)
{
    char digest[FILE_DIGEST_SIZE];

    *found = NULL;
    while (*found == NULL &&
           session_stored_program(u->state->session, *number, digest, NULL) == MPCF_OK) {
        MPCF_TRY(find_batch(u, digest, found, err));
        *number += *found == NULL;
    }
    return MPCF_OK;
}

/* All that the stored session has corrections for, in the order in which they were dealt. */
static mpcf_status use_stored(struct user_run *u, mpcf_error *err)
{
    struct announcement resume = {.kind = ANNOUNCE_RESUME,
                                  .questions = secure_batches_left(&u->batches)};
    struct secure_batch *batch = NULL;
    uint32_t number = 0;

    if (!u->state->links.has_stored) {
        return MPCF_OK;
    }
    MPCF_TRY(role_session_resume(u->state, err));
    number = session_next(u->state->session);
    MPCF_TRY(find_stored(u, &number, &batch, err));
    if (batch != NULL) {
        MPCF_TRY(kept_masks_offer(u->state, resume.session, err));
        MPCF_TRY(announce(u, &resume, err));
    }
    while (batch != NULL) {
        MPCF_TRY(stop_if_asked(err));
        MPCF_TRY(session_skip_to(u->state->session, number, err));
        MPCF_TRY(infer_one(u, batch, err));
        show(u);
        number = session_next(u->state->session);
        MPCF_TRY(find_stored(u, &number, &batch, err));
    }
    return MPCF_OK;
}

/* --- A new session --- */

/* One inference an announcement, so that the provider hears of it all the while. */
static mpcf_status deal_one(struct user_run *u, const struct secure_batch *batch, mpcf_error *err)
{
    struct announcement a = {.kind = ANNOUNCE_DEAL, .shape = batch->shape, .count = 1};
    struct secure_program program;
    mpcf_status status = MPCF_OK;

    MPCF_TRY(stop_if_asked(err));
    MPCF_TRY(secure_student_program(&u->state->student, &a.shape, &program, err));
    memcpy(a.digest, program.program->digest, sizeof a.digest);
    MPCF_TRY(session_take_weights(u->state->session, program.program, &a.has_kept, err));
    MPCF_TRY(tell_provider(u, &a, err));
    MPCF_TRY(tell_or_lose_dealer(u, &a, err));
    status = metered_deal(u->state, &program, a.count, a.has_kept, err);
    return rejoin_note_loss(u->state, status, err) ? MPCF_OK : status;
}

/* The corrections of all that is left to do onto the disk, and those of later runs: COUNT, or
 * fewer where the dealer goes. */
static mpcf_status deal_ahead(struct user_run *u, size_t count, mpcf_error *err)
{
    MPCF_TRY(deal_room_check(u->state, &u->batches, count, err));
    for (size_t n = 0; count > 0 && !rejoin_look(u->state); n++) {
        for (size_t i = 0; i < u->batches.count && count > 0 && !rejoin_look(u->state); i++) {
            if (n > 0 || !u->batches.items[i].is_done) {
                MPCF_TRY(deal_one(u, &u->batches.items[i], err));
                count--;
            }
        }
    }
    return MPCF_OK;
}

/* Inferences of a new session: all that are left, with a store also those of later runs, as far as
 * one session's keys may serve them. Nobody knows how many where more texts may come. */
static size_t plan(const struct user_run *u)
{
    const struct infer_settings *infer = &u->state->student.pipeline->infer;
    const size_t limit = (size_t) infer->session_inferences;
    size_t count = is_stored(u) ? (size_t) (infer->store_runs - 1) * u->batches.count : 0;

    if (u->state->asking != NULL && !u->state->is_last) {
        return limit;
    }
    for (size_t i = 0; i < u->batches.count; i++) {
        count += !u->batches.items[i].is_done;
    }
    return count < limit ? count : limit;
}

/* A dealer that goes now is gone afterwards; the provider knows it, too. */
static mpcf_status begin_session(struct user_run *u, const struct announcement *begin,
                                 mpcf_error *err)
{
    mpcf_status status = MPCF_OK;

    MPCF_TRY(tell_provider(u, begin, err));
    status = tell_dealer(u, begin, err);
    if (status == MPCF_OK) {
        status = role_session_begin(u->state, err);
    }
    return rejoin_note_loss(u->state, status, err) ? MPCF_OK : status;
}

/* Whether this session cannot go on since the dealer went. */
static bool is_left(struct user_run *u)
{
    return !is_stored(u) && rejoin_look(u->state);
}

static mpcf_status infer_in(struct user_run *u, mpcf_error *err)
{
    u->began_ns = clock_now_ns();
    u->before = u->done;
    for (size_t i = 0; i < u->batches.count && session_next(u->state->session) < u->state->planned;
         i++) {
        if (!u->batches.items[i].is_done) {
            if (is_left(u)) {
                break;
            }
            MPCF_TRY(stop_if_asked(err));
            MPCF_TRY(infer_one(u, &u->batches.items[i], err));
            show(u);
        }
    }
    return MPCF_OK;
}

/* Whether the session of the texts before has inferences left for these. */
static bool goes_on(const struct user_run *u)
{
    return u->state->planned > 0 && !is_stored(u) &&
           session_next(u->state->session) < u->state->planned;
}

/* Until its inferences are used up, or the dealer has gone. */
static mpcf_status run_session(struct user_run *u, mpcf_error *err)
{
    struct announcement begin = {
        .kind = ANNOUNCE_SESSION, .count = plan(u), .questions = secure_batches_left(&u->batches)};

    if (goes_on(u)) {
        return infer_in(u, err);
    }
    MPCF_TRY(kept_masks_offer(u->state, begin.session, err));
    MPCF_TRY(begin_session(u, &begin, err));
    u->state->planned = begin.count;
    if (u->state->is_dealer_gone) {
        return MPCF_OK;
    }
    if (is_stored(u)) {
        MPCF_TRY(deal_ahead(u, begin.count, err));
    }
    return u->state->is_dealer_gone ? MPCF_OK : infer_in(u, err);
}

/* One session after the other, until all is done. */
static mpcf_status use_new(struct user_run *u, mpcf_error *err)
{
    while (u->done < u->state->corpus->count) {
        if (rejoin_look(u->state)) {
            MPCF_TRY(rejoin_as_user(u->state, err));
            u->state->planned = 0;
        } else if (u->state->sessions_begun > 0 && !goes_on(u)) {
            log_line(LOG_INFO,
                     "user: the session has had its %" PRIu32 " inferences; begins another",
                     session_next(u->state->session));
        }
        MPCF_TRY(run_session(u, err));
    }
    return MPCF_OK;
}

/* Who was refused takes leave, too, so that the others do not take it for dead. */
static mpcf_status take_leave(struct user_run *u, mpcf_status status, mpcf_error *err)
{
    const struct announcement end = {.kind = ANNOUNCE_END};

    if (status != MPCF_OK && u->is_refused) {
        (void) announce(u, &end, NULL);
    }
    return status == MPCF_OK ? announce(u, &end, err) : status;
}

static mpcf_status infer_corpus(struct user_run *u, mpcf_error *err)
{
    u->began_ns = clock_now_ns();
    u->before = u->done;
    MPCF_TRY(use_stored(u, err));
    return use_new(u, err);
}

static mpcf_status infer_all(struct user_run *u, mpcf_error *err)
{
    if (u->done == u->state->corpus->count) {
        return MPCF_OK; /* nobody was called */
    }
    return take_leave(u, infer_corpus(u, err), err);
}

/* Answers that an earlier run kept; a batch is asked again where one of its rows is not there. */
static mpcf_status take_kept(struct user_run *u, mpcf_error *err)
{
    const struct kept_answers *kept = u->state->kept;

    if (kept == NULL || kept_answers_count(kept) == 0) {
        return MPCF_OK;
    }
    kept_answers_copy(kept, u->answers);
    for (size_t i = 0; i < u->batches.count; i++) {
        struct secure_batch *batch = &u->batches.items[i];

        batch->is_done = true;
        for (size_t k = 0; k < batch->count; k++) {
            batch->is_done = batch->is_done && kept_answers_have(kept, batch->rows[k]);
        }
        if (batch->is_done) {
            u->done += batch->count;
            MPCF_TRY(answer_lines_add(u->state->lines, batch->rows, batch->count, u->answers, err));
        }
    }
    u->kept = u->done;
    return MPCF_OK;
}

static mpcf_status create_run(struct user_run *u, mpcf_error *err)
{
    const struct corpus *corpus = u->state->corpus;
    const size_t width = u->state->student.answer;

    MPCF_TRY(secure_batches_create(u->state->student.pipeline, corpus, &u->batches, err));
    if (u->state->asking != NULL) {
        secure_batches_by_row(&u->batches);
    }
    MPCF_TRY(padded_input_create(&u->batches, &u->input, err));
    u->answers = mpcf_secret_alloc(corpus->count * width, sizeof *u->answers);
    u->output = mpcf_secret_alloc(u->batches.items[0].shape.batch * u->state->student.revealed,
                                  sizeof *u->output);
    if (u->answers == NULL || u->output == NULL) {
        return mpcf_fail_memory(err, corpus->count * width * sizeof *u->answers, "answers");
    }
    return take_kept(u, err);
}

static void clear_run(struct user_run *u)
{
    secure_batches_clear(&u->batches);
    padded_input_clear(&u->input);
    mpcf_secret_free(u->answers);
    mpcf_secret_free(u->output);
}

mpcf_status user_infer(struct role_state *state, json_t **result, mpcf_error *err)
{
    struct user_run u = {.state = state};
    mpcf_status status = create_run(&u, err);

    if (status == MPCF_OK) {
        status = infer_all(&u, err);
    }
    if (status == MPCF_OK) {
        status = answer_lines_finish(state->lines, u.answers, err);
    }
    if (status == MPCF_OK) {
        status = user_result_make(state, u.answers, result, err);
    }
    if (status == MPCF_OK && u.kept > 0 &&
        json_object_set_new(*result, "kept", json_integer((json_int_t) u.kept)) != 0) {
        status = mpcf_fail_memory(err, 0, "the result");
    }
    clear_run(&u);
    return status;
}

mpcf_status user_ask_now(struct role_state *state, bool *is_refused, mpcf_error *err)
{
    struct user_run u = {.state = state};
    mpcf_status status = create_run(&u, err);

    if (status == MPCF_OK) {
        status = infer_corpus(&u, err);
    }
    *is_refused = u.is_refused;
    clear_run(&u);
    return status;
}

mpcf_status user_leave(struct role_state *state, bool is_refused, mpcf_status status,
                       mpcf_error *err)
{
    struct user_run end = {.state = state, .is_refused = is_refused};

    return take_leave(&end, status, err);
}

mpcf_status user_ask(struct role_state *state, mpcf_error *err)
{
    bool is_refused = false;
    mpcf_status status = MPCF_OK;

    while (status == MPCF_OK && state->corpus != NULL) {
        status = user_ask_now(state, &is_refused, err);
        if (status == MPCF_OK) {
            status = next_texts(state, err);
        }
    }
    MPCF_TRY(user_leave(state, is_refused, status, err));
    return state->asking->judge == NULL ? MPCF_OK
                                        : state->asking->judge(state->asking->context, err);
}
