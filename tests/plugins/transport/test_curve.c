/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What zmq-curve takes, and what it refuses and says: on both sides of a connection between two of ours.
 */
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <mpcf/transport.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/folder.h"
#include "base/memory.h"
#include "support/curve_ends.h"
#include "support/support.h"

#define SECOND INT64_C(1000000000)

#define KEYS(set, role)                                                                            \
    {                                                                                              \
        CURVE_BY_KEYS, NULL, set, role                                                             \
    }
#define FILES(at, role)                                                                            \
    {                                                                                              \
        CURVE_BY_FILES, at, 0, role                                                                \
    }

/* --- what is taken --- */

static void talk(struct curve_meeting *m)
{
    const int64_t soon = clock_deadline(5 * SECOND);
    char got[6] = "";
    assert_ok(m->a.t->send(m->a.conn, "hello", 6, soon, m->a.err), m->a.err);
    assert_ok(m->b.t->recv(m->b.conn, got, 6, soon, m->b.err), m->b.err);
    assert_string_equal(got, "hello");
}

static void both_ends_are_proved(void **state)
{
    (void) state;
    const struct curve_end ends[2][2] = {
        {KEYS(0, ROLE_DEALER), KEYS(0, ROLE_PROVIDER)},
        {FILES(curve_folders[0], ROLE_DEALER), FILES(curve_folders[0], ROLE_PROVIDER)}};
    static const char *const names[2] = {"provider, key of this link", "provider, CURVE key "};
    for (unsigned i = 0; i < 2; i++) {
        struct curve_meeting m;
        uint8_t bindings[2][MPCF_BINDING_BYTES] = {{0}, {1}};
        int32_t who[2] = {-1, -1};
        char name[200];
        curve_meet(&m, &ends[i][0], &ends[i][1], ROLE_DEALER);
        assert_was_ok(m.a.status, m.a.err);
        assert_was_ok(m.b.status, m.b.err);
        talk(&m);
        assert_int_equal(m.a.t->peer_role(m.a.conn, &who[0], NULL), MPCF_OK);
        assert_int_equal(m.a.t->peer_role(m.b.conn, &who[1], NULL), MPCF_OK);
        assert_int_equal(who[0], MPCF_ROLE_PROVIDER);
        assert_int_equal(who[1], MPCF_ROLE_DEALER);
        assert_int_equal(m.a.t->binding(m.a.conn, bindings[0], NULL), MPCF_OK);
        assert_int_equal(m.a.t->binding(m.b.conn, bindings[1], NULL), MPCF_OK);
        assert_memory_equal(bindings[0], bindings[1], MPCF_BINDING_BYTES);
        assert_int_equal(m.a.t->peer_identity(m.a.conn, name, sizeof(name), NULL), MPCF_OK);
        assert_memory_equal(name, names[i], strlen(names[i]));
        assert_int_equal(m.a.t->peer_identity(m.a.conn, name, 5, NULL), MPCF_E_INVALID);
        curve_part(&m);
    }
}

/* --- bytes --- */

/* One way of a conversation: byte I of all is I * 7 + I / 251. */
struct way {
    void *from, *to;
    size_t sent, length, received; /* LENGTH: behind the message that goes now */
};

static uint8_t byte_at(size_t i)
{
    return (uint8_t) (i * 7 + i / 251);
}

/* What goes now of W, and takes as much as LIMIT bytes. */
static void go_on(const mpcf_transport *t, struct way *w, struct test_random *r, bool takes)
{
    static uint8_t out[70000], in[70000];
    size_t sent = w->length - w->sent, none = 0;
    for (size_t i = 0; i < sent; i++) {
        out[i] = byte_at(w->sent + i);
    }
    mpcf_status status = t->advance(w->from, out, &sent, NULL, &none, 0, NULL);
    assert_true(status == MPCF_OK || (status == MPCF_E_TIMEOUT && sent == 0));
    memset(out, 0xee, sizeof(out)); /* it may be used again */
    w->sent += sent;
    size_t received = takes ? 1 + test_random_u64(r) % 60000 : 0, no_more = 0;
    status = t->advance(w->to, NULL, &no_more, in, &received, 0, NULL);
    assert_true(status == MPCF_OK || (status == MPCF_E_TIMEOUT && received == 0));
    for (size_t i = 0; i < received; i++) {
        assert_int_equal(in[i], byte_at(w->received + i));
    }
    w->received += received;
}

