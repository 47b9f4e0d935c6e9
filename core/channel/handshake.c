/* SPDX-License-Identifier: Apache-2.0 */
/* The bytes of a handshake, and in what two of them disagree, told to a person. */
#include "channel/handshake.h"

#include <assert.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <mpcf/version.h>

#include "base/memory.h"
#include "base/text.h"

/* Wire: magic, protocol, length used, role, has_session, fact count (2), has_stored, kind of
 * refusal, its length (2), session, next inference, stored session; then
 * each fact: length of name and of value, name, value; the refusal's text stands at the end.
 * Little-endian; the rest is zero. */
#define HEAD_BYTES 64
#define FACTS_END  (HANDSHAKE_BYTES - HANDSHAKE_REFUSAL)
static const uint8_t magic[8] = {'M', 'P', 'C', 'F', 'h', 'e', 'l', 'o'};

void handshake_init(struct handshake *h, enum role role)
{
    assert(role <= ROLE_DEALER);
    *h = (struct handshake){.protocol = HANDSHAKE_PROTOCOL, .role = role};
    mpcf_status status = handshake_add(h, NULL, "mpcf", "%s", MPCF_VERSION);
    assert(status == MPCF_OK);
    (void) status;
}

static const struct handshake_fact *find_fact(const struct handshake *h, const char *name)
{
    for (size_t i = 0; i < h->fact_count; i++) {
        if (strcmp(h->facts[i].name, name) == 0) {
            return &h->facts[i];
        }
    }
    return NULL;
}

static size_t fact_bytes(const struct handshake_fact *fact)
{
    return 2 + strlen(fact->name) + strlen(fact->value);
}

static size_t used_bytes(const struct handshake *h)
{
    size_t used = HEAD_BYTES;

    for (size_t i = 0; i < h->fact_count; i++) {
        used += fact_bytes(&h->facts[i]);
    }
    return used;
}

/* What a person may read in a message, whoever sent it. */
static bool is_printable(const char *text)
{
    for (; *text != '\0'; text++) {
        if (*text < ' ' || *text > '~') {
            return false;
        }
    }
    return true;
}

mpcf_status handshake_add(struct handshake *h, mpcf_error *err, const char *name,
                          const char *format, ...)
{
    struct handshake_fact fact;
    va_list arguments;

    va_start(arguments, format);
    int value = vsnprintf(fact.value, sizeof(fact.value), format, arguments);
    va_end(arguments);
    int length = snprintf(fact.name, sizeof(fact.name), "%s", name);
    if (value < 0 || value >= HANDSHAKE_VALUE || length <= 0 || length >= HANDSHAKE_NAME ||
        !is_printable(fact.name) || !is_printable(fact.value)) {
        return mpcf_fail(err, MPCF_E_INVALID, "the handshake cannot hold '%s' of %d characters",
                         name, value);
    }
    if (h->fact_count == HANDSHAKE_FACTS || used_bytes(h) + fact_bytes(&fact) > FACTS_END) {
        return mpcf_fail(err, MPCF_E_INVALID, "the handshake is full at '%s'", name);
    }
    if (find_fact(h, name) != NULL) {
        return mpcf_fail(err, MPCF_E_INVALID, "the handshake has '%s' already", name);
    }
    h->facts[h->fact_count++] = fact;
    return MPCF_OK;
}

void handshake_refuse(struct handshake *h, enum handshake_refusal_kind kind, const char *why)
{
    static const char more[] = "...";

    assert(kind != REFUSAL_NONE);
    why = why[0] == '\0' ? "no reason given" : why;
    size_t length = strlen(why);
    h->kind = kind;
    memset(h->refusal, 0, sizeof(h->refusal));
    for (size_t i = 0; i < length && i < HANDSHAKE_REFUSAL - 1; i++) {
        h->refusal[i] = why[i];
        if (why[i] < ' ' || why[i] > '~') {
            h->refusal[i] = '?';
        }
    }
    if (length >= HANDSHAKE_REFUSAL) {
        memcpy(h->refusal + HANDSHAKE_REFUSAL - sizeof(more), more, sizeof(more));
    }
}

