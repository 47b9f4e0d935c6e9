/* SPDX-License-Identifier: Apache-2.0 */
/*
 * CURVE keys that were taken back, or taken out of trusted.curve: who has one is turned away from then on, by who
 * listens and by who calls, also in the middle of its handshake, and both sides say so.
 */
#include <pthread.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <sodium.h>

#include <mpcf/transport.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/folder.h"
#include "base/memory.h"
#include "channel/curve_key.h"
#include "channel/spoken.h"
#include "channel/trusted.h"
#include "curve_command.h"
#include "support/curve_ends.h"
#include "support/curve_stranger.h"
#include "support/support.h"

#define SECOND INT64_C(1000000000)

/* The key of ROLE in SET stands in FOLDER/revoked. */
static void take_back(unsigned set, enum role role, const char *folder)
{
    uint8_t public_key[32], secret[32], fingerprint[SPOKEN_BYTES];
    mpcf_error *err = mpcf_error_create();
    curve_read_pair(curve_folders[set], role, public_key, secret);
    assert_ok(curve_key_fingerprint(public_key, fingerprint, err), err);
    assert_ok(trusted_add(&trusted_revoked, folder, ROLE_PROVIDER, fingerprint, err), err);
    mpcf_error_destroy(err);
}

static char *copy_of(const char *name, const char *own)
{
    char *folder = curve_new_folder(name);
    curve_copy(curve_folders[0], own, folder, own);
    curve_copy(curve_folders[0], "trusted.curve", folder, "trusted.curve");
    return folder;
}

static void *accept_later(void *context)
{
    curve_accept_one(context);
    return NULL;
}

static void call_and_accept(struct curve_meeting *m)
{
    pthread_t thread;
    curve_begin(&m->b, &(struct curve_end){CURVE_BY_FILES, curve_folders[0], 0, ROLE_USER});
    assert_int_equal(pthread_create(&thread, NULL, curve_call, m), 0);
    curve_accept_one(m);
    assert_int_equal(pthread_join(thread, NULL), 0);
}

static void hang_up(struct curve_meeting *m)
{
    if (m->a.conn != NULL) {
        m->a.t->close(m->a.conn);
        m->a.conn = NULL;
    }
    curve_finish(&m->b);
}

static void who_listens_takes_a_key_back(void **state)
{
    (void) state;
    char *folder = copy_of("listens", "dealer.curve"), *list = file_join(folder, "revoked");
    struct curve_meeting m;
    curve_listen(&m, &(struct curve_end){CURVE_BY_FILES, folder, 0, ROLE_DEALER});
    m.called = ROLE_DEALER;
    call_and_accept(&m);
    assert_was_ok(m.a.status, m.a.err);
    hang_up(&m);
    take_back(0, ROLE_PROVIDER, folder); /* another's: nothing changes */
    call_and_accept(&m);
    assert_was_ok(m.a.status, m.a.err);
    hang_up(&m);
    take_back(0, ROLE_USER, folder); /* without a restart */
    call_and_accept(&m);
    assert_status_was(MPCF_E_AUTH, m.a.status, m.a.err);
    assert_message_contains(m.a.err, "its key was taken back: it stands in '");
    assert_status_was(MPCF_E_AUTH, m.b.status, m.b.err);
    assert_message_contains(m.b.err, "this side's key was taken back there");
    hang_up(&m);
    assert_int_equal(unlink(list), 0);
    call_and_accept(&m);
    assert_was_ok(m.a.status, m.a.err);
    assert_was_ok(m.b.status, m.b.err);
    curve_part(&m);
    mpcf_free(list);
    mpcf_free(folder);
}

static void trust(const char *folder, const char *set, enum role role)
{
    uint8_t public_key[32], secret[32];
    mpcf_error *err = mpcf_error_create();
    curve_read_pair(set, role, public_key, secret);
    assert_ok(trusted_add(&trusted_curve, folder, role, public_key, err), err);
    mpcf_error_destroy(err);
}

/* Who calls knows whose key it wants: nobody is called by one that was taken back, and of two the other is taken. */
static void who_calls_takes_a_key_back(void **state)
{
    (void) state;
    char *folder = copy_of("calls", "user.curve"), *list = file_join(folder, "revoked");
    const struct curve_end callee = {CURVE_BY_FILES, curve_folders[0], 0, ROLE_DEALER},
                           caller = {CURVE_BY_FILES, folder, 0, ROLE_USER};
    struct curve_meeting m;
    struct curve_open_end o;
    take_back(0, ROLE_DEALER, folder);
    curve_begin(&o, &caller);
    assert_status(MPCF_E_CONFIG,
                  o.t->connect_as(&o.config, o.party, ROLE_DEALER, "127.0.0.1:9",
                                  clock_deadline(SECOND), &o.conn, o.err),
                  o.err);
    assert_message_contains(o.err, "trusted.curve' was taken back: it stands in '");
    curve_finish(&o);
    assert_int_equal(unlink(list), 0);
    trust(folder, curve_folders[1], ROLE_DEALER);
    take_back(1, ROLE_DEALER, folder);
    curve_meet(&m, &callee, &caller, ROLE_DEALER);
    assert_was_ok(m.a.status, m.a.err);
    assert_was_ok(m.b.status, m.b.err);
    curve_part(&m);
    mpcf_free(list);
    mpcf_free(folder);
}

