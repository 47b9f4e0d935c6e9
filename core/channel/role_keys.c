/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which keys a role holds, how they are drawn, and how they are written down. No branch and no
 * address depends on a key.
 */
#include "channel/role_keys.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>

#include "base/digest.h"
#include "base/memory.h"
#include "channel/key_hex.h"

#define HEX_BYTES  KEY_HEX_DIGITS
#define FIRST_LINE "mpcf-keys 1"

_Static_assert(LINK_KEY_BYTES == KEY_HEX_BYTES, "keys of links are printed as keys are");

/* Without a key yet; NULL: memory. */
static struct role_keys *create(enum role role)
{
    struct role_keys *keys = mpcf_secret_alloc(1, sizeof(*keys));

    if (keys != NULL) {
        keys->role = role;
    }
    return keys;
}

void role_keys_destroy(struct role_keys *keys)
{
    mpcf_secret_free(keys);
}

static mpcf_status draw_link(struct role_keys *a, struct role_keys *b, mpcf_error *err)
{
    struct link_keys *of_a = &a->links[b->role], *of_b = &b->links[a->role];

    if (getrandom(of_a, sizeof(*of_a), 0) != sizeof(*of_a)) {
        return mpcf_fail(err, MPCF_E_IO, "no randomness from the system");
    }
    memcpy(of_b->mine, of_a->theirs, LINK_KEY_BYTES);
    memcpy(of_b->theirs, of_a->mine, LINK_KEY_BYTES);
    a->has[b->role] = b->has[a->role] = true;
    return MPCF_OK;
}

static mpcf_status draw_all(struct role_keys *sets[3], mpcf_error *err)
{
    for (unsigned r = 0; r < 3; r++) {
        sets[r] = create((enum role) r);
        if (sets[r] == NULL) {
            return mpcf_fail_memory(err, sizeof(*sets[r]), "keys");
        }
    }
    MPCF_TRY(draw_link(sets[ROLE_PROVIDER], sets[ROLE_USER], err));
    MPCF_TRY(draw_link(sets[ROLE_PROVIDER], sets[ROLE_DEALER], err));
    return draw_link(sets[ROLE_USER], sets[ROLE_DEALER], err);
}

mpcf_status role_keys_draw(struct role_keys *sets[3], mpcf_error *err)
{
    struct role_keys *made[3] = {NULL, NULL, NULL};
    mpcf_status status = draw_all(made, err);

    for (unsigned r = 0; r < 3; r++) {
        if (status == MPCF_OK) {
            sets[r] = made[r];
        } else {
            role_keys_destroy(made[r]);
        }
    }
    return status;
}

/* --- printing --- */

static char *print_key(char *at, enum role from, enum role to, const uint8_t key[LINK_KEY_BYTES])
{
    at += sprintf(at, "%s>%s ", role_name(from), role_name(to));
    key_hex_print(key, at);
    at += HEX_BYTES;
    *at++ = '\n';
    return at;
}

size_t role_keys_print(const struct role_keys *keys, char text[ROLE_KEYS_TEXT])
{
    char *at = text + sprintf(text, FIRST_LINE "\nrole %s\n", role_name(keys->role));

    for (unsigned peer = 0; peer < 3; peer++) {
        if (peer != (unsigned) keys->role) {
            assert(keys->has[peer]);
            at = print_key(at, keys->role, (enum role) peer, keys->links[peer].mine);
            at = print_key(at, (enum role) peer, keys->role, keys->links[peer].theirs);
        }
    }
    *at = '\0';
    return (size_t) (at - text);
}

/* --- parsing --- */

struct key_text {
    const char *at, *end;
    const char *line; /* the one at hand, LENGTH bytes */
    size_t length, number;
    const char *name;
    bool seen[2][3]; /* mine and theirs, by the peer's role */
};

/* The next line that says something, without blanks at its end; false: there is none. */
static bool next_line(struct key_text *t)
{
    do {
        if (t->at == t->end) {
            return false;
        }
        const char *stop = memchr(t->at, '\n', (size_t) (t->end - t->at));
        t->line = t->at;
        t->length = (size_t) ((stop == NULL ? t->end : stop) - t->at);
        t->at = stop == NULL ? t->end : stop + 1;
        t->number++;
        while (t->length > 0 && strchr(" \t\r", t->line[t->length - 1]) != NULL &&
               t->line[t->length - 1] != '\0') {
            t->length--;
        }
    } while (t->length == 0 || t->line[0] == '#');
    return true;
}

static bool is_line(const struct key_text *t, const char *text)
{
    return t->length == strlen(text) && memcmp(t->line, text, t->length) == 0;
}

