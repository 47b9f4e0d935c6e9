/* SPDX-License-Identifier: Apache-2.0 */
/* How a peer's name is read, and what is wrong with a list of keys that are trusted. */
#include "tls_text.h"

#include <stdio.h>
#include <string.h>

#include <mpcf/transport.h>

static const char *const names[MPCF_ROLE_COUNT] = {"provider", "user", "dealer"};
static const char uri_head[] = "mpcf:role:", identity_head[] = "mpcf ";

const char *tls_role_name(int role)
{
    return role >= 0 && role < MPCF_ROLE_COUNT ? names[role] : "nobody";
}

static int find_role(const char *text, size_t length)
{
    for (int r = 0; r < MPCF_ROLE_COUNT; r++) {
        if (strlen(names[r]) == length && memcmp(names[r], text, length) == 0) {
            return r;
        }
    }
    return -1;
}

int tls_role_of_uri(const uint8_t *text, size_t length)
{
    const size_t head = sizeof(uri_head) - 1;

    if (length < head || memcmp(text, uri_head, head) != 0) {
        return -1;
    }
    return find_role((const char *) text + head, length - head);
}

/* --- pre-shared keys --- */

size_t tls_identity_print(int caller, int callee, char text[TLS_IDENTITY_SIZE])
{
    return (size_t) snprintf(text, TLS_IDENTITY_SIZE, "%s%s>%s", identity_head,
                             tls_role_name(caller), tls_role_name(callee));
}

bool tls_identity_parse(const uint8_t *text, size_t length, int *caller, int *callee)
{
    const size_t head = sizeof(identity_head) - 1;
    const uint8_t *arrow = length < head ? NULL : memchr(text + head, '>', length - head);

    if (arrow == NULL || memcmp(text, identity_head, head) != 0) {
        return false;
    }
    *caller = find_role((const char *) text + head, (size_t) (arrow - text) - head);
    *callee = find_role((const char *) arrow + 1, length - (size_t) (arrow - text) - 1);
    return *caller >= 0 && *callee >= 0;
}

/* --- pinned keys --- */

static mpcf_status read_pin(const struct key_list *l, struct tls_pins *out, mpcf_error *err)
{
    const char *blank = memchr(l->line, ' ', l->size);
    const size_t word = blank == NULL ? l->size : (size_t) (blank - l->line);
    struct tls_pin pin = {.role = find_role(l->line, word)};

    if (pin.role < 0) {
        return mpcf_fail(err, MPCF_E_FORMAT,
                         "%s:%u: a line begins with a role, provider, user or dealer", l->name,
                         l->number);
    }
    if (blank == NULL ||
        !key_list_digits(blank + 1, l->size - word - 1, pin.fingerprint, sizeof(pin.fingerprint))) {
        return mpcf_fail(err, MPCF_E_FORMAT,
                         "%s:%u: behind the role stands a fingerprint of 32 hexadecimal digits, as "
                         "`mpcf-host keys show` prints it",
                         l->name, l->number);
    }
    if (tls_pins_find(out, pin.fingerprint) >= 0) {
        return mpcf_fail(err, MPCF_E_FORMAT,
                         "%s:%u: this key stands above already: one key is one "
                         "role's",
                         l->name, l->number);
    }
    if (out->count == TLS_PINS_MAX) {
        return mpcf_fail(err, MPCF_E_FORMAT,
                         "%s:%u: more than %d keys: take out those that are no longer used",
                         l->name, l->number, TLS_PINS_MAX);
    }
    out->pins[out->count++] = pin;
    return MPCF_OK;
}

mpcf_status tls_pins_parse(const char *text, size_t length, const char *name, struct tls_pins *out,
                           mpcf_error *err)
{
    struct key_list l = {.text = text, .length = length, .name = name};

    out->count = 0;
    MPCF_TRY(key_list_first(&l, "mpcf-trusted 1", err));
    for (;;) {
        MPCF_TRY(key_list_next(&l, err));
        if (l.line == NULL) {
            return MPCF_OK;
        }
        MPCF_TRY(read_pin(&l, out, err));
    }
}

int tls_pins_find(const struct tls_pins *pins, const uint8_t fingerprint[TLS_FINGERPRINT_BYTES])
{
    for (size_t i = 0; i < pins->count; i++) {
        if (memcmp(pins->pins[i].fingerprint, fingerprint, TLS_FINGERPRINT_BYTES) == 0) {
            return pins->pins[i].role;
        }
    }
    return -1;
}
