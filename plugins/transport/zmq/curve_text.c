/* SPDX-License-Identifier: Apache-2.0 */
/* How keys are read from text, and what is wrong with it. */
#include "curve_text.h"

#include <stdbool.h>
#include <string.h>

#include <sodium.h>

#include <mpcf/transport.h>

static const char *const names[MPCF_ROLE_COUNT] = {"provider", "user", "dealer"};
static const char pair_line[] = "mpcf-curve 1", pins_line[] = "mpcf-curve-trusted 1";

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

/* --- lines --- */

struct lines {
    const char *rest, *end, *name;
    unsigned number; /* of the line at hand, from 1 */
    const char *line;
    size_t length;
};

/* The next that says something. */
static bool next_line(struct lines *l)
{
    while (l->rest < l->end) {
        const char *stop = memchr(l->rest, '\n', (size_t) (l->end - l->rest));
        l->line = l->rest;
        l->length = (size_t) ((stop == NULL ? l->end : stop) - l->rest);
        l->rest = stop == NULL ? l->end : stop + 1;
        l->number++;
        if (l->length > 0 && l->line[0] != '#') {
            return true;
        }
    }
    return false;
}

static mpcf_status take_first(struct lines *l, const char *wanted, mpcf_error *err)
{
    if (next_line(l) && l->length == strlen(wanted) && memcmp(l->line, wanted, l->length) == 0) {
        return MPCF_OK;
    }
    return mpcf_fail(err, MPCF_E_FORMAT, "%s: does not begin with the line '%s'", l->name, wanted);
}

/* A word, a blank and a key make the line at hand; *WORD is the length of the word. sodium_hex2bin()
 * takes the same time for all digits. */
static bool split(const struct lines *l, size_t *word, uint8_t key[CURVE_KEY])
{
    const char *blank = memchr(l->line, ' ', l->length);
    size_t made = 0;

    if (blank == NULL) {
        return false;
    }
    *word = (size_t) (blank - l->line);
    return l->length - *word - 1 == (size_t) 2 * CURVE_KEY &&
           sodium_hex2bin(key, CURVE_KEY, blank + 1, (size_t) 2 * CURVE_KEY, NULL, &made, NULL) ==
               0 &&
           made == CURVE_KEY;
}

/* --- a role's own --- */

static mpcf_status read_pair(struct lines *l, int *role, struct curve_pair *out, mpcf_error *err)
{
    static const char head[] = "role ";
    const size_t head_length = sizeof(head) - 1;
    size_t word = 0;

    MPCF_TRY(take_first(l, pair_line, err));
    if (!next_line(l) || l->length < head_length || memcmp(l->line, head, head_length) != 0 ||
        (*role = find_role(l->line + head_length, l->length - head_length)) < 0) {
        return mpcf_fail(err, MPCF_E_FORMAT,
                         "%s:%u: expected 'role provider', 'role user' or 'role dealer'", l->name,
                         l->number);
    }
    if (!next_line(l) || !split(l, &word, out->secret) || word != strlen("secret") ||
        memcmp(l->line, "secret", word) != 0) {
        return mpcf_fail(err, MPCF_E_FORMAT, "%s:%u: expected 'secret' and 64 hexadecimal digits",
                         l->name, l->number);
    }
    if (next_line(l)) {
        return mpcf_fail(err, MPCF_E_FORMAT, "%s:%u: expected no more lines", l->name, l->number);
    }
    return MPCF_OK;
}

mpcf_status curve_pair_parse(const char *text, size_t length, const char *name, int *role,
                             struct curve_pair *out, mpcf_error *err)
{
    struct lines l = {.rest = text, .end = text + length, .name = name};
    mpcf_status status = read_pair(&l, role, out, err);

    if (status != MPCF_OK) {
        sodium_memzero(out, sizeof(*out));
        return status;
    }
    (void) crypto_scalarmult_base(out->public_key, out->secret);
    return MPCF_OK;
}

/* --- who is trusted --- */

static mpcf_status read_pin(const struct lines *l, struct curve_pins *out, mpcf_error *err)
{
    struct curve_pin pin = {.role = -1};
    const char *blank = memchr(l->line, ' ', l->length);
    size_t word = blank == NULL ? l->length : (size_t) (blank - l->line);

    pin.role = find_role(l->line, word);
    if (pin.role < 0) {
        return mpcf_fail(err, MPCF_E_FORMAT,
                         "%s:%u: a line begins with a role, provider, user or dealer", l->name,
                         l->number);
    }
    if (!split(l, &word, pin.key)) {
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
        return mpcf_fail(err, MPCF_E_FORMAT, "%s:%u: more than %d keys", l->name, l->number,
                         CURVE_PINS_MAX);
    }
    out->pins[out->count++] = pin;
    return MPCF_OK;
}

mpcf_status curve_pins_parse(const char *text, size_t length, const char *name,
                             struct curve_pins *out, mpcf_error *err)
{
    struct lines l = {.rest = text, .end = text + length, .name = name};

    out->count = 0;
    MPCF_TRY(take_first(&l, pins_line, err));
    while (next_line(&l)) {
        MPCF_TRY(read_pin(&l, out, err));
    }
    return MPCF_OK;
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

size_t curve_pins_of(const struct curve_pins *pins, int role, const uint8_t **key)
{
    size_t count = 0;

    for (size_t i = 0; i < pins->count; i++) {
        if (pins->pins[i].role == role) {
            *key = pins->pins[i].key;
            count++;
        }
    }
    return count;
}
