/* SPDX-License-Identifier: Apache-2.0 */
/* The form of an announcement on the wire, and telling and answering one. */
#include "inference/announcement.h"

#include <string.h>

/* Magic 8, kind 4, batch 4, tokens 4, exact 4, the digest's 64 characters, count 4, number 4,
 * questions 4, limit 4, left 4, session 16, has_kept 4; little-endian. */
static const uint8_t magic[8] = {'M', 'P', 'C', 'F', 'n', 'e', 'x', 't'};

enum {
    AT_KIND = 8,
    AT_BATCH = 12,
    AT_TOKENS = 16,
    AT_EXACT = 20,
    AT_DIGEST = 24,
    AT_COUNT = 88,
    AT_NUMBER = 92,
    AT_QUESTIONS = 96,
    AT_LIMIT = 100,
    AT_LEFT = 104,
    AT_SESSION = 108,
    AT_KEPT = 124
};
#define NUMBER_LIMIT ((uint32_t) 1 << 20)

static void put32(uint8_t *at, uint32_t value)
{
    for (size_t i = 0; i < 4; i++) {
        at[i] = (uint8_t) (value >> (8 * i));
    }
}

static uint32_t get32(const uint8_t *at)
{
    return (uint32_t) at[0] | (uint32_t) at[1] << 8 | (uint32_t) at[2] << 16 |
           (uint32_t) at[3] << 24;
}

void announcement_encode(const struct announcement *a, uint8_t wire[ANNOUNCEMENT_BYTES])
{
    memset(wire, 0, ANNOUNCEMENT_BYTES);
    memcpy(wire, magic, sizeof magic);
    put32(wire + AT_KIND, (uint32_t) a->kind);
    put32(wire + AT_BATCH, (uint32_t) a->shape.batch);
    put32(wire + AT_TOKENS, (uint32_t) a->shape.tokens);
    put32(wire + AT_EXACT, a->shape.exact);
    memcpy(wire + AT_DIGEST, a->digest, strlen(a->digest));
    put32(wire + AT_COUNT, (uint32_t) a->count);
    put32(wire + AT_NUMBER, a->number);
    put32(wire + AT_QUESTIONS, a->questions);
    put32(wire + AT_LIMIT, a->limit.limit);
    put32(wire + AT_LEFT, a->limit.left);
    memcpy(wire + AT_SESSION, a->session, sizeof a->session);
    put32(wire + AT_KEPT, a->has_kept);
}

static bool is_zero(const uint8_t *bytes, size_t count)
{
    uint8_t any = 0;

    for (size_t i = 0; i < count; i++) {
        any |= bytes[i];
    }
    return any == 0;
}

static bool digest_is_sound(const char *digest)
{
    const size_t length = strspn(digest, "0123456789abcdef");

    return digest[length] == '\0' && (length == 0 || length == FILE_DIGEST_SIZE - 1);
}

static bool has_shape(const struct announcement *a)
{
    return a->kind == ANNOUNCE_INFERENCE || a->kind == ANNOUNCE_DEAL;
}

/* What its kind uses is there, and nothing else. */
static bool fields_are_sound(const struct announcement *a)
{
    const bool has_count = a->kind == ANNOUNCE_SESSION || a->kind == ANNOUNCE_DEAL;
    const bool is_shaped = a->shape.batch > 0 && a->shape.tokens > 0 && a->digest[0] != '\0';
    const bool is_blank =
        a->shape.batch == 0 && a->shape.tokens == 0 && !a->shape.exact && a->digest[0] == '\0';

    return (has_shape(a) ? is_shaped : is_blank) && (has_count ? a->count > 0 : a->count == 0) &&
           (a->kind == ANNOUNCE_INFERENCE || a->number == 0) &&
           (a->kind == ANNOUNCE_SESSION || a->kind == ANNOUNCE_RESUME || a->questions == 0) &&
           (a->kind == ANNOUNCE_SESSION || a->kind == ANNOUNCE_RESUME ||
            (a->kind == ANNOUNCE_REJOIN) != is_zero(a->session, sizeof a->session)) &&
           (has_shape(a) || !a->has_kept) && a->limit.left <= a->limit.limit;
}

