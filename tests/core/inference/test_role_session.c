/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which stored session user and provider speak of before they have joined: looking changes nothing.
 */
#include "inference/role_session.h"

#include <pthread.h>
#include <string.h>

#include "base/folder.h"
#include "base/memory.h"
#include "channel/pair.h"
#include "preprocess/store_sessions.h"
#include "support/support.h"

struct fixture {
    mpcf_error *err;
    char *store;
    struct pipeline p;
    struct role_state user, provider;
    struct handshake hello[2]; /* by role */
};

static void open_fixture(struct fixture *f)
{
    *f = (struct fixture){.err = mpcf_error_create()};
    f->store = file_join(test_folder(), "store");
    assert_ok(file_remove_tree(f->store, f->err), f->err);
    f->p.infer.preprocess = PREPROCESS_STORE;
    f->p.infer.store = f->store;
    f->p.infer.session_inferences = 50;
    f->provider = (struct role_state){.role = ROLE_PROVIDER, .student = {.pipeline = &f->p}};
    f->user = (struct role_state){.role = ROLE_USER, .student = {.pipeline = &f->p}};
    handshake_init(&f->hello[ROLE_PROVIDER], ROLE_PROVIDER);
    handshake_init(&f->hello[ROLE_USER], ROLE_USER);
}

static void close_fixture(struct fixture *f)
{
    mpcf_free(f->user.store);
    mpcf_free(f->provider.store);
    mpcf_free(f->store);
    mpcf_error_destroy(f->err);
}

static struct role_state *state_of(struct fixture *f, enum role role)
{
    return role == ROLE_USER ? &f->user : &f->provider;
}

static void offer(struct fixture *f, enum role role)
{
    struct role_state *state = state_of(f, role);

    mpcf_free(state->store);
    state->store = NULL;
    f->hello[role].has_stored = false;
    assert_ok(role_session_offer(state, &f->hello[role], f->err), f->err);
}

/* A session of number ID on ROLE's disk, dealt for what it now works from. */
static void put(struct fixture *f, enum role role, uint8_t id, uint32_t used)
{
    const struct role_state *state = state_of(f, role);
    struct store_identity identity = {.session = {id}};
    struct store *s = NULL;
    char *folder = store_sessions_folder(state->store, identity.session);

    memcpy(identity.facts, state->store_facts, sizeof identity.facts);
    assert_ok(store_create(folder, &identity, &s, f->err), f->err);
    if (used > 0) {
        assert_ok(store_consume(s, used - 1, f->err), f->err);
    }
    store_close(s);
    mpcf_free(folder);
}

static void the_provider_answers_what_the_user_names(void **state)
{
    struct fixture f;
    struct handshake *user = NULL, *provider = NULL;

    (void) state;
    open_fixture(&f);
    user = &f.hello[ROLE_USER];
    provider = &f.hello[ROLE_PROVIDER];
    offer(&f, ROLE_PROVIDER);
    offer(&f, ROLE_USER);
    assert_false(user->has_stored);
    put(&f, ROLE_USER, 3, 1);
    put(&f, ROLE_PROVIDER, 3, 2);
    put(&f, ROLE_PROVIDER, 4, 9);
    offer(&f, ROLE_PROVIDER);
    offer(&f, ROLE_USER);
    assert_false(provider->has_stored); /* before anybody asked */
    assert_true(user->has_stored);
    assert_int_equal(user->stored[0], 3);
    assert_int_equal(user->next_inference, 1);
    role_session_meet(&f.provider, user, provider);
    assert_true(provider->has_stored);
    assert_int_equal(provider->stored[0], 3);
    assert_int_equal(provider->next_inference, 2);
    /* The next caller names another, or none: nothing of the first is left. */
    user->stored[0] = 5;
    role_session_meet(&f.provider, user, provider);
    assert_false(provider->has_stored);
    assert_int_equal(provider->stored[0], 0);
    assert_int_equal(provider->next_inference, 0);
    user->stored[0] = 4;
    user->has_stored = false;
    role_session_meet(&f.provider, user, provider);
    assert_false(provider->has_stored);
    user->has_stored = true;
    role_session_meet(&f.provider, user, provider);
    assert_int_equal(provider->next_inference, 9);
    close_fixture(&f);
}

