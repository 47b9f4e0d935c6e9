/* SPDX-License-Identifier: Apache-2.0 */
#include <mpcf/transport.h>

#include "support/parties.h"

#include <pthread.h>
#include <string.h>

#include "channel/channel.h"
#include "channel/role.h"
#include "secure/cost.h"
#include "secure/session.h"
#include "secure/session_deal.h"
#include "secure/session_infer.h"
#include "secure/session_run.h"
#include "secure/session_weights.h"
#include "support/support.h"
#include "support/transports.h"

#define TIMEOUT_NS INT64_C(20000000000)

struct role_thread {
    struct test_parties *t;
    enum role role;
    struct channel *peers[3];
};

static struct session_options options_of(const struct role_thread *r)
{
    const struct test_parties *t = r->t;
    struct session_options o = {.role = r->role, .timeout_ns = TIMEOUT_NS, .test_seed = t->seed};
    o.inferences = t->limit;
    o.device = t->devices[r->role];
    o.device_bytes = t->device_bytes;
    o.observe = t->observe;
    o.observe_context = t->observe_context;
    o.has_provider_masks = t->kept[0] != NULL;
    o.kept = r->role == ROLE_DEALER ? NULL : t->kept[r->role];
    if (t->stores[0] != NULL) {
        o.store_path = r->role == ROLE_DEALER ? "" : t->stores[r->role];
        o.resume = t->deal_ahead == 0;
        o.session[0] = 7;
    }
    return o;
}

/* As the announcement tells it: what the user has, and all know. */
static mpcf_status take_kept(struct role_thread *r, struct session *session,
                             struct session_run *run)
{
    bool all = false;

    run->has_kept = r->t->has_kept;
    if (r->role != ROLE_USER) {
        return MPCF_OK;
    }
    MPCF_TRY(session_take_weights(session, run->program, &all, r->t->errors[r->role]));
    return all == r->t->has_kept ? MPCF_OK
                                 : mpcf_fail(r->t->errors[r->role], MPCF_E_INVALID,
                                             "the user has %s of them", all ? "all" : "not all");
}

static mpcf_status infer_all(struct role_thread *r, struct session *session,
                             struct session_run *run)
{
    struct test_parties *t = r->t;
    mpcf_status status = MPCF_OK;
    for (size_t i = 0; status == MPCF_OK && i < t->inferences; i++) {
        if (r->role == ROLE_USER) {
            run->input = t->input;
            run->output = t->output == NULL ? NULL : t->output + i * t->output_count;
        }
        if (i > 0 && t->next_program != NULL) {
            run->program = t->next_program;
            run->weights = r->role == ROLE_PROVIDER ? t->next_weights : NULL;
            run->input = r->role == ROLE_USER ? t->next_input : NULL;
        }
        status = take_kept(r, session, run);
        if (status == MPCF_OK) {
            status = session_infer(session, run, t->errors[r->role]);
        }
        t->seconds[r->role][0] = run->setup_seconds;
        t->seconds[r->role][1] = run->offline_seconds;
        t->seconds[r->role][2] = run->online_seconds;
    }
    return status;
}

static mpcf_status run_role(struct role_thread *r)
{
    struct test_parties *t = r->t;
    mpcf_error *err = t->errors[r->role];
    struct session_options o = options_of(r);
    struct session *session = NULL;
    struct session_run run = {.program = t->program, .metered = t->metered[r->role]};
    run.weights = r->role == ROLE_PROVIDER ? t->weights : r->role == ROLE_USER ? t->tables : NULL;
    if (r->role == ROLE_DEALER && o.resume) {
        return MPCF_OK;
    }
    mpcf_status status = session_create(&o, r->peers, &session, err);
    if (status == MPCF_OK && t->deal_ahead > 0) {
        status = session_deal(session, &run, t->deal_ahead, err);
    }
    if (status == MPCF_OK) {
        status = infer_all(r, session, &run);
    }
    session_destroy(session);
    return status;
}