mpcf_status announcement_decode(const uint8_t wire[ANNOUNCEMENT_BYTES], struct announcement *out,
                                mpcf_error *err)
{
    const uint32_t kind = get32(wire + AT_KIND), batch = get32(wire + AT_BATCH);
    const uint32_t tokens = get32(wire + AT_TOKENS), exact = get32(wire + AT_EXACT);
    const uint32_t kept = get32(wire + AT_KEPT);

    *out = (struct announcement){.kind = (enum announcement_kind) kind,
                                 .shape = {batch, tokens, exact == 1},
                                 .count = get32(wire + AT_COUNT),
                                 .number = get32(wire + AT_NUMBER),
                                 .questions = get32(wire + AT_QUESTIONS),
                                 .has_kept = kept == 1,
                                 .limit = {get32(wire + AT_LIMIT), get32(wire + AT_LEFT)}};
    memcpy(out->digest, wire + AT_DIGEST, FILE_DIGEST_SIZE - 1);
    memcpy(out->session, wire + AT_SESSION, sizeof out->session);
    if (memcmp(wire, magic, sizeof magic) != 0 || kind < ANNOUNCE_INFERENCE ||
        kind > ANNOUNCE_REJOIN || exact > 1 || kept > 1 || batch > NUMBER_LIMIT ||
        tokens > NUMBER_LIMIT || out->count > NUMBER_LIMIT || out->number > NUMBER_LIMIT ||
        !digest_is_sound(out->digest) || !fields_are_sound(out)) {
        return mpcf_fail(err, MPCF_E_PROTOCOL, "an announcement is malformed");
    }
    return MPCF_OK;
}

static mpcf_status check_digest(const char *here, const char *there, const char *who,
                                const struct secure_shape *shape, mpcf_error *err)
{
    if (strcmp(here, there) != 0) {
        return mpcf_fail(err, MPCF_E_PROTOCOL,
                         "programs differ for a batch of %zu of %zu tokens: %.16s... at the %s, "
                         "%.16s... here",
                         shape->batch, shape->tokens, there, who, here);
    }
    return MPCF_OK;
}

mpcf_status announcement_send(struct channel *peer, const struct announcement *a, mpcf_error *err)
{
    uint8_t wire[ANNOUNCEMENT_BYTES];

    announcement_encode(a, wire);
    return channel_send(peer, wire, sizeof wire, err);
}

/* A new session may have other masks than the user named, one that goes on only those, or masks of its own. */
static bool is_session_answered(const struct announcement *answer, const struct announcement *a)
{
    return a->kind == ANNOUNCE_SESSION ||
           (a->kind == ANNOUNCE_RESUME && is_zero(answer->session, sizeof answer->session)) ||
           memcmp(answer->session, a->session, sizeof a->session) == 0;
}

static bool is_answer(const struct announcement *answer, const struct announcement *a)
{
    return answer->kind == a->kind && answer->shape.batch == a->shape.batch &&
           answer->shape.tokens == a->shape.tokens && answer->shape.exact == a->shape.exact &&
           answer->count == a->count && answer->number == a->number &&
           answer->questions == a->questions && answer->has_kept == a->has_kept &&
           is_session_answered(answer, a);
}

mpcf_status announcement_hear_answer(struct channel *peer, const struct announcement *a,
                                     struct announcement *answer, mpcf_error *err)
{
    uint8_t wire[ANNOUNCEMENT_BYTES];
    struct announcement heard;

    MPCF_TRY(channel_recv(peer, wire, sizeof wire, err));
    MPCF_TRY(announcement_decode(wire, &heard, err));
    if (!is_answer(&heard, a)) {
        return mpcf_fail(err, MPCF_E_PROTOCOL, "the answer is to another announcement");
    }
    MPCF_TRY(check_digest(a->digest, heard.digest, "other side", &a->shape, err));
    if (answer != NULL) {
        *answer = heard;
    }
    return MPCF_OK;
}

mpcf_status announcement_tell(struct channel *peer, const struct announcement *a,
                              struct announcement *answer, mpcf_error *err)
{
    MPCF_TRY(announcement_send(peer, a, err));
    return announcement_hear_answer(peer, a, answer, err);
}

mpcf_status announcement_wait(struct channel *user, struct announcement *out, mpcf_error *err)
{
    uint8_t wire[ANNOUNCEMENT_BYTES];

    MPCF_TRY(channel_recv(user, wire, sizeof wire, err));
    return announcement_decode(wire, out, err);
}

mpcf_status announcement_answer(struct channel *user, const struct announcement *heard,
                                const char *digest, const struct question_limit *limit,
                                mpcf_error *err)
{
    uint8_t wire[ANNOUNCEMENT_BYTES];
    struct announcement answer = *heard;

    answer.limit = *limit;

    memset(answer.digest, 0, sizeof answer.digest);
    memcpy(answer.digest, digest, strlen(digest));
    announcement_encode(&answer, wire);
    MPCF_TRY(channel_send(user, wire, sizeof wire, err));
    return check_digest(digest, heard->digest, "user", &heard->shape, err);
}

struct announcement announcement_for_dealer(const struct announcement *a)
{
    struct announcement told = *a;

    told.has_kept = false;
    memset(told.session, 0, sizeof told.session);
    return told;
}

uint32_t announcement_questions(const struct announcement *a)
{
    if (a->kind == ANNOUNCE_INFERENCE) {
        return (uint32_t) a->shape.batch;
    }
    return a->kind == ANNOUNCE_SESSION || a->kind == ANNOUNCE_RESUME ? a->questions : 0;
}

bool announcement_is_beyond(const struct announcement *a, const struct question_limit *limit)
{
    return limit->limit > 0 && announcement_questions(a) > limit->left;
}