void handshake_refuse_bare(struct handshake *h, enum role role, enum handshake_refusal_kind kind,
                           const char *why)
{
    *h = (struct handshake){.protocol = HANDSHAKE_PROTOCOL, .role = role};
    handshake_refuse(h, kind, why);
}

mpcf_status handshake_heed(const struct handshake *theirs, mpcf_error *err)
{
    const char *role = role_name(theirs->role);

    switch (theirs->kind) {
    case REFUSAL_NONE:
        break;
    case REFUSAL_ENDED: /* the user only calls */
        return mpcf_fail(err, MPCF_E_CLOSED, "the %s %s, saying: %s", role,
                         theirs->role == ROLE_USER ? "ended the run" : "refuses", theirs->refusal);
    case REFUSAL_BUSY:
        return mpcf_fail(err, MPCF_E_CLOSED, "the %s is busy: %s", role, theirs->refusal);
    case REFUSAL_DIFFERS:
        return mpcf_fail(err, MPCF_E_PROTOCOL, "the %s refuses, saying: %s", role, theirs->refusal);
    }
    return MPCF_OK;
}

static void write_number(uint8_t *at, uint64_t value, size_t bytes)
{
    for (size_t i = 0; i < bytes; i++) {
        at[i] = (uint8_t) (value >> (8 * i));
    }
}

static uint64_t read_number(const uint8_t *at, size_t bytes)
{
    uint64_t value = 0;

    for (size_t i = 0; i < bytes; i++) {
        value |= (uint64_t) at[i] << (8 * i);
    }
    return value;
}

void handshake_encode(const struct handshake *h, uint8_t wire[HANDSHAKE_BYTES])
{
    memset(wire, 0, HANDSHAKE_BYTES);
    memcpy(wire, magic, sizeof(magic));
    write_number(wire + 8, h->protocol, 4);
    write_number(wire + 12, used_bytes(h), 4);
    wire[16] = (uint8_t) h->role;
    wire[17] = h->has_session;
    write_number(wire + 18, h->fact_count, 2);
    wire[20] = h->has_stored;
    if (h->kind != REFUSAL_NONE) {
        wire[21] = (uint8_t) h->kind;
        write_number(wire + 22, strlen(h->refusal), 2);
        memcpy(wire + FACTS_END, h->refusal, strlen(h->refusal));
    }
    memcpy(wire + 24, h->session, HANDSHAKE_SESSION);
    write_number(wire + 40, h->next_inference, 8);
    memcpy(wire + 48, h->stored, HANDSHAKE_SESSION);
    uint8_t *at = wire + HEAD_BYTES;
    for (size_t i = 0; i < h->fact_count; i++) {
        size_t name = strlen(h->facts[i].name), value = strlen(h->facts[i].value);
        at[0] = (uint8_t) name;
        at[1] = (uint8_t) value;
        memcpy(at + 2, h->facts[i].name, name);
        memcpy(at + 2 + name, h->facts[i].value, value);
        at += 2 + name + value;
    }
    assert(at <= wire + FACTS_END);
}

/* The fact at *AT of WIRE, and moves *AT behind it; false where it is not well formed. */
static bool decode_fact(const uint8_t *wire, size_t used, size_t *at, struct handshake_fact *fact)
{
    if (used - *at < 2) {
        return false;
    }
    size_t name = wire[*at], value = wire[*at + 1];
    if (name == 0 || name >= HANDSHAKE_NAME || value >= HANDSHAKE_VALUE ||
        used - *at - 2 < name + value) {
        return false;
    }
    *fact = (struct handshake_fact){.name = {0}};
    memcpy(fact->name, wire + *at + 2, name);
    memcpy(fact->value, wire + *at + 2 + name, value);
    *at += 2 + name + value;
    return strlen(fact->name) == name && strlen(fact->value) == value && is_printable(fact->name) &&
           is_printable(fact->value);
}

