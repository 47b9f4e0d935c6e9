/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Keys and certificates of the transport tls, as PEM: made, and read by who wants to know what they are.
 * Keys are Ed25519. A role's certificate says its role in the URI "mpcf:role:NAME" among its names.
 */
#ifndef MPCF_CHANNEL_CERTIFICATE_H
#define MPCF_CHANNEL_CERTIFICATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <mpcf/error.h>

#include "channel/role.h"
#include "channel/spoken.h"

struct authority;

/* In secret memory, with a zero behind; end with mpcf_secret_free(). */
struct pem {
    char *text;
    size_t length;
};

/* A new authority, valid for DAYS; or one that was written down. */
mpcf_status authority_create(unsigned days, struct authority **out, mpcf_error *err);
/* KEY and CERTIFICATE: texts that authority_print() gave. MPCF_E_FORMAT. */
mpcf_status authority_parse(const struct pem *key, const struct pem *certificate,
                            struct authority **out, mpcf_error *err);
void authority_destroy(struct authority *a); /* NULL is fine */
mpcf_status authority_print(const struct authority *a, struct pem *key, struct pem *certificate,
                            mpcf_error *err);
/* A new key of ROLE and its certificate, valid for DAYS, signed by A. */
mpcf_status certificate_issue(const struct authority *a, enum role role, unsigned days,
                              struct pem *out, mpcf_error *err);
/* A new key, and no certificate. */
mpcf_status certificate_draw_key(struct pem *out, mpcf_error *err);

struct certificate_facts {
    bool has_key, has_certificate, is_authority;
    int role;                          /* of the certificate; -1: none */
    uint8_t fingerprint[SPOKEN_BYTES]; /* the first half of the public key's SHA-256 */
    bool has_other_key;                /* key and certificate are not of one another */
    int days_left;                     /* of the certificate; negative: it has expired */
    char end[32];                      /* "2027-03-01 12:00 UTC" */
};
/* What the first key and the first certificate of PEM are. MPCF_E_FORMAT where there is neither. */
mpcf_status certificate_look(const struct pem *pem, const char *name,
                             struct certificate_facts *facts, mpcf_error *err);
/* Whether the first certificate of PEM is signed by one of AUTHORITY. */
bool certificate_is_signed(const struct pem *pem, const struct pem *authority);

#endif