/* A caller that was let in before, and goes on when the list has been written. */
static void in_the_middle_of_a_handshake(void **state)
{
    static const char *const files[2] = {"revoked", "trusted.curve"};
    (void) state;
    char *folder = copy_of("middle", "dealer.curve");
    for (unsigned i = 0; i < 2; i++) {
        struct curve_meeting m;
        struct curve_stranger s;
        pthread_t thread;
        char *path = file_join(folder, files[i]);
        curve_listen(&m, &(struct curve_end){CURVE_BY_FILES, folder, 0, ROLE_DEALER});
        m.patience = SECOND;
        assert_int_equal(pthread_create(&thread, NULL, accept_later, &m), 0);
        curve_begin_call(&s, m.address);
        curve_go_to_welcome(&s);
        assert_int_equal(pthread_join(thread, NULL), 0);
        assert_status_was(MPCF_E_TIMEOUT, m.a.status, m.a.err); /* it answered, and waits */
        if (i == 0) {
            take_back(0, ROLE_USER, folder);
        } else {
            assert_int_equal(unlink(path), 0);
            assert_int_equal(file_write_whole_private(path, "mpcf-curve-trusted 1\n", 21, NULL),
                             MPCF_OK);
        }
        assert_true(curve_initiate_make(&s.s, s.body));
        curve_say_frame(&s, STRANGER_COMMAND, s.body, CURVE_INITIATE);
        m.patience = 5 * SECOND;
        curve_accept_one(&m);
        assert_status_was(MPCF_E_AUTH, m.a.status, m.a.err);
        assert_message_contains(m.a.err, "the files of keys have changed");
        assert_int_equal(curve_hear_frame(&s), -1); /* and calls again */
        (void) close(s.fd);
        curve_part(&m);
        assert_int_equal(unlink(path), 0);
        mpcf_free(path);
    }
    mpcf_free(folder);
}

static void assert_listens_not(const char *folder, const char *message)
{
    struct curve_open_end o;
    void *listener = NULL;
    curve_begin(&o, &(struct curve_end){CURVE_BY_FILES, folder, 0, ROLE_DEALER});
    assert_status(MPCF_E_CONFIG,
                  o.t->listen_as(&o.config, o.party, "127.0.0.1:0", &listener, o.err), o.err);
    assert_message_contains(o.err, message);
    curve_finish(&o);
}

/* Who cannot read whom it should refuse lets nobody in. */
static void a_list_that_is_wrong_lets_nobody_in(void **state)
{
#define KEY "000102030405060708090a0b0c0d0e0f"
    static const struct {
        const char *name, *text, *message;
    } cases[] = {
        {"revoked", KEY "\n", "revoked: does not begin with the line 'mpcf-revoked 1'"},
        {"revoked", "mpcf-revoked 1\n" KEY KEY "\n", "revoked:2: a line is a fingerprint"},
        {"revoked", "mpcf-revoked 1\r\n" KEY "\n", "revoked:1: the line ends in CR LF"},
        {"trusted.curve", "mpcf-curve-trusted 1\nuser " KEY KEY "\r\n",
         "trusted.curve:2: the line ends in CR LF"},
        {"trusted.curve",
         "mpcf-curve-trusted 1\nuser 000102030405060708090A0B0C0D0E0F"
         "000102030405060708090A0B0C0D0E0F\n",
         "trusted.curve:2: behind the role stands a public key of 64 hexadecimal digits"},
    };
#undef KEY
    (void) state;
    char *folder = copy_of("list", "dealer.curve");
    char *path = file_join(folder, "revoked");
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char *wrong = file_join(folder, cases[i].name);
        (void) unlink(wrong);
        assert_int_equal(
            file_write_whole_private(wrong, cases[i].text, strlen(cases[i].text), NULL), MPCF_OK);
        assert_listens_not(folder, cases[i].message);
        assert_int_equal(unlink(wrong), 0);
        curve_copy(curve_folders[0], "trusted.curve", folder, "trusted.curve");
        mpcf_free(wrong);
    }
    take_back(0, ROLE_DEALER, folder);
    assert_listens_not(folder, "dealer.curve' was taken back, it stands in '");
    assert_int_equal(chmod(path, 0666), 0);
    assert_listens_not(folder, "others can write");
    mpcf_free(path);
    mpcf_free(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(who_listens_takes_a_key_back),
        cmocka_unit_test(who_calls_takes_a_key_back),
        cmocka_unit_test(in_the_middle_of_a_handshake),
        cmocka_unit_test(a_list_that_is_wrong_lets_nobody_in),
    };
    if (sodium_init() < 0) {
        return 1;
    }
    return cmocka_run_group_tests(tests, curve_make_folders, curve_drop_folders);
}