/* Messages of all sizes through small buffers to one that seldom reads: each is said to have gone
 * when it has, so that it arrives though the sender does nothing more. */
static void what_is_said_to_have_gone_arrives(void **state)
{
    (void) state;
    struct curve_meeting m;
    struct test_random r = {.state = 11};
    curve_listen(&m, &(struct curve_end) KEYS(0, ROLE_DEALER));
    curve_begin(&m.b, &(struct curve_end) KEYS(0, ROLE_USER));
    m.b.config.socket.send_buffer = m.b.config.socket.receive_buffer = 8192;
    m.called = ROLE_DEALER;
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, curve_call, &m), 0);
    curve_accept_one(&m);
    assert_int_equal(pthread_join(thread, NULL), 0);
    struct way w = {.from = m.b.conn, .to = m.a.conn};
    for (unsigned message = 0; message < 400; message++) {
        const unsigned kind = message % 4;
        w.length +=
            kind == 0 ? 1 + message % 3 : 1 + test_random_u64(&r) % (kind == 3 ? 65000 : 900);
        while (w.sent < w.length) {
            go_on(m.a.t, &w, &r, test_random_u64(&r) % 3 == 0);
        }
        const int64_t limit = clock_deadline(10 * SECOND);
        while (message % 5 == 0 && w.received < w.length) { /* the sender rests */
            size_t none = 0, got = 1;
            uint8_t byte = 0;
            mpcf_status status = m.a.t->advance(w.to, NULL, &none, &byte, &got, limit, m.a.err);
            assert_was_ok(status, m.a.err);
            assert_int_equal(byte, byte_at(w.received));
            w.received += got;
        }
    }
    curve_part(&m);
}

/* --- what is refused by two of ours --- */

struct refusal {
    struct curve_end callee, caller;
    enum role called;
    const char *there, *here; /* what the callee says, and the caller */
};

static char *own_folder, *mixed_folder, *reversed_folder;

/* A copy of FROM's files, of which NAMES are TO's. */
static char *copy_folder(const char *name, const char *from)
{
    static const char *const files[4] = {"provider.curve", "user.curve", "dealer.curve",
                                         "trusted.curve"};
    char *folder = curve_new_folder(name);
    for (unsigned i = 0; i < 4; i++) {
        curve_copy(from, files[i], folder, files[i]);
    }
    return folder;
}

/* In place of what stands in FOLDER: TEXT behind the first line. */
static void trust(const char *folder, const char *text)
{
    char *path = file_join(folder, "trusted.curve");
    char *whole = mpcf_format("mpcf-curve-trusted 1\n%s", text);
    (void) unlink(path);
    assert_int_equal(file_write_whole_private(path, whole, strlen(whole), NULL), MPCF_OK);
    mpcf_free(path);
    mpcf_free(whole);
}

static void print_line(const char *folder, enum role key, const char *as, char line[100])
{
    uint8_t public_key[32], secret[32];
    int at = snprintf(line, 100, "%s ", as);
    curve_read_pair(folder, key, public_key, secret);
    for (unsigned i = 0; i < 32; i++) {
        at += snprintf(line + at, 100 - (size_t) at, "%02x", public_key[i]);
    }
    (void) snprintf(line + at, 100 - (size_t) at, "\n");
}

