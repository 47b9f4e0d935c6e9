/* SPDX-License-Identifier: Apache-2.0 */
#include "support/curve_ends.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/folder.h"
#include "base/memory.h"
#include "channel/certificate_folder.h"
#include "channel/curve_key.h"
#include "channel/link_party.h"
#include "channel/private_file.h"
#include "support/role_keys.h"
#include "support/support.h"
#include "support/transports.h"

#define SECOND INT64_C(1000000000)

/* --- folders --- */

char *curve_folders[2];

int curve_make_folders(void **state)
{
    (void) state;
    for (unsigned i = 0; i < 2; i++) {
        curve_folders[i] = file_join(test_folder(), i == 0 ? "v1" : "v2");
        assert_int_equal(curve_folder_create(curve_folders[i], NULL), MPCF_OK);
    }
    return 0;
}

int curve_drop_folders(void **state)
{
    (void) state;
    for (unsigned i = 0; i < 2; i++) {
        mpcf_free(curve_folders[i]);
    }
    return 0;
}

char *curve_new_folder(const char *name)
{
    char *folder = file_join(test_folder(), name);
    assert_int_equal(mkdir(folder, 0700), 0);
    return folder;
}

void curve_copy(const char *from, const char *name, const char *to, const char *as)
{
    char *path = file_join(from, name), *target = file_join(to, as), *text = NULL;
    size_t length = 0;
    assert_int_equal(public_file_read(path, 65536, &text, &length, NULL), MPCF_OK);
    (void) unlink(target);
    assert_int_equal(private_file_create(target, text, length, NULL), MPCF_OK);
    mpcf_secret_free(text);
    mpcf_free(path);
    mpcf_free(target);
}

void curve_read_pair(const char *folder, enum role role, uint8_t public_key[32], uint8_t secret[32])
{
    char *path = mpcf_format("%s/%s.curve", folder, role_name(role));
    struct pem file = {.text = NULL};
    enum role whose = ROLE_PROVIDER;
    assert_int_equal(private_file_read(path, 4096, &file.text, &file.length, NULL), MPCF_OK);
    assert_int_equal(curve_key_parse(&file, path, &whose, public_key, NULL), MPCF_OK);
    assert_int_equal(whose, role);
    assert_true(key_hex_parse(strstr(file.text, "\nsecret ") + 8, secret));
    mpcf_secret_free(file.text);
    mpcf_free(path);
}

/* --- two ends --- */

void curve_begin(struct curve_open_end *o, const struct curve_end *end)
{
    const struct test_transport curve = test_transport_load("zmq-curve");
    memset(o, 0, sizeof(*o));
    o->t = curve.transport;
    memcpy(&o->config, curve.config, sizeof(o->config));
    o->config.proof = (int32_t) end->proof;
    o->config.folder = end->folder == NULL ? "" : end->folder;
    o->err = mpcf_error_create();
    const struct role_keys *keys =
        end->proof == CURVE_BY_KEYS ? test_role_keys(end->set, end->role) : NULL;
    assert_ok(link_party_create(end->role, keys, &o->party, o->err), o->err);
}

void curve_finish(struct curve_open_end *o)
{
    if (o->conn != NULL) {
        o->t->close(o->conn);
    }
    link_party_destroy(o->party);
    mpcf_error_destroy(o->err);
}

void curve_listen(struct curve_meeting *m, const struct curve_end *end)
{
    memset(m, 0, sizeof(*m));
    m->patience = 5 * SECOND;
    curve_begin(&m->a, end);
    assert_ok(m->a.t->listen_as(&m->a.config, m->a.party, "127.0.0.1:0", &m->listener, m->a.err),
              m->a.err);
    assert_ok(m->a.t->bound(m->listener, m->address, sizeof(m->address), m->a.err), m->a.err);
}

void *curve_call(void *context)
{
    struct curve_meeting *m = context;
    m->b.status = m->b.t->connect_as(&m->b.config, m->b.party, (int32_t) m->called, m->address,
                                     clock_deadline(m->patience), &m->b.conn, m->b.err);
    return NULL;
}

void curve_accept_one(struct curve_meeting *m)
{
    mpcf_error_reset(m->a.err);
    m->a.status = m->a.t->accept(m->listener, clock_deadline(m->patience), &m->a.conn, m->a.err);
}

void curve_meet(struct curve_meeting *m, const struct curve_end *callee,
                const struct curve_end *caller, enum role called)
{
    pthread_t thread;
    curve_listen(m, callee);
    curve_begin(&m->b, caller);
    m->called = called;
    assert_int_equal(pthread_create(&thread, NULL, curve_call, m), 0);
    curve_accept_one(m);
    assert_int_equal(pthread_join(thread, NULL), 0);
}

void curve_part(struct curve_meeting *m)
{
    if (m->b.t != NULL) {
        curve_finish(&m->b);
    }
    if (m->a.conn != NULL) {
        m->a.t->close(m->a.conn);
        m->a.conn = NULL;
    }
    m->a.t->unlisten(m->listener);
    curve_finish(&m->a);
}

/* --- strangers --- */

int curve_dial(const char *address)
{
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    to.sin_port = htons((uint16_t) strtoul(strrchr(address, ':') + 1, NULL, 10));
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(connect(fd, (const struct sockaddr *) &to, sizeof(to)), 0);
    return fd;
}

int curve_door(char address[64])
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof(at);
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(bind(fd, (struct sockaddr *) &at, sizeof(at)), 0);
    assert_int_equal(listen(fd, 4), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *) &at, &length), 0);
    (void) snprintf(address, 64, "127.0.0.1:%u", ntohs(at.sin_port));
    return fd;
}
