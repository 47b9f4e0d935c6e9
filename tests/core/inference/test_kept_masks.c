/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Under which masks a session is: those of the user that the link proves, for what roles agree on now, and
 * of nobody else.
 */
#include "inference/kept_masks.h"

#include <string.h>

#include <mpcf/transport.h>

#include "base/file.h"
#include "base/folder.h"
#include "base/memory.h"
#include "channel/pair.h"
#include "inference/kept_session.h"
#include "preprocess/kept.h"
#include "support/role_keys.h"
#include "support/support.h"

#define SET "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static const uint8_t none[HANDSHAKE_SESSION];

static const mpcf_transport hidden = {.caps = MPCF_TRANSPORT_ENCRYPTED}, open_to_all;

struct fixture {
    mpcf_error *err;
    struct pipeline p;
    struct channel *ends[2];
    char *store;
    bool is_used; /* sessions send D */
};

/* One role, as it is when it has joined. */
struct side {
    struct role_state state;
    struct handshake handshake;
};

static void open_fixture(struct fixture *f)
{
    *f = (struct fixture){.err = mpcf_error_create(), .is_used = true};
    f->store = file_join(test_folder(), "store");
    assert_ok(file_remove_tree(f->store, f->err), f->err);
    f->p.infer.weight_masks = MASKS_KEPT;
    f->p.infer.store = f->store;
    f->p.transport.name = "test";
    f->p.transport.descriptor = &hidden;
    assert_ok(channel_pair(INT64_C(5000000000), f->ends, f->err), f->err);
}

static void close_fixture(struct fixture *f)
{
    channel_close(f->ends[0]);
    channel_close(f->ends[1]);
    mpcf_free(f->store);
    mpcf_error_destroy(f->err);
}

/* KEYS: number of their set; negative: the link proves nobody. */
static void open_side(struct fixture *f, struct side *s, enum role role, int keys, const char *fact)
{
    const enum role peer = role == ROLE_USER ? ROLE_PROVIDER : ROLE_USER;

    *s = (struct side){.state = {.role = role, .student = {.pipeline = &f->p}}};
    s->state.links.peers[peer] = f->ends[role];
    s->state.keys = test_role_keys(0, role);
    if (keys >= 0) {
        s->state.own_keys = (struct role_keys *) (uintptr_t) test_role_keys((unsigned) keys, role);
    }
    handshake_init(&s->handshake, role);
    assert_ok(handshake_add(&s->handshake, f->err, "fact", "%s", fact), f->err);
    assert_ok(kept_masks_prepare(&s->state, &s->handshake, f->err), f->err);
}

/* What a session of both agrees on; *OFFERED by the user. */
static void meet(struct fixture *f, struct side *user, struct side *provider,
                 uint8_t offered[HANDSHAKE_SESSION], uint8_t id[HANDSHAKE_SESSION])
{
    assert_ok(kept_masks_offer(&user->state, offered, f->err), f->err);
    assert_ok(kept_masks_answer(&provider->state, offered, id, false, f->err), f->err);
    assert_ok(kept_masks_settle(&user->state, id, false, f->err), f->err);
    if (provider->state.kept_masks != NULL && f->is_used) {
        assert_ok(kept_check(provider->state.kept_masks, SET, SET, false, f->err), f->err);
    }
}

/* The same of two that join and leave. */
static void run(struct fixture *f, int keys, const char *fact, uint8_t offered[HANDSHAKE_SESSION],
                uint8_t id[HANDSHAKE_SESSION])
{
    struct side user, provider;

    open_side(f, &user, ROLE_USER, keys, fact);
    open_side(f, &provider, ROLE_PROVIDER, keys, fact);
    meet(f, &user, &provider, offered, id);
    if (memcmp(id, none, sizeof none) != 0) {
        assert_memory_equal(kept_mark(user.state.kept_masks)->id, id, HANDSHAKE_SESSION);
        assert_memory_equal(kept_mark(user.state.kept_masks)->seed, none, KEPT_SEED_BYTES);
        assert_memory_equal(kept_mark(provider.state.kept_masks)->id, id, HANDSHAKE_SESSION);
        assert_memory_not_equal(kept_mark(provider.state.kept_masks)->seed, none, KEPT_SEED_BYTES);
    } else {
        assert_null(user.state.kept_masks);
        assert_null(provider.state.kept_masks);
    }
    kept_masks_clear(&user.state);
    kept_masks_clear(&provider.state);
}

static void who_comes_back_is_known(void **state)
{
    struct fixture f;
    uint8_t offered[HANDSHAKE_SESSION], first[HANDSHAKE_SESSION], id[HANDSHAKE_SESSION];

    (void) state;
    open_fixture(&f);
    run(&f, 0, "a", offered, first);
    assert_memory_equal(offered, none, sizeof none);
    assert_memory_not_equal(first, none, sizeof none);
    run(&f, 0, "a", offered, id);
    assert_memory_equal(offered, first, sizeof first);
    assert_memory_equal(id, first, sizeof first);
    /* What roles agree on is another: neither is spoken of, and the provider's goes. */
    run(&f, 0, "b", offered, id);
    assert_memory_equal(offered, none, sizeof none);
    assert_memory_not_equal(id, first, sizeof first);
    run(&f, 0, "a", offered, id);
    assert_memory_not_equal(id, first, sizeof first);
    close_fixture(&f);
}