static void make_more_folders(void)
{
    char lines[3][100], text[400];
    own_folder = copy_folder("own", curve_folders[0]);
    /* The second set's keys, which knows the provider of the first. */
    mixed_folder = copy_folder("mixed", curve_folders[1]);
    print_line(curve_folders[0], ROLE_PROVIDER, "provider", lines[0]);
    print_line(curve_folders[0], ROLE_DEALER, "dealer", lines[1]);
    (void) snprintf(text, sizeof(text), "%s%s", lines[0], lines[1]);
    trust(mixed_folder, text);
    /* Who takes the provider for the dealer, and the dealer for the provider. */
    reversed_folder = copy_folder("reversed", curve_folders[0]);
    print_line(curve_folders[0], ROLE_PROVIDER, "dealer", lines[0]);
    print_line(curve_folders[0], ROLE_USER, "provider", lines[1]);
    (void) snprintf(text, sizeof(text), "%s%s", lines[0], lines[1]);
    trust(reversed_folder, text);
}

static void both_sides_say_why(void **state)
{
    (void) state;
    make_more_folders();
    const char *v1 = curve_folders[0], *v2 = curve_folders[1];
    const struct refusal refusals[] = {
        /* another set: the caller means another key than the callee's */
        {FILES(v1, ROLE_PROVIDER), FILES(v2, ROLE_USER), ROLE_PROVIDER,
         "it calls with another key of this side than this side has",
         "it has another key than this side has of the role that it calls"},
        /* an unknown key of a caller that knows the callee's */
        {FILES(v1, ROLE_PROVIDER), FILES(mixed_folder, ROLE_USER), ROLE_PROVIDER,
         "is none of those in", "the peer refuses: it does not know this side's key"},
        /* another role answers than was called */
        {FILES(v1, ROLE_PROVIDER), FILES(v1, ROLE_USER), ROLE_DEALER, "or calls another role",
         "it is another role, its key is new"},
        /* a key of the callee's own role */
        {FILES(v1, ROLE_DEALER), FILES(v1, ROLE_DEALER), ROLE_DEALER,
         "its key is of this side's own role, dealer",
         "this side's key is not of a role that it takes there"},
        {KEYS(0, ROLE_PROVIDER), KEYS(0, ROLE_USER), ROLE_DEALER,
         "its key of this link is another than this side's, or it calls another role",
         "it is another role"},
        {KEYS(0, ROLE_PROVIDER), KEYS(1, ROLE_USER), ROLE_PROVIDER,
         "its key of this link is another than this side's", "it has another key than this side"},
        /* another proof */
        {KEYS(0, ROLE_PROVIDER), FILES(v1, ROLE_USER), ROLE_PROVIDER, "or it has another `proof:`",
         "or it has another `proof:`"},
        {FILES(v1, ROLE_PROVIDER), KEYS(0, ROLE_USER), ROLE_PROVIDER, "or it has another `proof:`",
         "or it has another `proof:`"},
    };
    for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++) {
        const struct refusal *r = &refusals[i];
        struct curve_meeting m;
        curve_meet(&m, &r->callee, &r->caller, r->called);
        print_message("%zu: there: %s\n   here: %s\n", i, mpcf_error_text(m.a.err),
                      mpcf_error_text(m.b.err));
        assert_status_was(MPCF_E_AUTH, m.a.status, m.a.err);
        assert_status_was(MPCF_E_AUTH, m.b.status, m.b.err);
        assert_message_contains(m.a.err, r->there);
        assert_message_contains(m.a.err, "a caller from 127.0.0.1:");
        assert_message_contains(m.b.err, r->here);
        curve_part(&m);
    }
}

/* A user that says that it is the dealer: its key is a user's to who knows it so. */
static void a_role_is_what_the_other_side_knows(void **state)
{
    (void) state;
    struct curve_meeting m;
    int32_t role = -1;
    char *folder = copy_folder("poses", curve_folders[0]),
         *path = file_join(folder, "dealer.curve");
    char *text = NULL;
    size_t length = 0;
    curve_copy(curve_folders[0], "user.curve", folder, "dealer.curve");
    assert_int_equal(file_read(path, 4096, &text, &length, NULL), MPCF_OK);
    char *posed = mpcf_format("mpcf-curve 1\nrole dealer\n%s", strstr(text, "secret "));
    assert_int_equal(unlink(path), 0);
    assert_int_equal(file_write_whole_private(path, posed, strlen(posed), NULL), MPCF_OK);
    trust(folder, "");
    char line[100];
    print_line(curve_folders[0], ROLE_PROVIDER, "provider", line);
    trust(folder, line);
    curve_meet(&m, &(struct curve_end) FILES(curve_folders[0], ROLE_PROVIDER),
               &(struct curve_end) FILES(folder, ROLE_DEALER), ROLE_PROVIDER);
    assert_was_ok(m.a.status, m.a.err);
    assert_int_equal(m.a.t->peer_role(m.a.conn, &role, NULL), MPCF_OK);
    assert_int_equal(role, MPCF_ROLE_USER);
    curve_part(&m);
    mpcf_free(text);
    mpcf_free(posed);
    mpcf_free(path);
    mpcf_free(folder);
}