static void other_facts_or_another_process_are_no_answer(void **state)
{
    struct fixture f;
    struct handshake *user = NULL, *provider = NULL;
    struct store_identity identity;
    struct store *held = NULL;

    (void) state;
    open_fixture(&f);
    user = &f.hello[ROLE_USER];
    provider = &f.hello[ROLE_PROVIDER];
    offer(&f, ROLE_PROVIDER);
    put(&f, ROLE_PROVIDER, 3, 2);
    user->has_stored = true;
    user->stored[0] = 3;
    char *folder = store_sessions_folder(f.provider.store, user->stored);
    assert_ok(store_open(folder, &identity, &held, f.err), f.err);
    role_session_meet(&f.provider, user, provider);
    assert_false(provider->has_stored);
    store_close(held);
    role_session_meet(&f.provider, user, provider);
    assert_true(provider->has_stored);
    assert_ok(handshake_add(provider, f.err, "network", "another"), f.err);
    offer(&f, ROLE_PROVIDER);
    role_session_meet(&f.provider, user, provider);
    assert_false(provider->has_stored);
    assert_true(file_is_folder(folder)); /* for whom it was dealt */
    mpcf_free(folder);
    close_fixture(&f);
}

static void a_number_that_no_session_has_is_refused(void **state)
{
    struct fixture f;

    (void) state;
    open_fixture(&f);
    for (int role = ROLE_PROVIDER; role <= ROLE_USER; role++) {
        struct role_state *s = state_of(&f, (enum role) role);

        offer(&f, (enum role) role);
        put(&f, (enum role) role, 3, 2);
        assert_status(MPCF_E_PROTOCOL, role_session_resume(s, f.err), f.err);
        assert_message_contains(f.err, "not agreed on");
        s->links.has_stored = true;
        s->links.stored[0] = 3;
        s->links.next_inference = 51;
        assert_status(MPCF_E_PROTOCOL, role_session_resume(s, f.err), f.err);
        assert_message_contains(f.err, "inference 51 of a stored session, which has at most 50");
        s->links.next_inference = 50;
        assert_ok(role_session_resume(s, f.err), f.err);
        assert_int_equal(session_next(s->session), 50);
        assert_status(MPCF_E_PROTOCOL, role_session_resume(s, f.err), f.err);
        session_destroy(s->session);
    }
    close_fixture(&f);
}

/* --- ids --- */

#define TURNS 3

struct member {
    struct role_state state;
    uint8_t ids[TURNS][HANDSHAKE_SESSION];
    mpcf_status status;
    pthread_t thread;
};

static void *begin_often(void *context)
{
    struct member *m = context;

    for (int turn = 0; turn < TURNS && m->status == MPCF_OK; turn++) {
        m->status = role_session_begin(&m->state, NULL);
        if (m->status == MPCF_OK) {
            memcpy(m->ids[turn], session_id(m->state.session), HANDSHAKE_SESSION);
        }
    }
    return NULL;
}

static void join_members(struct member m[3])
{
    for (int a = 0; a < 3; a++) {
        for (int b = a + 1; b < 3; b++) {
            struct channel *ends[2];

            assert_int_equal(channel_pair(INT64_C(10000000000), ends, NULL), MPCF_OK);
            m[a].state.links.peers[b] = ends[0];
            m[b].state.links.peers[a] = ends[1];
        }
    }
}

/* The id stands for the seeds, and a store's folder has its name: no two sessions have one. */
static void sessions_of_a_run_have_ids_of_their_own(void **state)
{
    struct pipeline p = {.infer = {.session_inferences = 5, .timeout_ns = INT64_C(10000000000)}};
    struct member m[3] = {{.status = MPCF_OK}};

    (void) state;
    join_members(m);
    for (int r = 0; r < 3; r++) {
        m[r].state.role = (enum role) r;
        m[r].state.student.pipeline = &p;
        memset(m[r].state.links.session, 7, HANDSHAKE_SESSION);
        assert_int_equal(pthread_create(&m[r].thread, NULL, begin_often, &m[r]), 0);
    }
    for (int r = 0; r < 3; r++) {
        assert_int_equal(pthread_join(m[r].thread, NULL), 0);
        assert_int_equal(m[r].status, MPCF_OK);
    }
    for (int turn = 0; turn < TURNS; turn++) {
        assert_memory_equal(m[0].ids[turn], m[1].ids[turn], HANDSHAKE_SESSION);
        assert_memory_equal(m[0].ids[turn], m[2].ids[turn], HANDSHAKE_SESSION);
        for (int before = 0; before < turn; before++) {
            assert_memory_not_equal(m[0].ids[turn], m[0].ids[before], HANDSHAKE_SESSION);
        }
    }
    for (int r = 0; r < 3; r++) {
        session_destroy(m[r].state.session);
        roles_links_close(&m[r].state.links);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_provider_answers_what_the_user_names),
        cmocka_unit_test(other_facts_or_another_process_are_no_answer),
        cmocka_unit_test(a_number_that_no_session_has_is_refused),
        cmocka_unit_test(sessions_of_a_run_have_ids_of_their_own),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
