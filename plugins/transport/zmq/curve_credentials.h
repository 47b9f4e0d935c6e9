/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What this role proves itself with and by what it knows others, from the pipeline file's options and
 * the folder that they name.
 */
#ifndef MPCF_ZMQ_CURVE_CREDENTIALS_H
#define MPCF_ZMQ_CURVE_CREDENTIALS_H

#include <stdbool.h>

#include <mpcf/transport.h>

#include "../stream/key_list.h"
#include "../stream/proof_file.h"
#include "curve_config.h"
#include "curve_text.h"

/* Counted; of one thread. */
struct curve_credentials {
    unsigned holders;
    enum curve_proof proof;
    const mpcf_party *self;                  /* the host's */
    struct proof_file own, trusted, revoked; /* paths and facts; no text is kept */
    struct curve_pair pair;                  /* of files */
    struct curve_pins pins;
    struct revoked_keys taken_back;
};

/* Whether CONFIG names a folder where it needs one; MPCF_E_CONFIG else. Opens nothing. */
mpcf_status curve_credentials_check(const struct curve_config *config, mpcf_error *err);
/* Without keys, a folder or a file that is needed: MPCF_E_CONFIG, with the line to write. */
mpcf_status curve_credentials_load(const struct curve_config *config, const mpcf_party *self,
                                   struct curve_credentials **out, mpcf_error *err);
struct curve_credentials *curve_credentials_hold(struct curve_credentials *c);
void curve_credentials_drop(struct curve_credentials *c); /* NULL is fine; the last one wipes */
/* Whether a file that they came from is another by now. */
bool curve_credentials_changed(const struct curve_credentials *c);
/* Where one is, *C becomes what is there now; what it was stays where that cannot be read. */
mpcf_status curve_credentials_renew(const struct curve_config *config, struct curve_credentials **c,
                                    mpcf_error *err);

/* Of the link on which this side calls PEER: its own pair, and the key of PEER. MPCF_E_CONFIG: there is
 * none, or more than one. */
mpcf_status curve_credentials_call(const struct curve_credentials *c, int peer,
                                   struct curve_pair *own, uint8_t key[CURVE_KEY], mpcf_error *err);
/* The pair with which this side is called, by CALLER where that matters: numbers from 0 on, until false. */
bool curve_credentials_called(const struct curve_credentials *c, unsigned number,
                              struct curve_pair *own, int *caller);
/* The role of who has called with KEY, where this side had the pair of CALLER; -1: nobody's. */
int curve_credentials_role(const struct curve_credentials *c, int caller,
                           const uint8_t key[CURVE_KEY]);
/* Whether KEY stands in FOLDER/revoked. */
bool curve_credentials_took_back(const struct curve_credentials *c, const uint8_t key[CURVE_KEY]);
/* KEY as people compare it: the first half of its SHA-256, as hexadecimal digits. */
#define CURVE_FINGERPRINT 33 /* with the zero */
void curve_fingerprint(const uint8_t key[CURVE_KEY], char text[CURVE_FINGERPRINT]);

#endif
