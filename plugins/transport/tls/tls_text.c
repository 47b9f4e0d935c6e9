/* SPDX-License-Identifier: Apache-2.0 */
/* How a peer's name is read, and what is wrong with a list of keys that are trusted, or revoked. */
#include "tls_text.h"

#include <stdio.h>
#include <string.h>

#include <mpcf/transport.h>

static const char *const names[MPCF_ROLE_COUNT] = {"provider", "user", "dealer"};
static const char uri_head[] = "mpcf:role:", identity_head[] = "mpcf ",
                  first_trusted[] = "mpcf-trusted 1", first_revoked[] = "mpcf-revoked 1";

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

/* --- lists of keys --- */

struct list {
    const char *text;
    size_t length, at;
    const char *name;
    unsigned number; /* of the line that was given last */
};

/* The next line that is neither empty nor a comment, of *SIZE bytes; NULL: none. */
static const char *next_line(struct list *l, size_t *size)
{
    while (l->at < l->length) {
        const char *line = l->text + l->at, *end = memchr(line, '\n', l->length - l->at);
        *size = end == NULL ? l->length - l->at : (size_t) (end - line);
        l->at += *size + 1;
        l->number++;
        if (*size > 0 && line[0] != '#') {
            return line;
        }
    }
    return NULL;
}

/* What an editor or a mail of another system makes of a file. */
static bool has_return(const char *line, size_t size)
{
    return size > 0 && line[size - 1] == '\r';
}

static mpcf_status fail_return(const struct list *l, mpcf_error *err)
{
    return mpcf_fail(err, MPCF_E_FORMAT,
                     "%s:%u: the line ends in CR LF: `sed -i 's/\\r$//'` that file", l->name,
                     l->number);
}

static mpcf_status take_first(struct list *l, const char *first, mpcf_error *err)
{
    size_t size = 0;
    const char *line = next_line(l, &size);

    if (line != NULL && has_return(line, size)) {
        return fail_return(l, err);
    }
    return line != NULL && size == strlen(first) && memcmp(line, first, size) == 0
               ? MPCF_OK
               : mpcf_fail(err, MPCF_E_FORMAT, "%s: does not begin with the line '%s'", l->name,
                           first);
}

static int digit_of(char c)
{
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool read_fingerprint(const char *text, size_t length, uint8_t out[TLS_FINGERPRINT_BYTES])
{
    if (length != (size_t) 2 * TLS_FINGERPRINT_BYTES) {
        return false;
    }
    for (size_t i = 0; i < TLS_FINGERPRINT_BYTES; i++) {
        const int high = digit_of(text[2 * i]), low = digit_of(text[2 * i + 1]);
        if (high < 0 || low < 0) {
            return false;
        }
        out[i] = (uint8_t) (high * 16 + low);
    }
    return true;
}

/* --- pinned keys --- */

static mpcf_status read_pin(const struct list *l, const char *line, size_t length,
                            struct tls_pins *out, mpcf_error *err)
{
    const char *blank = memchr(line, ' ', length);
    const size_t word = blank == NULL ? length : (size_t) (blank - line);
    struct tls_pin pin = {.role = find_role(line, word)};

    if (has_return(line, length)) {
        return fail_return(l, err);
    }
    if (pin.role < 0) {
        return mpcf_fail(err, MPCF_E_FORMAT,
                         "%s:%u: a line begins with a role, provider, user or dealer", l->name,
                         l->number);
    }
    if (blank == NULL || !read_fingerprint(blank + 1, length - word - 1, pin.fingerprint)) {
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
    struct list l = {.text = text, .length = length, .name = name};
    size_t size = 0;

    out->count = 0;
    MPCF_TRY(take_first(&l, first_trusted, err));
    for (const char *line; (line = next_line(&l, &size)) != NULL;) {
        MPCF_TRY(read_pin(&l, line, size, out, err));
    }
    return MPCF_OK;
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

/* --- keys that were taken back --- */

static mpcf_status read_revoked(const struct list *l, const char *line, size_t length,
                                struct tls_revoked *out, mpcf_error *err)
{
    if (has_return(line, length)) {
        return fail_return(l, err);
    }
    if (out->count == TLS_REVOKED_MAX) {
        return mpcf_fail(err, MPCF_E_FORMAT,
                         "%s:%u: more than %d keys: make another authority instead", l->name,
                         l->number, TLS_REVOKED_MAX);
    }
    if (!read_fingerprint(line, length, out->fingerprints[out->count])) {
        return mpcf_fail(err, MPCF_E_FORMAT,
                         "%s:%u: a line is a fingerprint of 32 hexadecimal digits, without a role, "
                         "as `mpcf-host keys revoke` writes it",
                         l->name, l->number);
    }
    out->count++;
    return MPCF_OK;
}

mpcf_status tls_revoked_parse(const char *text, size_t length, const char *name,
                              struct tls_revoked *out, mpcf_error *err)
{
    struct list l = {.text = text, .length = length, .name = name};
    size_t size = 0;

    out->count = 0;
    MPCF_TRY(take_first(&l, first_revoked, err));
    for (const char *line; (line = next_line(&l, &size)) != NULL;) {
        MPCF_TRY(read_revoked(&l, line, size, out, err));
    }
    return MPCF_OK;
}

bool tls_revoked_has(const struct tls_revoked *revoked,
                     const uint8_t fingerprint[TLS_FINGERPRINT_BYTES])
{
    for (size_t i = 0; i < revoked->count; i++) {
        if (memcmp(revoked->fingerprints[i], fingerprint, TLS_FINGERPRINT_BYTES) == 0) {
            return true;
        }
    }
    return false;
}
