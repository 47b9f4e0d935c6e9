/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The texts by which zmq-curve knows keys: a role's own pair, and the file of public keys that it takes.
 * Foreign bytes, both.
 */
#ifndef MPCF_ZMQ_CURVE_TEXT_H
#define MPCF_ZMQ_CURVE_TEXT_H

#include <stddef.h>
#include <stdint.h>

#include <mpcf/error.h>

#define CURVE_KEY      32 /* bytes of a key, public or secret */
#define CURVE_PINS_MAX 64

const char *curve_role_name(int role); /* "provider"; "nobody" for no role */

/* Of Curve25519. SECRET is wiped by whoever holds the pair. */
struct curve_pair {
    uint8_t public_key[CURVE_KEY], secret[CURVE_KEY];
};

/*
 * Lines "mpcf-curve 1", "role ROLE" and "secret" with 64 hexadecimal digits, in this order; empty lines
 * and those that begin with # are left out. The public key is computed. MPCF_E_FORMAT, "NAME:LINE: ...";
 * *OUT is wiped then.
 */
mpcf_status curve_pair_parse(const char *text, size_t length, const char *name, int *role,
                             struct curve_pair *out, mpcf_error *err);

struct curve_pins {
    size_t count;
    struct curve_pin {
        int role;
        uint8_t key[CURVE_KEY];
    } pins[CURVE_PINS_MAX];
};

/* Lines of a role and 64 hexadecimal digits, a public key, behind "mpcf-curve-trusted 1"; else as
 * above. */
mpcf_status curve_pins_parse(const char *text, size_t length, const char *name,
                             struct curve_pins *out, mpcf_error *err);
/* The role of KEY; -1: not in PINS. */
int curve_pins_find(const struct curve_pins *pins, const uint8_t key[CURVE_KEY]);

#endif