static bool decode_facts(const uint8_t *wire, size_t used, struct handshake *h)
{
    size_t at = HEAD_BYTES, count = read_number(wire + 18, 2);

    if (count > HANDSHAKE_FACTS) {
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        struct handshake_fact fact;
        if (!decode_fact(wire, used, &at, &fact) || find_fact(h, fact.name) != NULL) {
            return false;
        }
        h->facts[h->fact_count++] = fact;
    }
    return at == used;
}

static bool decode_refusal(const uint8_t *wire, struct handshake *h)
{
    size_t length = read_number(wire + 22, 2);

    if (wire[21] > REFUSAL_DIFFERS || length >= HANDSHAKE_REFUSAL ||
        (wire[21] != REFUSAL_NONE) != (length != 0)) {
        return false;
    }
    h->kind = (enum handshake_refusal_kind) wire[21];
    memcpy(h->refusal, wire + FACTS_END, length);
    return strlen(h->refusal) == length && is_printable(h->refusal);
}

mpcf_status handshake_decode(const uint8_t *wire, size_t length, struct handshake *out,
                             mpcf_error *err)
{
    if (length != HANDSHAKE_BYTES || memcmp(wire, magic, sizeof(magic)) != 0) {
        return mpcf_fail(err, MPCF_E_FORMAT, "what came is not mpcf's handshake");
    }
    *out = (struct handshake){.protocol = (uint32_t) read_number(wire + 8, 4)};
    if (out->protocol != HANDSHAKE_PROTOCOL) {
        return MPCF_OK; /* handshake_compare() refuses it */
    }
    size_t used = read_number(wire + 12, 4);
    out->role = (enum role) wire[16];
    out->has_session = wire[17] == 1;
    memcpy(out->session, wire + 24, HANDSHAKE_SESSION);
    out->has_stored = wire[20] == 1;
    out->next_inference = read_number(wire + 40, 8);
    memcpy(out->stored, wire + 48, HANDSHAKE_SESSION);
    if (used < HEAD_BYTES || used > FACTS_END || out->role > ROLE_DEALER || wire[17] > 1 ||
        wire[20] > 1 || !decode_facts(wire, used, out) || !decode_refusal(wire, out)) {
        return mpcf_fail(err, MPCF_E_FORMAT, "the peer's handshake is malformed");
    }
    return MPCF_OK;
}

/* What differs: both values, or, for who must not see one of this side, the names that it gave
 * itself. A name can tell as much as a value. */
struct differences {
    struct text_buffer text;
    bool has_values;
    size_t unnamed;
};

static void differ(struct differences *d, const char *what, const char *there, const char *here)
{
    if (!d->has_values && there == NULL) {
        d->unnamed++;
    } else if (!d->has_values) {
        text_printf(&d->text, ", %s", what);
    } else if (there == NULL || here == NULL) {
        text_printf(&d->text, "; %s: %s there, %s here", what, there == NULL ? "absent" : there,
                    here == NULL ? "absent" : here);
    } else {
        text_printf(&d->text, "; %s: %s there, %s here", what, there, here);
    }
}

static void compare_facts(const struct handshake *mine, const struct handshake *theirs,
                          struct differences *d)
{
    for (size_t i = 0; i < mine->fact_count; i++) {
        const struct handshake_fact *here = &mine->facts[i];
        const struct handshake_fact *there = find_fact(theirs, here->name);
        if (there == NULL || strcmp(here->value, there->value) != 0) {
            differ(d, here->name, there == NULL ? NULL : there->value, here->value);
        }
    }
    for (size_t i = 0; i < theirs->fact_count; i++) {
        const struct handshake_fact *there = &theirs->facts[i];
        if (find_fact(mine, there->name) == NULL) {
            differ(d, there->name, there->value, NULL);
        }
    }
}

