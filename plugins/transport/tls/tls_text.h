/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The texts by which tls knows a peer: the role in a certificate, the file of pinned keys, the
 * identity of a pre-shared key. Foreign bytes, all of them.
 */
#ifndef MPCF_TLS_TLS_TEXT_H
#define MPCF_TLS_TLS_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <mpcf/error.h>

#include "../stream/key_list.h"

#define TLS_FINGERPRINT_BYTES KEY_FINGERPRINT_BYTES
#define TLS_PINS_MAX          64

const char *tls_role_name(int role); /* "provider"; "nobody" for no role */

/* The role that the URI "mpcf:role:NAME" of a certificate names; -1: none. */
int tls_role_of_uri(const uint8_t *text, size_t length);

/* The identity of the pre-shared key of a connection: "mpcf CALLER>CALLEE", without its end. */
#define TLS_IDENTITY_SIZE 32
size_t tls_identity_print(int caller, int callee, char text[TLS_IDENTITY_SIZE]);
bool tls_identity_parse(const uint8_t *text, size_t length, int *caller, int *callee);

struct tls_pins {
    size_t count;
    struct tls_pin {
        int role;
        uint8_t
            fingerprint[TLS_FINGERPRINT_BYTES]; /* of the public key's SHA-256, the first half */
    } pins[TLS_PINS_MAX];
};

/*
 * Lines of a role and 32 hexadecimal digits, behind the line "mpcf-trusted 1"; empty lines and those
 * that begin with # are left out. MPCF_E_FORMAT, "NAME:LINE: ...".
 */
mpcf_status tls_pins_parse(const char *text, size_t length, const char *name, struct tls_pins *out,
                           mpcf_error *err);
/* The role of FINGERPRINT; -1: not in PINS. */
int tls_pins_find(const struct tls_pins *pins, const uint8_t fingerprint[TLS_FINGERPRINT_BYTES]);

#endif