static mpcf_status parse_role(struct key_text *t, enum role *role, mpcf_error *err)
{
    if (!next_line(t) || !is_line(t, FIRST_LINE)) {
        return mpcf_fail(err, MPCF_E_FORMAT,
                         "%s:%zu: not a file of keys: expected '" FIRST_LINE "'", t->name,
                         t->number);
    }
    if (next_line(t)) {
        for (unsigned r = 0; r < 3; r++) {
            char wanted[32];
            (void) snprintf(wanted, sizeof(wanted), "role %s", role_name((enum role) r));
            if (is_line(t, wanted)) {
                *role = (enum role) r;
                return MPCF_OK;
            }
        }
    }
    return mpcf_fail(err, MPCF_E_FORMAT,
                     "%s:%zu: expected 'role provider', 'role user' or 'role dealer'", t->name,
                     t->number);
}

/* Whether the line at hand is FROM's key for TO; then *HEX is what stands behind the names. */
static bool is_key_line(const struct key_text *t, enum role from, enum role to, const char **hex)
{
    char head[32];
    size_t length = (size_t) snprintf(head, sizeof(head), "%s>%s ", role_name(from), role_name(to));

    if (t->length < length || memcmp(t->line, head, length) != 0) {
        return false;
    }
    *hex = t->line + length;
    return true;
}

static mpcf_status take_key(struct key_text *t, bool *seen, const char *hex,
                            uint8_t key[LINK_KEY_BYTES], mpcf_error *err)
{
    if (*seen) {
        return mpcf_fail(err, MPCF_E_FORMAT, "%s:%zu: this key was given before", t->name,
                         t->number);
    }
    if ((size_t) (t->line + t->length - hex) != HEX_BYTES || !key_hex_parse(hex, key)) {
        return mpcf_fail(err, MPCF_E_FORMAT, "%s:%zu: a key is %zu hexadecimal digits", t->name,
                         t->number, HEX_BYTES);
    }
    *seen = true;
    return MPCF_OK;
}

static mpcf_status parse_line(struct key_text *t, struct role_keys *keys, mpcf_error *err)
{
    const char *hex = NULL;

    for (unsigned r = 0; r < 3; r++) {
        const enum role peer = (enum role) r;
        if (peer == keys->role) {
            continue;
        }
        if (is_key_line(t, keys->role, peer, &hex)) {
            return take_key(t, &t->seen[0][peer], hex, keys->links[peer].mine, err);
        }
        if (is_key_line(t, peer, keys->role, &hex)) {
            return take_key(t, &t->seen[1][peer], hex, keys->links[peer].theirs, err);
        }
    }
    return mpcf_fail(err, MPCF_E_FORMAT, "%s:%zu: expected a key between the %s and another role",
                     t->name, t->number, role_name(keys->role));
}

static mpcf_status check_whole(const struct key_text *t, struct role_keys *keys, mpcf_error *err)
{
    for (unsigned r = 0; r < 3; r++) {
        const bool is_peer = r != (unsigned) keys->role;
        if (is_peer && !(t->seen[0][r] && t->seen[1][r])) {
            const enum role from = t->seen[0][r] ? (enum role) r : keys->role;
            const enum role to = t->seen[0][r] ? keys->role : (enum role) r;
            return mpcf_fail(err, MPCF_E_FORMAT, "%s:%zu: ends without the key '%s>%s'", t->name,
                             t->number, role_name(from), role_name(to));
        }
        keys->has[r] = is_peer;
    }
    return MPCF_OK;
}

static mpcf_status parse_keys(struct key_text *t, struct role_keys *keys, mpcf_error *err)
{
    while (next_line(t)) {
        MPCF_TRY(parse_line(t, keys, err));
    }
    return check_whole(t, keys, err);
}

mpcf_status role_keys_parse(const char *text, size_t length, const char *name,
                            struct role_keys **out, mpcf_error *err)
{
    struct key_text t = {.at = text, .end = text + length, .name = name};
    enum role role = ROLE_PROVIDER;

    MPCF_TRY(parse_role(&t, &role, err));
    struct role_keys *keys = create(role);
    if (keys == NULL) {
        return mpcf_fail_memory(err, sizeof(*keys), "keys");
    }
    mpcf_status status = parse_keys(&t, keys, err);
    if (status != MPCF_OK) {
        role_keys_destroy(keys);
        return status;
    }
    *out = keys;
    return MPCF_OK;
}

mpcf_status role_keys_fingerprint(const uint8_t key[LINK_KEY_BYTES],
                                  char text[KEY_FINGERPRINT_SIZE], mpcf_error *err)
{
    char whole[FILE_DIGEST_SIZE];
    struct digest *digest = digest_begin();

    if (digest == NULL) {
        return mpcf_fail_memory(err, 0, "a digest");
    }
    digest_add(digest, key, LINK_KEY_BYTES);
    digest_end(digest, whole);
    (void) snprintf(text, KEY_FINGERPRINT_SIZE, "%.*s", KEY_FINGERPRINT_SIZE - 1, whole);
    return MPCF_OK;
}
