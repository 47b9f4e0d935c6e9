/* SPDX-License-Identifier: Apache-2.0 */
#include "pipeline/secure_role.h"

#include <string.h>

#include "base/file.h"
#include "base/interrupt.h"
#include "base/memory.h"
#include "format/json.h"
#include "pipeline/announcement.h"
#include "pipeline/secure_party.h"
#include "secure/session_deal.h"
#include "secure/session_infer.h"

mpcf_status secure_party_infer(struct secure_party *party, const struct secure_program *program,
                               struct session_run *run, size_t examples, mpcf_error *err)
{
    struct cost *expected = NULL;
    mpcf_status status = cost_run(program->program, &expected, err);

    if (status == MPCF_OK) {
        status = cost_run(program->program, &run->metered, err);
    }
    if (status == MPCF_OK) {
        run->program = program->program;
        run->weights = program->weights;
        status = session_infer(party->session, run, err);
    }
    if (status == MPCF_OK) {
        secure_totals_add(&party->totals, party->role, run, expected, examples);
        party->totals.taken_up += party->is_resumed;
    }
    cost_destroy(run->metered);
    cost_destroy(expected);
    run->metered = NULL;
    return status;
}

mpcf_status secure_party_deal(struct secure_party *party, const struct secure_program *program,
                              size_t count, mpcf_error *err)
{
    struct session_run run = {.program = program->program, .weights = program->weights};
    struct cost *expected = NULL;
    mpcf_status status = cost_run(program->program, &expected, err);

    if (status == MPCF_OK) {
        status = cost_run(program->program, &run.metered, err);
    }
    if (status == MPCF_OK) {
        status = session_deal(party->session, &run, count, err);
    }
    if (status == MPCF_OK) {
        secure_totals_add_deal(&party->totals, party->role, &run, expected);
    }
    cost_destroy(run.metered);
    cost_destroy(expected);
    return status;
}

static mpcf_status need_session(const struct secure_party *party, mpcf_error *err)
{
    return party->session != NULL
               ? MPCF_OK
               : mpcf_fail(err, MPCF_E_PROTOCOL, "the user has not announced a session");
}

/* The number is the user's word; one that is used up is refused here. */
static mpcf_status serve_inference(struct secure_party *party, const struct announcement *heard,
                                   const struct secure_program *program, mpcf_error *err)
{
    struct session_run run = {0};

    if (party->role == ROLE_DEALER && party->session == NULL) {
        return MPCF_OK; /* of a stored session: all is dealt */
    }
    MPCF_TRY(need_session(party, err));
    MPCF_TRY(session_skip_to(party->session, heard->number, err));
    return secure_party_infer(party, program, &run, heard->shape.batch, err);
}

static mpcf_status serve_shape(struct secure_party *party, const struct announcement *heard,
                               mpcf_error *err)
{
    struct secure_program program;

    MPCF_TRY(secure_setup_program(&party->setup, &heard->shape, &program, err));
    MPCF_TRY(
        announcement_answer(party->links.peers[ROLE_USER], heard, program.program->digest, err));
    if (heard->kind == ANNOUNCE_INFERENCE) {
        return serve_inference(party, heard, &program, err);
    }
    MPCF_TRY(need_session(party, err));
    return secure_party_deal(party, &program, heard->count, err);
}

mpcf_status secure_serve(struct secure_party *party, mpcf_error *err)
{
    struct channel *user = party->links.peers[ROLE_USER];
    struct announcement heard;

    for (;;) {
        if (interrupt_pending()) {
            return mpcf_fail(err, MPCF_E_INTERRUPTED, "the %s was stopped",
                             pipeline_role_name(party->role));
        }
        MPCF_TRY(announcement_wait(user, &heard, err));
        if (heard.kind == ANNOUNCE_INFERENCE || heard.kind == ANNOUNCE_DEAL) {
            MPCF_TRY(serve_shape(party, &heard, err));
            continue;
        }
        MPCF_TRY(announcement_answer(user, &heard, "", err));
        if (heard.kind == ANNOUNCE_END) {
            return MPCF_OK;
        }
        MPCF_TRY(heard.kind == ANNOUNCE_RESUME ? secure_session_resume(party, err)
                                               : secure_session_begin(party, err));
    }
}

