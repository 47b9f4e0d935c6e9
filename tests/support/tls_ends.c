/* SPDX-License-Identifier: Apache-2.0 */
#include "support/tls_ends.h"

#include <pthread.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/folder.h"
#include "base/memory.h"
#include "channel/certificate.h"
#include "channel/certificate_folder.h"
#include "channel/link_party.h"
#include "channel/private_file.h"
#include "support/role_keys.h"
#include "support/support.h"
#include "support/transports.h"

#define SECOND INT64_C(1000000000)

/* --- folders: two authorities, two sets of pinned keys --- */

char *tls_folders[5];
static const char *const roles[3] = {"provider", "user", "dealer"};

/* FROM/NAME as TO/AS, in the place of what is there. */
void tls_copy(const char *from, const char *name, const char *to, const char *as)
{
    char *path = file_join(from, name), *target = file_join(to, as), *text = NULL;
    size_t length = 0;
    assert_int_equal(private_file_read(path, 65536, &text, &length, NULL), MPCF_OK);
    (void) unlink(target);
    assert_int_equal(private_file_create(target, text, length, NULL), MPCF_OK);
    mpcf_secret_free(text);
    mpcf_free(path);
    mpcf_free(target);
}

char *tls_new_folder(const char *name)
{
    char *folder = file_join(test_folder(), name);
    assert_int_equal(mkdir(folder, 0700), 0);
    return folder;
}

/* The user of C2, who trusts both authorities. */
static void make_both(void)
{
    char *texts[2] = {NULL, NULL};
    size_t lengths[2];
    tls_folders[BOTH] = tls_new_folder("both");
    tls_copy(tls_folders[C2], "user.pem", tls_folders[BOTH], "user.pem");
    for (unsigned i = 0; i < 2; i++) {
        char *path = file_join(tls_folders[i == 0 ? C1 : C2], "authority.pem");
        assert_int_equal(private_file_read(path, 65536, &texts[i], &lengths[i], NULL), MPCF_OK);
        mpcf_free(path);
    }
    char *joined = mpcf_format("%s%s", texts[0], texts[1]);
    char *path = file_join(tls_folders[BOTH], "authority.pem");
    assert_int_equal(private_file_create(path, joined, strlen(joined), NULL), MPCF_OK);
    mpcf_free(path);
    mpcf_free(joined);
    mpcf_secret_free(texts[0]);
    mpcf_secret_free(texts[1]);
}

int tls_make_folders(void **state)
{
    static const char *const names[5] = {"c1", "c2", NULL, "p1", "p2"};
    (void) state;
    for (unsigned i = 0; i < 5; i++) {
        if (names[i] != NULL) {
            tls_folders[i] = file_join(test_folder(), names[i]);
            assert_int_equal(i < P1 ? certificate_folder_create(tls_folders[i], 365, NULL)
                                    : pinned_folder_create(tls_folders[i], NULL),
                             MPCF_OK);
        }
    }
    make_both();
    return 0;
}

int tls_drop_folders(void **state)
{
    (void) state;
    for (unsigned i = 0; i < 5; i++) {
        mpcf_free(tls_folders[i]);
    }
    return 0;
}

/* --- two ends --- */

void tls_begin(struct tls_open_end *o, const struct tls_end *end)
{
    const struct test_transport tls = test_transport_load("tls");
    memset(o, 0, sizeof(*o));
    o->t = tls.transport;
    memcpy(&o->config, tls.config, sizeof(o->config));
    o->config.proof = (int32_t) end->proof;
    o->config.folder = end->folder == NULL ? "" : end->folder;
    o->err = mpcf_error_create();
    const struct role_keys *keys =
        end->proof == TLS_BY_KEYS ? test_role_keys(end->set, end->role) : NULL;
    assert_ok(link_party_create(end->role, keys, &o->party, o->err), o->err);
}

void tls_finish(struct tls_open_end *o)
{
    if (o->conn != NULL) {
        o->t->close(o->conn);
    }
    link_party_destroy(o->party);
    mpcf_error_destroy(o->err);
}

void tls_listen(struct tls_meeting *m, const struct tls_end *end)
{
    memset(m, 0, sizeof(*m));
    m->patience = 5 * SECOND;
    tls_begin(&m->a, end);
    assert_ok(m->a.t->listen_as(&m->a.config, m->a.party, "127.0.0.1:0", &m->listener, m->a.err),
              m->a.err);
    assert_ok(m->a.t->bound(m->listener, m->address, sizeof(m->address), m->a.err), m->a.err);
}

void *tls_call(void *context)
{
    struct tls_meeting *m = context;
    m->b.status = m->b.t->connect_as(&m->b.config, m->b.party, (int32_t) m->called, m->address,
                                     clock_deadline(m->patience), &m->b.conn, m->b.err);
    return NULL;
}

void tls_accept_one(struct tls_meeting *m)
{
    mpcf_error_reset(m->a.err);
    m->a.status = m->a.t->accept(m->listener, clock_deadline(m->patience), &m->a.conn, m->a.err);
}

void tls_meet(struct tls_meeting *m, const struct tls_end *callee, const struct tls_end *caller,
              enum role called)
{
    pthread_t thread;
    tls_listen(m, callee);
    tls_begin(&m->b, caller);
    m->called = called;
    assert_int_equal(pthread_create(&thread, NULL, tls_call, m), 0);
    tls_accept_one(m);
    assert_int_equal(pthread_join(thread, NULL), 0);
}

void tls_part(struct tls_meeting *m)
{
    if (m->b.t != NULL) {
        tls_finish(&m->b);
    }
    if (m->a.conn != NULL) {
        m->a.t->close(m->a.conn);
        m->a.conn = NULL;
    }
    m->a.t->unlisten(m->listener);
    tls_finish(&m->a);
}

/* A certificate of ROLE that is valid for DAYS, in FOLDER, by C1's authority. */
void tls_issue(const char *folder, enum role role, unsigned days)
{
    struct pem key = {.text = NULL}, certificate = {.text = NULL}, made = {.text = NULL};
    struct authority *a = NULL;
    char *paths[3] = {file_join(tls_folders[C1], "authority.key"),
                      file_join(tls_folders[C1], "authority.pem"),
                      mpcf_format("%s/%s.pem", folder, roles[role])};
    assert_int_equal(private_file_read(paths[0], 65536, &key.text, &key.length, NULL), MPCF_OK);
    assert_int_equal(
        private_file_read(paths[1], 65536, &certificate.text, &certificate.length, NULL), MPCF_OK);
    assert_int_equal(authority_parse(&key, &certificate, &a, NULL), MPCF_OK);
    assert_int_equal(certificate_issue(a, role, days, &made, NULL), MPCF_OK);
    (void) unlink(paths[2]);
    assert_int_equal(private_file_create(paths[2], made.text, made.length, NULL), MPCF_OK);
    authority_destroy(a);
    mpcf_secret_free(key.text);
    mpcf_secret_free(certificate.text);
    mpcf_secret_free(made.text);
    for (unsigned i = 0; i < 3; i++) {
        mpcf_free(paths[i]);
    }
}
