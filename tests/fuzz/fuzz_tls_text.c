/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What tls reads of a peer and of a file: what is taken as an identity prints as the same; every pinned
 * key is found again, as its role, and every one that was taken back; a refusal names the line.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "key_list.h"
#include "tls_text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_identity(const uint8_t *data, size_t size)
{
    char text[TLS_IDENTITY_SIZE];
    int caller = -1, callee = -1;

    if (tls_identity_parse(data, size, &caller, &callee) &&
        (tls_identity_print(caller, callee, text) != size || memcmp(text, data, size) != 0)) {
        abort();
    }
}

static void check_role(const uint8_t *data, size_t size)
{
    const int role = tls_role_of_uri(data, size);

    if (role >= 0 && (size != 10 + strlen(tls_role_name(role)) ||
                      memcmp(data + 10, tls_role_name(role), size - 10) != 0)) {
        abort();
    }
}

static void check_pins(const uint8_t *data, size_t size)
{
    static struct tls_pins pins;
    mpcf_error *err = mpcf_error_create();
    mpcf_status status = tls_pins_parse((const char *) data, size, "text", &pins, err);

    if (status != MPCF_OK &&
        (status != MPCF_E_FORMAT || strncmp(mpcf_error_text(err), "text:", 5) != 0)) {
        abort();
    }
    for (size_t i = 0; status == MPCF_OK && i < pins.count; i++) {
        if (tls_pins_find(&pins, pins.pins[i].fingerprint) != pins.pins[i].role) {
            abort();
        }
    }
    mpcf_error_destroy(err);
}

static void check_revoked(const uint8_t *data, size_t size)
{
    static struct revoked_keys revoked;
    mpcf_error *err = mpcf_error_create();
    mpcf_status status = revoked_keys_parse((const char *) data, size, "text", &revoked, err);

    if (status != MPCF_OK &&
        (status != MPCF_E_FORMAT || strncmp(mpcf_error_text(err), "text:", 5) != 0)) {
        abort();
    }
    for (size_t i = 0; status == MPCF_OK && i < revoked.count; i++) {
        if (!revoked_keys_have(&revoked, revoked.fingerprints[i])) {
            abort();
        }
    }
    mpcf_error_destroy(err);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    check_identity(data, size);
    check_role(data, size);
    check_pins(data, size);
    check_revoked(data, size);
    return 0;
}