static void compare(const struct handshake *mine, const struct handshake *theirs,
                    struct differences *d)
{
    char there[16], here[16];

    if (mine->protocol != theirs->protocol) {
        (void) snprintf(there, sizeof(there), "%" PRIu32, theirs->protocol);
        (void) snprintf(here, sizeof(here), "%" PRIu32, mine->protocol);
        differ(d, "protocol version", there, here);
        return; /* nothing else was read */
    }
    if (mine->role == theirs->role) {
        text_printf(&d->text, "; role: %s there and here", role_name(mine->role));
    }
    if (mine->has_session && theirs->has_session &&
        memcmp(mine->session, theirs->session, HANDSHAKE_SESSION) != 0) {
        const uint8_t *a = theirs->session, *b = mine->session;
        (void) snprintf(there, sizeof(there), "%02x%02x%02x%02x...", a[0], a[1], a[2], a[3]);
        (void) snprintf(here, sizeof(here), "%02x%02x%02x%02x...", b[0], b[1], b[2], b[3]);
        differ(d, "session", there, here);
    }
    compare_facts(mine, theirs, d);
    if (d->unnamed != 0) {
        text_printf(&d->text, ", %zu that are absent there", d->unnamed);
    }
}

static mpcf_status report_differences(const struct handshake *mine, const struct handshake *theirs,
                                      bool has_values, mpcf_error *err)
{
    struct differences d = {.has_values = has_values};

    compare(mine, theirs, &d);
    mpcf_status status = MPCF_OK;
    if (d.text.failed) {
        status = mpcf_fail_memory(err, HANDSHAKE_BYTES, "a message");
    } else if (d.text.length != 0 && has_values) {
        bool known = mine->protocol == theirs->protocol;
        status = mpcf_fail(err, MPCF_E_PROTOCOL, "the %s disagrees with this %s: %s",
                           known ? role_name(theirs->role) : "peer", role_name(mine->role),
                           d.text.data + 2);
    } else if (d.text.length != 0) {
        status = mpcf_fail(err, MPCF_E_PROTOCOL, "this %s disagrees in: %s", role_name(mine->role),
                           d.text.data + 2);
    }
    text_clear(&d.text);
    return status;
}

mpcf_status handshake_compare(const struct handshake *mine, const struct handshake *theirs,
                              mpcf_error *err)
{
    return report_differences(mine, theirs, true, err);
}

mpcf_status handshake_compare_names(const struct handshake *mine, const struct handshake *theirs,
                                    mpcf_error *err)
{
    return report_differences(mine, theirs, false, err);
}

bool handshake_same_stored(const struct handshake *mine, const struct handshake *theirs,
                           uint64_t *next)
{
    const bool is_same = mine->has_stored && theirs->has_stored &&
                         memcmp(mine->stored, theirs->stored, HANDSHAKE_SESSION) == 0;

    if (is_same) {
        *next = mine->next_inference > theirs->next_inference ? mine->next_inference
                                                              : theirs->next_inference;
    }
    return is_same;
}

mpcf_status handshake_exchange(struct channel *c, const struct handshake *mine,
                               struct handshake *theirs, mpcf_error *err)
{
    uint8_t out[HANDSHAKE_BYTES], in[HANDSHAKE_BYTES];

    handshake_encode(mine, out);
    MPCF_TRY(channel_exchange(c, out, sizeof(out), in, sizeof(in), err));
    return handshake_decode(in, sizeof(in), theirs, err);
}

mpcf_status handshake_send(struct channel *c, const struct handshake *mine, mpcf_error *err)
{
    uint8_t out[HANDSHAKE_BYTES];

    handshake_encode(mine, out);
    return channel_send(c, out, sizeof(out), err);
}
