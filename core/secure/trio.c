/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How the three roles become threads of one process, and whose failure is told.
 */
#include "secure/trio.h"

#include <pthread.h>

#include "base/interrupt.h"
#include "base/memory.h"
#include "channel/channel.h"
#include "channel/pair.h"
#include "channel/role.h"
#include "program/program.h"
#include "program/secure_input.h"
#include "protocol/weights.h"
#include "secure/cost.h"
#include "secure/session.h"
#include "secure/session_infer.h"
#include "secure/session_run.h"

enum { ROLES = 3 };
static const int64_t timeout_ns = INT64_C(120000000000);

struct member {
    struct session_run run;
    enum role role;
    const uint8_t *seed;
    size_t inferences;
    struct channel *peers[ROLES];
    mpcf_status status;
    mpcf_error *err;
    pthread_t thread;
};

static mpcf_status infer_all(struct member *m, struct session *session)
{
    for (size_t i = 0; i < m->inferences; i++) {
        if (interrupt_pending()) {
            return mpcf_fail(m->err, MPCF_E_INTERRUPTED, "stopped");
        }
        MPCF_TRY(session_infer(session, &m->run, m->err));
        step_clock_fold(m->run.clock);
        if (m->run.output != NULL) {
            m->run.output += m->run.program->revealed;
        }
    }
    return MPCF_OK;
}

static void *act(void *context)
{
    struct member *m = context;
    const struct session_options options = {
        .role = m->role, .timeout_ns = timeout_ns, .test_seed = m->seed};
    struct session *session = NULL;

    m->status = session_create(&options, m->peers, &session, m->err);
    if (m->status == MPCF_OK) {
        m->status = infer_all(m, session);
    }
    session_destroy(session);
    /* A role that failed must not leave the others waiting. */
    for (size_t i = 0; i < ROLES; i++) {
        channel_close(m->peers[i]);
        m->peers[i] = NULL;
    }
    return NULL;
}

static mpcf_status join(struct member *members, mpcf_error *err)
{
    for (size_t a = 0; a < ROLES; a++) {
        for (size_t b = a + 1; b < ROLES; b++) {
            struct channel *ends[2];

            MPCF_TRY(channel_pair(timeout_ns, ends, err));
            members[a].peers[b] = ends[0];
            members[b].peers[a] = ends[1];
        }
    }
    return MPCF_OK;
}

static mpcf_status act_all(struct member *members, mpcf_error *err)
{
    mpcf_status status = MPCF_OK;
    size_t started = 0;

    while (started < ROLES &&
           pthread_create(&members[started].thread, NULL, act, &members[started]) == 0) {
        started++;
    }
    for (size_t i = started; i < ROLES; i++) {
        status = mpcf_fail(err, MPCF_E_IO, "cannot start a thread");
        for (size_t j = 0; j < ROLES; j++) {
            channel_close(members[i].peers[j]);
            members[i].peers[j] = NULL;
        }
    }
    for (size_t i = 0; i < started; i++) {
        (void) pthread_join(members[i].thread, NULL);
    }
    for (size_t i = 0; status == MPCF_OK && i < ROLES; i++) {
        if (members[i].status != MPCF_OK) {
            status = mpcf_fail(err, members[i].status, "%s: %s", role_name((enum role) i),
                               mpcf_error_text(members[i].err));
        }
    }
    return status;
}

static void clear(struct member *members)
{
    for (size_t i = 0; i < ROLES; i++) {
        for (size_t j = 0; j < ROLES; j++) {
            channel_close(members[i].peers[j]);
        }
        mpcf_error_destroy(members[i].err);
    }
}

mpcf_status trio_run(const struct trio_run *run, double *output, struct cost **metered,
                     mpcf_error *err)
{
    struct member members[ROLES] = {
        {.role = ROLE_PROVIDER}, {.role = ROLE_USER}, {.role = ROLE_DEALER}};
    struct cost *cost = NULL;
    mpcf_status status = cost_run(run->program, &cost, err);

    for (size_t i = 0; i < ROLES; i++) {
        members[i].err = mpcf_error_create();
        members[i].run.program = run->program;
        members[i].seed = run->seed;
        members[i].run.clock = run->clocks == NULL ? NULL : &run->clocks[i];
        members[i].inferences = run->inferences == 0 ? 1 : run->inferences;
    }
    members[ROLE_PROVIDER].run.weights = run->weights;
    members[ROLE_USER].run.weights = run->weights; /* reads the tables that it has as well */
    members[ROLE_USER].run.input = run->input;
    members[ROLE_USER].run.output = output;
    members[ROLE_USER].run.metered = cost;
    if (status == MPCF_OK) {
        status = join(members, err);
    }
    if (status == MPCF_OK) {
        status = act_all(members, err);
    }
    clear(members);
    if (status == MPCF_OK && metered != NULL) {
        *metered = cost;
    } else {
        cost_destroy(cost);
    }
    return status;
}
