/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Two ends of a connection of the transport zmq-curve, and the folders from which they prove themselves.
 */
#ifndef MPCF_TESTS_CURVE_ENDS_H
#define MPCF_TESTS_CURVE_ENDS_H

#include <stdint.h>

#include <mpcf/transport.h>

#include "channel/role.h"
#include "curve_config.h"

/* Two sets of CURVE keys, made and dropped as set-up and tear-down of a group. */
extern char *curve_folders[2];
int curve_make_folders(void **state);
int curve_drop_folders(void **state);

char *curve_new_folder(const char *name); /* mpcf_free() */
/* FROM/NAME as TO/AS, in the place of what is there. */
void curve_copy(const char *from, const char *name, const char *to, const char *as);
/* The public and the secret half of ROLE's key in FOLDER. */
void curve_read_pair(const char *folder, enum role role, uint8_t public_key[32],
                     uint8_t secret[32]);

struct curve_end {
    enum curve_proof proof;
    const char *folder; /* of keys: NULL */
    unsigned set;       /* of the roles' keys */
    enum role role;
};

struct curve_open_end {
    const mpcf_transport *t;
    struct curve_config config;
    mpcf_party *party;
    mpcf_status status;
    mpcf_error *err;
    void *conn;
};

struct curve_meeting {
    struct curve_open_end a, b; /* who listens, who calls */
    void *listener;
    char address[64];
    enum role called;
    int64_t patience;
};

void curve_begin(struct curve_open_end *o, const struct curve_end *end);
void curve_finish(struct curve_open_end *o);
/* A, at an address of the system's choice. */
void curve_listen(struct curve_meeting *m, const struct curve_end *end);
/* B calls, of a thread; A accepts: their STATUS and ERR. */
void *curve_call(void *context);
void curve_accept_one(struct curve_meeting *m);
/* All of that. */
void curve_meet(struct curve_meeting *m, const struct curve_end *callee,
                const struct curve_end *caller, enum role called);
void curve_part(struct curve_meeting *m);

/* Sockets of strangers. */
int curve_dial(const char *address);
int curve_door(char address[64]); /* listens */

#endif