static void each_user_has_masks_of_its_own(void **state)
{
    struct fixture f;
    struct side stranger;
    uint8_t offered[HANDSHAKE_SESSION], first[HANDSHAKE_SESSION], id[HANDSHAKE_SESSION];

    (void) state;
    open_fixture(&f);
    f.p.infer.store_sessions = 4;
    run(&f, 0, "a", offered, first);
    run(&f, 1, "a", offered, id); /* another provider, by its key: the id is not told */
    assert_memory_equal(offered, none, sizeof none);
    assert_memory_not_equal(id, first, sizeof first);
    /* Nor does naming it help. */
    open_side(&f, &stranger, ROLE_PROVIDER, 1, "a");
    assert_ok(kept_masks_answer(&stranger.state, first, id, false, f.err), f.err);
    assert_memory_not_equal(id, first, sizeof first);
    kept_masks_clear(&stranger.state);
    run(&f, 0, "a", offered, id);
    assert_memory_equal(id, first, sizeof first);
    close_fixture(&f);
}

static void nobody_has_none(void **state)
{
    struct fixture f;
    struct side side;
    uint8_t offered[HANDSHAKE_SESSION], id[HANDSHAKE_SESSION];

    (void) state;
    open_fixture(&f);
    for (int i = 0; i < 2; i++) {
        run(&f, -1, "a", offered, id);
        assert_memory_equal(offered, none, sizeof none);
        assert_memory_equal(id, none, sizeof none);
    }
    f.p.infer.weight_masks = MASKS_SESSION;
    run(&f, 0, "a", offered, id);
    assert_memory_equal(id, none, sizeof none);
    assert_false(file_exists(f.store));
    /* A dealer keeps nothing, and looks at nothing. */
    f.p.infer.weight_masks = MASKS_KEPT;
    side = (struct side){.state = {.role = ROLE_DEALER, .student = {.pipeline = &f.p}}};
    side.state.keys = test_role_keys(0, ROLE_DEALER);
    assert_ok(kept_masks_prepare(&side.state, &side.handshake, f.err), f.err);
    assert_null(side.state.kept_root);
    close_fixture(&f);
}

/* Two processes of one provider, and two of its user. */
static void two_sessions_at_once(void **state)
{
    struct fixture f;
    struct side users[2], providers[2];
    uint8_t offered[HANDSHAKE_SESSION], first[HANDSHAKE_SESSION], id[HANDSHAKE_SESSION];

    (void) state;
    open_fixture(&f);
    for (int turn = 0; turn < 2; turn++) {
        for (int i = 0; i < 2; i++) {
            open_side(&f, &users[i], ROLE_USER, 0, "a");
            open_side(&f, &providers[i], ROLE_PROVIDER, 0, "a");
        }
        meet(&f, &users[0], &providers[0], offered, first);
        meet(&f, &users[1], &providers[1], offered, id);
        if (turn == 0) { /* the first begins them */
            assert_memory_equal(id, none, sizeof none);
        } else { /* both go on with them */
            assert_memory_equal(id, first, sizeof first);
        }
        for (int i = 0; i < 2; i++) {
            kept_masks_clear(&users[i].state);
            kept_masks_clear(&providers[i].state);
        }
    }
    close_fixture(&f);
}

/* A provider that has lost its own, or a user: new ones, and those go on. */
static void either_may_forget(void **state)
{
    struct fixture f;
    uint8_t offered[HANDSHAKE_SESSION], first[HANDSHAKE_SESSION], id[HANDSHAKE_SESSION];

    (void) state;
    open_fixture(&f);
    for (int role = ROLE_PROVIDER; role <= ROLE_USER; role++) {
        char *root = mpcf_format("%s/%s/kept", f.store, role_name((enum role) role));

        run(&f, 0, "a", offered, first);
        assert_ok(file_remove_tree(root, f.err), f.err);
        mpcf_free(root);
        run(&f, 0, "a", offered, id);
        assert_memory_not_equal(id, first, sizeof first);
        assert_memory_not_equal(id, none, sizeof none);
        run(&f, 0, "a", offered, first);
        assert_memory_equal(id, first, sizeof first);
    }
    close_fixture(&f);
}

/* Masks under which nothing is recorded may have been used: an old copy of the folder looks like that. */
static void masks_without_a_record_are_not_taken_up(void **state)
{
    struct fixture f;
    uint8_t offered[HANDSHAKE_SESSION], first[HANDSHAKE_SESSION], id[HANDSHAKE_SESSION];

    (void) state;
    open_fixture(&f);
    f.is_used = false;
    run(&f, 0, "a", offered, first);
    run(&f, 0, "a", offered, id);
    assert_memory_equal(offered, first, sizeof first);
    assert_memory_not_equal(id, first, sizeof first);
    close_fixture(&f);
}

