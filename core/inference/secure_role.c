/* SPDX-License-Identifier: Apache-2.0 */
/* Finds the other roles, plays its own, and leaves what it metered. */
#include "inference/secure_role.h"

#include "base/clock.h"
#include "base/memory.h"
#include "channel/heartbeat.h"
#include "channel/key_file.h"
#include "corpus/corpus.h"
#include "inference/failed_check.h"
#include "inference/farewell.h"
#include "inference/kept_masks.h"
#include "inference/questions.h"
#include "inference/role_facts.h"
#include "inference/role_results.h"
#include "inference/role_session.h"
#include "inference/serve.h"
#include "inference/user.h"
#include "inference/user_texts.h"
#include "secure/session.h"

/* From the parent of a one-machine run, or from the file that the pipeline names. */
static mpcf_status find_keys(struct role_state *state, mpcf_error *err)
{
    const struct pipeline *p = state->student.pipeline;
    const char *path = p->endpoints[state->role].keys;

    if (state->control != NULL) {
        MPCF_TRY(control_ask_keys(state->control, clock_deadline(p->infer.connect_ns), &state->keys,
                                  err));
        return state->keys->role == state->role
                   ? MPCF_OK
                   : mpcf_fail(err, MPCF_E_INTERNAL, "the parent told the keys of another role");
    }
    if (path != NULL) {
        MPCF_TRY(key_file_read_as(path, state->role, &state->own_keys, err));
        state->keys = state->own_keys;
    }
    return MPCF_OK;
}

static mpcf_status join(struct role_state *state, mpcf_error *err)
{
    const struct pipeline *p = state->student.pipeline;
    const struct pipeline_endpoint *own = &p->endpoints[state->role];
    struct roles_options o = {.role = state->role,
                              .transport = p->transport.descriptor,
                              .config = own->config,
                              .keys = state->keys,
                              .plain_allowed = p->plain_allowed,
                              .unencrypted_allowed = p->has_parties, /* the file was checked */
                              .connect_ns = p->infer.connect_ns,
                              .timeout_ns = p->infer.timeout_ns,
                              .control = state->control,
                              .meet = role_session_meet,
                              .meet_context = state};

    /* A run on one machine uses addresses of the system's choice. */
    if (state->control == NULL) {
        o.listen = own->listen;
        for (size_t i = 0; i < 3; i++) {
            o.addresses[i] = p->endpoints[i].address;
        }
    }
    handshake_init(&state->handshake, state->role);
    MPCF_TRY(role_facts_add(&state->student, &state->handshake, err));
    MPCF_TRY(role_session_offer(state, &state->handshake, err));
    MPCF_TRY(kept_masks_prepare(state, &state->handshake, err));
    MPCF_TRY(roles_open(&o, &state->roles, err));
    mpcf_status status = roles_join(state->roles, &state->handshake, &state->links, err);
    if (status != MPCF_OK) {
        farewell_say(&state->links, status, err); /* to a dealer that has its session already */
    }
    return status;
}

mpcf_status secure_role_prepare(struct role_state *state, const struct pipeline *p, mpcf_error *err)
{
    static const enum student_part parts[] = {[ROLE_PROVIDER] = STUDENT_WEIGHTS,
                                              [ROLE_USER] = STUDENT_TABLES,
                                              [ROLE_DEALER] = STUDENT_PUBLIC};

    struct question_limit ignored; /* what cannot be counted is known before anybody calls */

    MPCF_TRY(secure_student_open(p, parts[state->role], &state->student, err));
    if (state->role == ROLE_PROVIDER) {
        failed_check_warn(p);
        MPCF_TRY(questions_left(p, "", &ignored, err));
    }
    if (state->role == ROLE_USER) {
        MPCF_TRY(user_load(state, err));
    }
    return find_keys(state, err);
}

/* Without a text nobody is called; but who was started with the others lets them go. */
static bool has_no_text(const struct role_state *state)
{
    return state->asking != NULL && state->corpus == NULL && state->control == NULL;
}

static mpcf_status take_part(struct role_state *state, mpcf_error *err)
{
    json_t *record = NULL;
    mpcf_status status = state->role != ROLE_USER ? serve_user(state, err)
                         : state->asking != NULL  ? user_ask(state, err)
                                                  : user_infer(state, &record, err);

    if (status == MPCF_OK && record == NULL) {
        record = json_object();
    }
    if (status == MPCF_OK && state->has_record) {
        status = role_results_write(state, record, err);
    }
    json_decref(record);
    return status;
}

mpcf_status secure_role_part(struct role_state *state, mpcf_status status, mpcf_error *err)
{
    heartbeat_stop(state->heartbeat);
    state->heartbeat = NULL;
    if (status == MPCF_E_INTERRUPTED) {
        mpcf_error_reset(err);
        status = mpcf_fail(err, status, "the %s was stopped by a signal", role_name(state->role));
    }
    if (status != MPCF_OK) {
        farewell_say(&state->links, status, err);
    }
    return status;
}

/* The others hear from then on that this role lives. */
mpcf_status secure_role_join(struct role_state *state, mpcf_error *err)
{
    const int64_t timeout_ns = state->student.pipeline->infer.timeout_ns;
    mpcf_status status = MPCF_OK;

    MPCF_TRY(join(state, err));
    status = heartbeat_start(state->links.peers, 3, timeout_ns, &state->heartbeat, err);
    return status == MPCF_OK ? MPCF_OK : secure_role_part(state, status, err);
}

static mpcf_status join_and_play(struct role_state *state, mpcf_error *err)
{
    if (has_no_text(state)) {
        return MPCF_OK;
    }
    if (!role_results_are_there(state)) {
        MPCF_TRY(secure_role_join(state, err));
    }
    return secure_role_part(state, take_part(state, err), err);
}

void secure_role_clear(struct role_state *state)
{
    session_destroy(state->session);
    kept_masks_clear(state);
    roles_links_close(&state->links);
    roles_close(state->roles);
    role_keys_destroy(state->own_keys);
    mpcf_free(state->store);
    secure_totals_clear(&state->totals);
    corpus_destroy(state->corpus);
    tokenizer_close(state->tokenizer);
    secure_student_close(&state->student);
    *state = (struct role_state){0};
}

static mpcf_status play(const struct pipeline *p, enum role role, const struct asking *asking,
                        bool has_record, struct roles_control *control, mpcf_error *err)
{
    struct role_state state = {
        .role = role, .control = control, .asking = asking, .has_record = has_record};
    mpcf_status status = secure_role_prepare(&state, p, err);

    if (status == MPCF_OK && has_record) {
        status = role_results_begin(&state, err);
    }
    if (status == MPCF_OK) {
        status = join_and_play(&state, err);
    }
    status = role_results_end(&state, status, err);
    secure_role_clear(&state);
    return status;
}

static mpcf_status run(const struct pipeline *p, enum role role, const struct asking *asking,
                       bool has_record, mpcf_error *err)
{
    struct roles_control *control = NULL;
    mpcf_status status = MPCF_OK;

    MPCF_TRY(control_open(&control, err));
    status = play(p, role, asking, has_record, control, err);
    control_tell_end(control, status, err);
    control_close(control);
    return status;
}

mpcf_status secure_role_run(const struct pipeline *p, enum role role, mpcf_error *err)
{
    return run(p, role, NULL, true, err);
}

mpcf_status secure_role_answer(const struct pipeline *p, enum role role,
                               const struct asking *asking, mpcf_error *err)
{
    return run(p, role, asking, false, err);
}