static mpcf_status write_record(const struct secure_party *party, json_t *record, mpcf_error *err)
{
    char name[32];
    json_t *totals = secure_totals_json(&party->totals);
    char *folder = stage_path(party->setup.pipeline, "infer"), *path = NULL;
    mpcf_status status = MPCF_OK;

    (void) snprintf(name, sizeof name, "%s.json", pipeline_role_name(party->role));
    path = folder != NULL ? file_join(folder, name) : NULL;
    if (path == NULL || totals == NULL || json_object_update(record, totals) != 0) {
        status = mpcf_fail_memory(err, 0, "a record");
    }
    if (status == MPCF_OK) {
        status = file_make_folder(folder, err);
    }
    if (status == MPCF_OK) {
        status = json_write_file(path, record, err);
    }
    json_decref(totals);
    mpcf_free(folder);
    mpcf_free(path);
    return status;
}

/* --- Joining --- */

static mpcf_status join(struct secure_party *party, struct roles **roles, mpcf_error *err)
{
    const struct pipeline *p = party->setup.pipeline;
    const struct pipeline_party *own = &p->parties[party->role];
    struct roles_options o = {.role = party->role,
                              .transport = p->transport.descriptor,
                              .config = own->config,
                              .plain_allowed = p->has_parties,
                              .connect_ns = p->infer.connect_ns,
                              .timeout_ns = p->infer.timeout_ns,
                              .control = party->control};
    struct handshake handshake;

    /* A run on one machine uses addresses of the system's choice. */
    if (party->control == NULL) {
        o.listen = own->listen;
        for (size_t i = 0; i < 3; i++) {
            o.addresses[i] = p->parties[i].address;
        }
    }
    handshake_init(&handshake, party->role);
    MPCF_TRY(secure_facts(&party->setup, &handshake, err));
    MPCF_TRY(secure_session_offer(party, &handshake, err));
    MPCF_TRY(roles_open(&o, roles, err));
    return roles_join(*roles, &handshake, &party->links, err);
}

static mpcf_status prepare(struct secure_party *party, const struct pipeline *p, mpcf_error *err)
{
    static const enum setup_part parts[] = {
        [ROLE_PROVIDER] = SETUP_WEIGHTS, [ROLE_USER] = SETUP_TABLES, [ROLE_DEALER] = SETUP_PUBLIC};

    MPCF_TRY(secure_setup_open(p, parts[party->role], &party->setup, err));
    return party->role == ROLE_USER ? secure_user_load(party, err) : MPCF_OK;
}

static mpcf_status take_part(struct secure_party *party, mpcf_error *err)
{
    json_t *record = NULL;
    mpcf_status status =
        party->role == ROLE_USER ? secure_user(party, &record, err) : secure_serve(party, err);

    if (status == MPCF_OK && record == NULL) {
        record = json_object();
    }
    if (status == MPCF_OK) {
        status = write_record(party, record, err);
    }
    json_decref(record);
    return status;
}

static mpcf_status play(const struct pipeline *p, enum role role, struct roles_control *control,
                        mpcf_error *err)
{
    struct secure_party party = {.role = role, .control = control};
    struct roles *roles = NULL;
    mpcf_status status = prepare(&party, p, err);

    if (status == MPCF_OK) {
        status = join(&party, &roles, err);
    }
    if (status == MPCF_OK) {
        status = take_part(&party, err);
    }
    session_destroy(party.session);
    roles_links_close(&party.links);
    roles_close(roles);
    mpcf_free(party.store);
    secure_totals_clear(&party.totals);
    corpus_destroy(party.corpus);
    secure_setup_close(&party.setup);
    return status;
}

mpcf_status secure_role_run(const struct pipeline *p, enum role role, mpcf_error *err)
{
    struct roles_control *control = NULL;
    mpcf_status status = MPCF_OK;

    MPCF_TRY(control_open(&control, err));
    status = play(p, role, control, err);
    control_tell_end(control, status, err);
    control_close(control);
    return status;
}