static void *role_main(void *argument)
{
    struct role_thread *r = argument;
    r->t->status[r->role] = run_role(r);
    for (int i = 0; i < 3; i++) {
        channel_close(r->peers[i]);
    }
    return NULL;
}

static struct channel *open_channel(const struct test_parties *t, enum role own, enum role peer,
                                    const mpcf_transport *transport, void *conn)
{
    struct channel *channel = NULL;
    if (t->wrap != NULL) {
        transport = t->wrap(t->wrap_context, own, peer, transport, conn, &conn);
    }
    assert_int_equal(channel_create(transport, conn, TIMEOUT_NS, &channel, NULL), MPCF_OK);
    return channel;
}

static void join(struct role_thread *threads, enum role a, enum role b, const char *transport)
{
    struct test_transport t = test_transport_load(transport);
    void *conns[2];
    test_transport_pair(&t, strcmp(transport, "loopback") == 0 ? "" : "127.0.0.1:0", conns);
    threads[a].peers[b] = open_channel(threads[a].t, a, b, t.transport, conns[0]);
    threads[b].peers[a] = open_channel(threads[b].t, b, a, t.transport, conns[1]);
}

void test_parties_run(struct test_parties *t)
{
    struct role_thread threads[3] = {{0}};
    pthread_t ids[3];
    const char *transport = t->transport == NULL ? "loopback" : t->transport;
    t->inferences = t->inferences == 0 ? 1 : t->inferences;
    for (int i = 0; i < 3; i++) {
        t->errors[i] = mpcf_error_create();
        assert_ok(cost_run(t->program, &t->metered[i], t->errors[i]), t->errors[i]);
        threads[i].t = t;
        threads[i].role = (enum role) i;
    }
    join(threads, ROLE_PROVIDER, ROLE_USER, transport);
    join(threads, ROLE_PROVIDER, ROLE_DEALER, transport);
    join(threads, ROLE_USER, ROLE_DEALER, transport);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(pthread_create(&ids[i], NULL, role_main, &threads[i]), 0);
    }
    for (int i = 0; i < 3; i++) {
        assert_int_equal(pthread_join(ids[i], NULL), 0);
    }
}

void test_parties_clear(struct test_parties *t)
{
    for (int i = 0; i < 3; i++) {
        cost_destroy(t->metered[i]);
        mpcf_error_destroy(t->errors[i]);
        t->metered[i] = NULL;
        t->errors[i] = NULL;
    }
}

void test_parties_assert_ok(const struct test_parties *t)
{
    for (int i = 0; i < 3; i++) {
        assert_was_ok(t->status[i], t->errors[i]);
    }
}

static void assert_line(const struct cost_line *want, const struct cost_line *got)
{
    assert_int_equal(want->online_bytes, got->online_bytes);
    assert_int_equal(want->offline_bytes, got->offline_bytes);
    assert_int_equal(want->rounds, got->rounds);
}

void test_parties_assert_cost(const struct test_parties *t)
{
    struct cost *want = NULL;
    assert_int_equal(cost_run(t->program, &want, NULL), MPCF_OK);
    for (int role = ROLE_PROVIDER; role <= ROLE_USER; role++) {
        const struct cost *got = t->metered[role];
        assert_int_equal(want->rounds, got->rounds);
        assert_int_equal(want->provider_bytes, got->provider_bytes);
        assert_int_equal(want->user_bytes, got->user_bytes);
        assert_int_equal(want->user_offline_bytes, got->user_offline_bytes);
        /* Masked weights travel with the first inference. */
        assert_int_equal(t->inferences == 1 ? want->setup_bytes : 0, got->setup_bytes);
        for (size_t i = 0; i < want->line_count; i++) {
            assert_line(&want->lines[i], &got->lines[i]);
        }
    }
    assert_int_equal(want->dealer_user_bytes, t->metered[ROLE_USER]->dealer_user_bytes);
    cost_destroy(want);
}