/* --- files --- */

static void assert_listens_not(const struct curve_end *end, const char *message)
{
    struct curve_open_end o;
    void *listener = NULL;
    curve_begin(&o, end);
    assert_status(MPCF_E_CONFIG,
                  o.t->listen_as(&o.config, o.party, "127.0.0.1:0", &listener, o.err), o.err);
    print_message("%s\n", mpcf_error_text(o.err));
    assert_message_contains(o.err, message);
    curve_finish(&o);
}

static void assert_calls_not(const struct curve_end *end, enum role peer, const char *message)
{
    struct curve_open_end o;
    curve_begin(&o, end);
    assert_status(MPCF_E_CONFIG,
                  o.t->connect_as(&o.config, o.party, (int32_t) peer, "127.0.0.1:9",
                                  clock_deadline(SECOND), &o.conn, o.err),
                  o.err);
    print_message("%s\n", mpcf_error_text(o.err));
    assert_message_contains(o.err, message);
    curve_finish(&o);
}

static void files_are_looked_at(void **state)
{
    (void) state;
    char *folder = curve_new_folder("files"), *own = file_join(folder, "dealer.curve"), line[100];
    char *trusted = file_join(folder, "trusted.curve"), text[256];
    const struct curve_end end = FILES(folder, ROLE_DEALER);
    assert_listens_not(&(struct curve_end) FILES(NULL, ROLE_DEALER),
                       "options: {proof: curve, folder: FOLDER}");
    assert_listens_not(&end, "`mpcf-host keys new --proof curve FOLDER` makes it");
    curve_copy(curve_folders[0], "dealer.curve", folder, "dealer.curve");
    curve_copy(curve_folders[0], "trusted.curve", folder, "trusted.curve");
    assert_int_equal(chmod(own, 0640), 0);
    assert_listens_not(&end, "others can reach the key in");
    assert_int_equal(chmod(own, 0600), 0);
    assert_int_equal(chmod(trusted, 0666), 0);
    assert_listens_not(&end, "others can write");
    assert_int_equal(chmod(trusted, 0644), 0);
    curve_copy(curve_folders[0], "user.curve", folder, "dealer.curve");
    assert_listens_not(&end, "has the key of the user, not of the dealer");
    curve_copy(curve_folders[0], "trusted.curve", folder, "dealer.curve");
    assert_listens_not(&end, "dealer.curve: does not begin with the line 'mpcf-curve 1'");
    curve_copy(curve_folders[0], "dealer.curve", folder, "dealer.curve");
    curve_copy(curve_folders[0], "dealer.curve", folder, "trusted.curve");
    assert_listens_not(&end, "trusted.curve: does not begin with the line 'mpcf-curve-trusted 1'");
    trust(folder, "cook 00\n");
    assert_listens_not(&end, "trusted.curve:2: a line begins with a role");
    trust(folder, "user 00\n");
    assert_listens_not(&end, "trusted.curve:2: behind the role stands a public key");
    print_line(curve_folders[0], ROLE_USER, "user", line);
    (void) snprintf(text, sizeof(text), "%s%s", line, line);
    trust(folder, text);
    assert_listens_not(&end, "trusted.curve:3: this key stands above already");
    print_line(curve_folders[0], ROLE_DEALER, "user", line);
    trust(folder, line);
    assert_listens_not(&end, "is the user's");
    print_line(curve_folders[0], ROLE_USER, "user", line);
    trust(folder, line);
    assert_calls_not(&end, ROLE_PROVIDER, "has no key of the provider");
    print_line(curve_folders[0], ROLE_PROVIDER, "provider", line);
    print_line(curve_folders[1], ROLE_PROVIDER, "provider", text);
    (void) strncat(text, line, sizeof(text) - strlen(text) - 1);
    trust(folder, text);
    assert_calls_not(&end, ROLE_PROVIDER, "has more than one key of the provider");
    mpcf_free(own);
    mpcf_free(trusted);
    mpcf_free(folder);
}