/* It heard the seed of the one before it. */
static void another_dealer_hears_another_seed(void **state)
{
    struct fixture f;
    struct side user, provider;
    struct role_keys keys;
    uint8_t offered[HANDSHAKE_SESSION], first[HANDSHAKE_SESSION], id[HANDSHAKE_SESSION];

    (void) state;
    open_fixture(&f);
    run(&f, 0, "a", offered, first);
    open_side(&f, &user, ROLE_USER, 0, "a");
    open_side(&f, &provider, ROLE_PROVIDER, 0, "a");
    keys = *provider.state.own_keys;
    keys.links[ROLE_DEALER] = test_role_keys(1, ROLE_PROVIDER)->links[ROLE_DEALER];
    provider.state.own_keys = &keys;
    meet(&f, &user, &provider, offered, id);
    assert_memory_equal(offered, first, sizeof first);
    assert_memory_not_equal(id, first, sizeof first);
    assert_memory_not_equal(id, none, sizeof none);
    kept_masks_clear(&user.state);
    kept_masks_clear(&provider.state);
    close_fixture(&f);
}

/* D of them is of no use, and goes. */
static void what_is_given_up_is_removed(void **state)
{
    struct fixture f;
    uint8_t offered[HANDSHAKE_SESSION], first[HANDSHAKE_SESSION], id[HANDSHAKE_SESSION];

    (void) state;
    open_fixture(&f);
    f.p.infer.store_sessions = 4;
    char *users = mpcf_format("%s/user/kept", f.store);
    char *providers = mpcf_format("%s/provider/kept", f.store);
    run(&f, 0, "a", offered, first);
    assert_ok(file_remove_tree(providers, f.err), f.err);
    assert_true(kept_has_id(users, first));
    run(&f, 0, "a", offered, id);
    assert_memory_equal(offered, first, sizeof first);
    assert_false(kept_has_id(users, first));
    assert_true(kept_has_id(users, id));
    assert_true(kept_has_id(providers, id));
    f.p.infer.weight_masks = MASKS_SESSION; /* nor does it stay where nothing is kept any more */
    run(&f, 0, "a", offered, first);
    assert_false(kept_has_id(users, id));
    assert_false(kept_has_id(providers, id));
    mpcf_free(users);
    mpcf_free(providers);
    close_fixture(&f);
}

/* A stored session has a copy of the seed, which is given up with the masks. */
static void a_stored_session_is_of_masks_that_are_kept(void **state)
{
    struct fixture f;
    struct side provider;
    uint8_t offered[HANDSHAKE_SESSION] = {0}, id[HANDSHAKE_SESSION];

    (void) state;
    open_fixture(&f);
    char *root = mpcf_format("%s/provider/kept", f.store);
    char *folder = file_join(f.store, "session"), *path = file_join(folder, "kept");
    assert_ok(file_make_folder(folder, f.err), f.err);
    open_side(&f, &provider, ROLE_PROVIDER, 0, "a");
    assert_ok(kept_session_note(&provider.state, folder, f.err), f.err);
    assert_true(kept_session_is_known(&provider.state, folder)); /* its masks are its own */
    assert_ok(kept_masks_answer(&provider.state, offered, id, false, f.err), f.err);
    assert_ok(kept_session_note(&provider.state, folder, f.err), f.err);
    assert_true(kept_session_is_known(&provider.state, folder));
    assert_ok(file_write_whole(path, "?", 1, f.err), f.err);
    assert_false(kept_session_is_known(&provider.state, folder));
    assert_ok(kept_session_note(&provider.state, folder, f.err), f.err);
    assert_true(kept_session_is_known(&provider.state, folder));
    assert_ok(file_remove_tree(root, f.err), f.err);
    assert_false(kept_session_is_known(&provider.state, folder));
    kept_masks_clear(&provider.state);
    mpcf_free(root);
    mpcf_free(folder);
    mpcf_free(path);
    close_fixture(&f);
}

/* The seed is told to the dealer in each session. */
static void an_open_link_keeps_none(void **state)
{
    struct fixture f;
    struct side side = {.state = {.role = ROLE_PROVIDER}};

    (void) state;
    open_fixture(&f);
    f.p.transport.descriptor = &open_to_all;
    side.state.student.pipeline = &f.p;
    side.state.keys = test_role_keys(0, ROLE_PROVIDER);
    assert_status(MPCF_E_CONFIG, kept_masks_prepare(&side.state, &side.handshake, f.err), f.err);
    assert_message_contains(f.err, "for links that encrypt");
    kept_masks_clear(&side.state);
    close_fixture(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(who_comes_back_is_known),
        cmocka_unit_test(each_user_has_masks_of_its_own),
        cmocka_unit_test(nobody_has_none),
        cmocka_unit_test(two_sessions_at_once),
        cmocka_unit_test(either_may_forget),
        cmocka_unit_test(another_dealer_hears_another_seed),
        cmocka_unit_test(what_is_given_up_is_removed),
        cmocka_unit_test(a_stored_session_is_of_masks_that_are_kept),
        cmocka_unit_test(an_open_link_keeps_none),
        cmocka_unit_test(masks_without_a_record_are_not_taken_up),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
