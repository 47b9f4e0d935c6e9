/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Two ends of a connection of the transport tls, and the folders from which they prove themselves.
 */
#ifndef MPCF_TESTS_TLS_ENDS_H
#define MPCF_TESTS_TLS_ENDS_H

#include <stdint.h>

#include <mpcf/transport.h>

#include "channel/role.h"
#include "tls_config.h"

/* Two authorities with all roles' certificates; the user of the second, who trusts both; two sets of pinned
 * keys. Made and dropped as set-up and tear-down of a group. */
extern char *tls_folders[5];
enum { C1, C2, BOTH, P1, P2 };
int tls_make_folders(void **state);
int tls_drop_folders(void **state);

char *tls_new_folder(const char *name); /* mpcf_free() */
/* FROM/NAME as TO/AS, in the place of what is there. */
void tls_copy(const char *from, const char *name, const char *to, const char *as);
/* A certificate of ROLE that is valid for DAYS, in FOLDER, by C1's authority. */
void tls_issue(const char *folder, enum role role, unsigned days);

struct tls_end {
    enum tls_proof proof;
    const char *folder; /* of keys: NULL */
    unsigned set;       /* of the roles' keys */
    enum role role;
};

struct tls_open_end {
    const mpcf_transport *t;
    struct tls_config config;
    mpcf_party *party;
    mpcf_status status;
    mpcf_error *err;
    void *conn;
};

struct tls_meeting {
    struct tls_open_end a, b; /* who listens, who calls */
    void *listener;
    char address[64];
    enum role called;
    int64_t patience;
};

void tls_begin(struct tls_open_end *o, const struct tls_end *end);
void tls_finish(struct tls_open_end *o);
/* A, at an address of the system's choice. */
void tls_listen(struct tls_meeting *m, const struct tls_end *end);
/* B calls, of a thread; A accepts: their STATUS and ERR. */
void *tls_call(void *context);
void tls_accept_one(struct tls_meeting *m);
/* All of that. */
void tls_meet(struct tls_meeting *m, const struct tls_end *callee, const struct tls_end *caller,
              enum role called);
void tls_part(struct tls_meeting *m);

#endif