static void without_keys_the_line_to_write_is_said(void **state)
{
    struct curve_open_end o;
    void *listener = NULL;
    (void) state;
    curve_begin(&o, &(struct curve_end) FILES(NULL, ROLE_DEALER));
    o.config.proof = CURVE_BY_KEYS; /* and the party has none */
    assert_status(MPCF_E_CONFIG,
                  o.t->listen_as(&o.config, o.party, "127.0.0.1:0", &listener, o.err), o.err);
    assert_message_contains(o.err, "parties: {dealer: {keys: FOLDER/dealer.key}}");
    assert_status(MPCF_E_CONFIG, o.t->listen(&o.config, "127.0.0.1:0", &listener, o.err), o.err);
    curve_finish(&o);
}

/* --- what changes while a listener runs --- */

/* The first set; the second; a file that is not right, and then is. */
static void a_changed_file_is_the_next_callers(void **state)
{
    (void) state;
    char *folder = copy_folder("changes", curve_folders[0]),
         *own = file_join(folder, "provider.curve");
    struct curve_meeting m;
    pthread_t thread;
    curve_listen(&m, &(struct curve_end) FILES(folder, ROLE_PROVIDER));
    m.called = ROLE_PROVIDER;
    for (unsigned round = 0; round < 4; round++) {
        if (round == 1) {
            curve_copy(curve_folders[1], "trusted.curve", folder, "trusted.curve");
            curve_copy(curve_folders[1], "provider.curve", folder, "provider.curve");
        }
        if (round >= 2) {
            assert_int_equal(chmod(own, round == 2 ? 0644 : 0600), 0);
        }
        m.patience = round == 2 ? SECOND / 2 : 5 * SECOND;
        curve_begin(&m.b, &(struct curve_end) FILES(curve_folders[round > 0], ROLE_USER));
        assert_int_equal(pthread_create(&thread, NULL, curve_call, &m), 0);
        do { /* also those that called in the round before, and have gone */
            curve_accept_one(&m);
        } while (m.a.status == MPCF_E_AUTH &&
                 strstr(mpcf_error_text(m.a.err), "it hung up") != NULL);
        assert_int_equal(pthread_join(thread, NULL), 0);
        if (round == 2) {
            assert_status_was(MPCF_E_CONFIG, m.a.status, m.a.err);
            assert_message_contains(m.a.err,
                                    "the files of keys have changed, and nobody is let in");
            assert_true(m.b.status != MPCF_OK);
        } else {
            assert_was_ok(m.a.status, m.a.err);
            assert_was_ok(m.b.status, m.b.err);
            m.a.t->close(m.a.conn);
            m.a.conn = NULL;
        }
        curve_finish(&m.b);
    }
    m.b.t = NULL;
    curve_part(&m);
    mpcf_free(own);
    mpcf_free(folder);
}

static int drop_all(void **state)
{
    mpcf_free(own_folder);
    mpcf_free(mixed_folder);
    mpcf_free(reversed_folder);
    return curve_drop_folders(state);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_ends_are_proved),
        cmocka_unit_test(what_is_said_to_have_gone_arrives),
        cmocka_unit_test(both_sides_say_why),
        cmocka_unit_test(a_role_is_what_the_other_side_knows),
        cmocka_unit_test(files_are_looked_at),
        cmocka_unit_test(without_keys_the_line_to_write_is_said),
        cmocka_unit_test(a_changed_file_is_the_next_callers),
    };
    return cmocka_run_group_tests(tests, curve_make_folders, drop_all);
}
