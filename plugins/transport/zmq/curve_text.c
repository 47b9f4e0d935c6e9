/* SPDX-License-Identifier: Apache-2.0 */
/* How keys are read from text, and what is wrong with it. */
#include "curve_text.h"

#include <stdbool.h>
#include <string.h>

#include <sodium.h>

#include <mpcf/transport.h>

#include "../stream/key_list.h"

static const char *const names[MPCF_ROLE_COUNT] = {"provider", "user", "dealer"};

const char *curve_role_name(int role)
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

/* --- a role's own --- */

static bool is_role(const struct key_list *l, int *role)
{
    static const char head[] = "role ";
    const size_t length = sizeof(head) - 1;

    *role = l->line != NULL && l->size >= length && memcmp(l->line, head, length) == 0
                ? find_role(l->line + length, l->size - length)
                : -1;
    return *role >= 0;
}

/* sodium_hex2bin() takes the same time for all digits. */
static bool is_secret(const struct key_list *l, uint8_t secret[CURVE_KEY])
{
    static const char head[] = "secret ";
    const size_t length = sizeof(head) - 1;
    size_t made = 0;

    return l->line != NULL && l->size == length + (size_t) 2 * CURVE_KEY &&
           memcmp(l->line, head, length) == 0 &&
           sodium_hex2bin(secret, CURVE_KEY, l->line + length, l->size - length, NULL, &made,
                          NULL) == 0 &&
           made == CURVE_KEY;
}

static mpcf_status read_pair(struct key_list *l, int *role, struct curve_pair *out, mpcf_error *err)
{
    MPCF_TRY(key_list_first(l, "mpcf-curve 1", err));
    MPCF_TRY(key_list_next(l, err));
    if (!is_role(l, role)) {
        return mpcf_fail(err, MPCF_E_FORMAT,
                         "%s:%u: expected 'role provider', 'role user' or 'role dealer'", l->name,
                         l->number);
    }
    MPCF_TRY(key_list_next(l, err));
    if (!is_secret(l, out->secret)) {
        return mpcf_fail(err, MPCF_E_FORMAT, "%s:%u: expected 'secret' and 64 hexadecimal digits",
                         l->name, l->number);
    }
    MPCF_TRY(key_list_next(l, err));
    return l->line == NULL
               ? MPCF_OK
               : mpcf_fail(err, MPCF_E_FORMAT, "%s:%u: expected no more lines", l->name, l->number);
}

mpcf_status curve_pair_parse(const char *text, size_t length, const char *name, int *role,
                             struct curve_pair *out, mpcf_error *err)
{
    struct key_list l = {.text = text, .length = length, .name = name};
    mpcf_status status = read_pair(&l, role, out, err);

    if (status != MPCF_OK) {
        sodium_memzero(out, sizeof(*out));
        return status;
    }
    (void) crypto_scalarmult_base(out->public_key, out->secret);
    return MPCF_OK;
}

/* --- who is trusted --- */

static mpcf_status read_pin(const struct key_list *l, struct curve_pins *out, mpcf_error *err)
{
    struct curve_pin pin = {.role = -1};
    const char *blank = memchr(l->line, ' ', l->size);
    const size_t word = blank == NULL ? l->size : (size_t) (blank - l->line);

    pin.role = find_role(l->line, word);
    if (pin.role < 0) {
        return mpcf_fail(err, MPCF_E_FORMAT,
                         "%s:%u: a line begins with a role, provider, user or dealer", l->name,
                         l->number);
    }
    if (blank == NULL ||
        !key_list_digits(blank + 1, l->size - word - 1, pin.key, sizeof(pin.key))) {
        return mpcf_fail(err, MPCF_E_FORMAT,
                         "%s:%u: behind the role stands a public key of 64 hexadecimal digits, as "
                         "`mpcf-host keys show` prints it",
                         l->name, l->number);
    }
    if (curve_pins_find(out, pin.key) >= 0) {
        return mpcf_fail(err, MPCF_E_FORMAT,
                         "%s:%u: this key stands above already: one key is one role's", l->name,
                         l->number);
    }
    if (out->count == CURVE_PINS_MAX) {
        return mpcf_fail(err, MPCF_E_FORMAT,
                         "%s:%u: more than %d keys: take out those that are no longer used",
                         l->name, l->number, CURVE_PINS_MAX);
    }
    out->pins[out->count++] = pin;
    return MPCF_OK;
}

mpcf_status curve_pins_parse(const char *text, size_t length, const char *name,
                             struct curve_pins *out, mpcf_error *err)
{
    struct key_list l = {.text = text, .length = length, .name = name};

    out->count = 0;
    MPCF_TRY(key_list_first(&l, "mpcf-curve-trusted 1", err));
    for (;;) {
        MPCF_TRY(key_list_next(&l, err));
        if (l.line == NULL) {
            return MPCF_OK;
        }
        MPCF_TRY(read_pin(&l, out, err));
    }
}

int curve_pins_find(const struct curve_pins *pins, const uint8_t key[CURVE_KEY])
{
    for (size_t i = 0; i < pins->count; i++) {
        if (memcmp(pins->pins[i].key, key, CURVE_KEY) == 0) {
            return pins->pins[i].role;
        }
    }
    return -1;
}
