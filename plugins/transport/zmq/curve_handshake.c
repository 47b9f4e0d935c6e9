/* SPDX-License-Identifier: Apache-2.0 */
/* Which command is next, who is taken, and what each side is told where it is not. */
#include "curve_handshake.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "../stream/stream.h"

#define GREETING 64

enum { LONG = 2, COMMAND = 4 }; /* flags of a frame */

/* --- saying --- */

/* A command of SIZE bytes behind what is in AWAY, which has room for those of a handshake. */
static uint8_t *begin_command(struct curve_link *l, size_t size)
{
    uint8_t *at = l->away + l->away_end;
    const size_t head = size > 255 ? CURVE_HEAD : 2;

    memset(at, 0, head);
    at[0] = size > 255 ? LONG | COMMAND : COMMAND;
    at[head - 1] = (uint8_t) size;
    if (size > 255) {
        at[head - 2] = (uint8_t) (size >> 8);
    }
    l->away_end += head + size;
    return at + head;
}

static void say_refusal(struct curve_link *l, enum curve_refusal why)
{
    uint8_t body[CURVE_ERROR_LONGEST];
    const size_t length = curve_error_make(why, body);

    memcpy(begin_command(l, length), body, length);
}

/* Tells the peer WHY, where that is worth telling, and this side in words. */
#define REFUSE(l, why, err, ...)                                                                   \
    (say_refusal((l), (why)), mpcf_fail((err), MPCF_E_AUTH, __VA_ARGS__))

/* --- greetings --- */

/* "%02x ": what it said instead, as far as eight bytes go. */
static void print_bytes(const uint8_t *at, size_t length, char text[25])
{
    text[0] = '\0';
    for (size_t i = 0; i < length && i < 8; i++) {
        (void) snprintf(text + 3 * i, 4, "%02x ", at[i]);
    }
}

/* What is said of MECHANISM, which is none of CURVE's. */
static const char *judge_mechanism(const uint8_t mechanism[20])
{
    if (memcmp(mechanism, "NULL\0", 5) == 0) {
        return "it speaks ZMTP without security (NULL): is it `transport: zmq` there?";
    }
    if (memcmp(mechanism, "PLAIN\0", 6) == 0) {
        return "it speaks ZMTP with PLAIN, which proves nobody and hides nothing: refused";
    }
    return "it speaks ZMTP with another mechanism than CURVE: refused";
}

static mpcf_status say_hello(struct curve_link *l, mpcf_error *err)
{
    const size_t before = l->away_end;

    if (!curve_hello_make(&l->shake, begin_command(l, CURVE_HELLO))) {
        l->away_end = before;
        return mpcf_fail(err, MPCF_E_CONFIG, "the key of the %s is none of Curve25519",
                         curve_role_name(l->expected));
    }
    l->stage = CURVE_WELCOMES;
    return MPCF_OK;
}

/* The peer's greeting, as far as it is there. */
static mpcf_status read_greeting(struct curve_link *l, bool *moved, mpcf_error *err)
{
    const uint8_t *at = l->home + l->home_begin;
    const size_t here = l->home_end - l->home_begin;
    char text[25];

    if ((here > 0 && at[0] != 0xff) || (here > 9 && at[9] != 0x7f)) {
        print_bytes(at, here, text);
        return mpcf_fail(err, MPCF_E_AUTH, "it speaks no ZMTP (%s...)", text);
    }
    if (here > 10 && at[10] < 3) {
        return mpcf_fail(err, MPCF_E_AUTH, "it speaks ZMTP %u, without security: refused",
                         (unsigned) at[10]);
    }
    if (here < GREETING) {
        return MPCF_OK;
    }
    if (memcmp(at + 12, "CURVE\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 20) != 0) {
        return mpcf_fail(err, MPCF_E_AUTH, "%s", judge_mechanism(at + 12));
    }
    if (!l->is_caller && at[32] != 0) {
        return mpcf_fail(err, MPCF_E_AUTH, "it calls, and says that it is called (as-server)");
    }
    l->home_begin += GREETING;
    *moved = true;
    if (!l->is_caller) {
        l->stage = CURVE_HELLOS;
        return MPCF_OK;
    }
    return say_hello(l, err);
}

/* --- who it is --- */

/* Behind its proof: whether its key was taken back, by then too. Who calls is cut off without a word where this side
 * has to look at its files again, and calls again. */
static mpcf_status judge_key(struct curve_link *l, mpcf_error *err)
{
    const struct curve_credentials *c = l->credentials;

    if (curve_credentials_changed(c)) {
        return mpcf_fail(err, MPCF_E_CLOSED,
                         "the files of keys have changed in the CURVE handshake: it is begun anew");
    }
    if (curve_credentials_took_back(c, l->shake.peer)) {
        return REFUSE(l, CURVE_REFUSES_REVOKED, err,
                      "its key was taken back: it stands in '%.200s'", c->revoked.path);
    }
    return MPCF_OK;
}

/* Behind that. */
static mpcf_status take_role(struct curve_link *l, int role, mpcf_error *err)
{
    const int own = (int) l->credentials->self->role;
    char fingerprint[CURVE_FINGERPRINT];

    curve_fingerprint(l->shake.peer, fingerprint);
    if (role < 0 && l->credentials->proof == CURVE_BY_FILES) {
        return REFUSE(l, CURVE_REFUSES_KEY, err, "its key %s is none of those in '%.180s'",
                      fingerprint, l->credentials->trusted.path);
    }
    if (role < 0) {
        return REFUSE(l, CURVE_REFUSES_KEY, err,
                      "its key of this link is another than this side's");
    }
    if (role == own) {
        return REFUSE(l, CURVE_REFUSES_ROLE, err, "its key is of this side's own role, %s",
                      curve_role_name(role));
    }
    l->role = role;
    if (l->credentials->proof == CURVE_BY_KEYS) {
        (void) snprintf(l->identity, sizeof(l->identity), "%s, key of this link",
                        curve_role_name(role));
    } else {
        (void) snprintf(l->identity, sizeof(l->identity), "%s, CURVE key %s", curve_role_name(role),
                        fingerprint);
    }
    return MPCF_OK;
}

static bool grow(uint8_t **buffer, size_t *size, size_t wanted, size_t used)
{
    uint8_t *grown = malloc(wanted);

    if (grown == NULL) {
        return false;
    }
    memcpy(grown, *buffer, used);
    free(*buffer); /* had nothing but what went over the line */
    *buffer = grown;
    *size = wanted;
    return true;
}

/* What the handshake had is wiped; what is left is the key of this connection. */
static mpcf_status open_up(struct curve_link *l, mpcf_error *err)
{
    if (!grow(&l->away, &l->away_size, CURVE_AWAY, l->away_end) ||
        !grow(&l->home, &l->home_size, CURVE_HOME, l->home_end)) {
        return mpcf_fail(err, MPCF_E_NOMEM, "out of memory for a connection");
    }
    curve_shake_bind(&l->shake, l->binding);
    memcpy(l->session, l->shake.session, CURVE_KEY);
    l->sent = l->shake.sent;
    l->received = l->shake.received;
    curve_shake_clear(&l->shake);
    curve_credentials_drop(l->credentials);
    l->credentials = NULL;
    l->stage = CURVE_OPEN;
    return MPCF_OK;
}

/* --- commands: of who is called --- */

static mpcf_status hear_hello(struct curve_link *l, const uint8_t *body, size_t length,
                              mpcf_error *err)
{
    const size_t before = l->away_end;
    enum curve_verdict verdict = CURVE_SHUT;
    unsigned number = 0;

    while (verdict == CURVE_SHUT &&
           curve_credentials_called(l->credentials, number++, &l->shake.own, &l->expected)) {
        verdict = curve_hello_open(&l->shake, body, length);
    }
    if (verdict == CURVE_OTHER) {
        return REFUSE(l, CURVE_REFUSES_SPEECH, err, "what it says is no HELLO of CURVE");
    }
    if (verdict == CURVE_SHUT || !curve_welcome_make(&l->shake, begin_command(l, CURVE_WELCOME))) {
        l->away_end = before; /* no WELCOME */
        return REFUSE(l, CURVE_REFUSES_CALLED, err,
                      l->credentials->proof == CURVE_BY_KEYS
                          ? "its key of this link is another than this side's, or it calls "
                            "another role, or it has another `proof:`"
                          : "it calls with another key of this side than this side has, or calls "
                            "another role, or it has another `proof:`");
    }
    l->stage = CURVE_INITIATES;
    return MPCF_OK;
}

static mpcf_status hear_initiate(struct curve_link *l, const uint8_t *body, size_t length,
                                 mpcf_error *err)
{
    const enum curve_verdict verdict = curve_initiate_open(&l->shake, body, length);

    if (verdict != CURVE_GOOD) {
        return REFUSE(l, CURVE_REFUSES_SPEECH, err,
                      verdict == CURVE_OTHER ? "what it says is no INITIATE of CURVE"
                                             : "its INITIATE does not open: it was changed on the "
                                               "way, or vouched for with another key, or it is of "
                                               "another connection, or no PAIR");
    }
    MPCF_TRY(judge_key(l, err));
    MPCF_TRY(take_role(l, curve_credentials_role(l->credentials, l->expected, l->shake.peer), err));
    (void) curve_ready_make(&l->shake, begin_command(l, CURVE_READY));
    return open_up(l, err);
}

/* --- commands: of a caller --- */

static const char *words_of(enum curve_refusal why)
{
    switch (why) {
    case CURVE_REFUSES_CALLED:
        return "it has another key than this side has of the role that it calls: it is another "
               "role, its key is new, or it has another `proof:`";
    case CURVE_REFUSES_KEY:
        return "it does not know this side's key";
    case CURVE_REFUSES_REVOKED:
        return "this side's key was taken back there: ask for another, and whether somebody else "
               "has "
               "this one";
    case CURVE_REFUSES_ROLE:
        return "this side's key is not of a role that it takes there";
    case CURVE_REFUSES_SPEECH:
        return "what this side said did not reach it as it was sent";
    case CURVE_REFUSES_CALLEE:
        return "this side has not the key that it expects of who it calls";
    case CURVE_REFUSES_OTHER:
    case CURVE_NO_REFUSAL:
        break;
    }
    return "in words that are not known here";
}

static mpcf_status hear_welcome(struct curve_link *l, const uint8_t *body, size_t length,
                                mpcf_error *err)
{
    const enum curve_verdict verdict = curve_welcome_open(&l->shake, body, length);
    const size_t before = l->away_end;

    if (verdict == CURVE_OTHER) {
        return REFUSE(l, CURVE_REFUSES_SPEECH, err, "what it says is no WELCOME of CURVE");
    }
    if (verdict == CURVE_SHUT ||
        !curve_initiate_make(&l->shake, begin_command(l, CURVE_INITIATE))) {
        l->away_end = before;
        return REFUSE(l, CURVE_REFUSES_CALLEE, err,
                      "it did not prove that it has the key of the %s, or its WELCOME was changed",
                      curve_role_name(l->expected));
    }
    l->stage = CURVE_READIES;
    return MPCF_OK;
}

static mpcf_status hear_ready(struct curve_link *l, const uint8_t *body, size_t length,
                              mpcf_error *err)
{
    const enum curve_verdict verdict = curve_ready_open(&l->shake, body, length);

    if (verdict != CURVE_GOOD) {
        return REFUSE(l, CURVE_REFUSES_SPEECH, err,
                      verdict == CURVE_OTHER ? "what it says is no READY of CURVE"
                                             : "its READY does not open: it was changed on the "
                                               "way, or is no PAIR");
    }
    MPCF_TRY(judge_key(l, err));
    MPCF_TRY(take_role(l, l->expected, err));
    return open_up(l, err);
}

/* --- all of it --- */

static mpcf_status hear(struct curve_link *l, const uint8_t *body, size_t length, mpcf_error *err)
{
    const enum curve_refusal why = curve_error_read(body, length);

    if (why != CURVE_NO_REFUSAL) {
        return mpcf_fail(err, MPCF_E_AUTH, "the peer refuses: %s", words_of(why));
    }
    switch (l->stage) {
    case CURVE_HELLOS:
        return hear_hello(l, body, length, err);
    case CURVE_INITIATES:
        return hear_initiate(l, body, length, err);
    case CURVE_WELCOMES:
        return hear_welcome(l, body, length, err);
    case CURVE_READIES:
        return hear_ready(l, body, length, err);
    case CURVE_GREETS:
    case CURVE_OPEN:
    case CURVE_BROKEN:
        break;
    }
    return mpcf_fail(err, MPCF_E_INTERNAL, "no command is waited for");
}

static mpcf_status read_command(struct curve_link *l, bool *moved, mpcf_error *err)
{
    uint8_t *body = NULL;
    size_t length = 0;

    switch (curve_link_take(l, true, CURVE_LONGEST, &body, &length)) {
    case CURVE_FRAME_WHOLE:
        *moved = true;
        return hear(l, body, length, err);
    case CURVE_FRAME_PART:
        return MPCF_OK;
    case CURVE_FRAME_LONG:
        return REFUSE(l, CURVE_REFUSES_SPEECH, err, "it says more at once than a handshake needs");
    case CURVE_FRAME_NONE:
        break;
    }
    return REFUSE(l, CURVE_REFUSES_SPEECH, err, "what it says is no command of ZMTP");
}

/* Takes what stands in HOME as far as it goes. */
static mpcf_status digest(struct curve_link *l, mpcf_error *err)
{
    bool moved = true;

    while (moved && l->stage != CURVE_OPEN) {
        moved = false;
        MPCF_TRY(l->stage == CURVE_GREETS ? read_greeting(l, &moved, err)
                                          : read_command(l, &moved, err));
    }
    return MPCF_OK;
}

/* libzmq hangs up in the middle of its greeting where the other's has another mechanism. */
static mpcf_status fail_ended(const struct curve_link *l, mpcf_error *err)
{
    return l->stage == CURVE_GREETS && l->home_begin < l->home_end
               ? mpcf_fail(err, MPCF_E_AUTH,
                           "it speaks ZMTP, and hung up when it heard of CURVE: it has another "
                           "mechanism (is it `transport: zmq` there?)")
               : mpcf_fail(err, MPCF_E_CLOSED, "it hung up in the CURVE handshake");
}

static mpcf_status shake(struct curve_link *l, mpcf_error *err)
{
    bool came = true;

    while (l->stage != CURVE_OPEN && came) {
        came = curve_link_fetch(l);
        MPCF_TRY(digest(l, err));
    }
    if (l->stage == CURVE_OPEN) {
        return MPCF_OK;
    }
    if (l->error != 0) {
        return stream_fail(l->error, "in the CURVE handshake", err);
    }
    return l->has_ended ? fail_ended(l, err) : MPCF_OK;
}

mpcf_status curve_link_shake(struct curve_link *l, bool *done, short *events, mpcf_error *err)
{
    *events = POLLIN;
    mpcf_status status = shake(l, err);
    if (status != MPCF_OK) {
        l->stage = CURVE_BROKEN;
        /* NOLINTNEXTLINE(clang-analyzer-valist.Unterminated): clang 14 sees a va_list where none is */
        (void) curve_link_flush(l, NULL); /* why, for the peer to say so, too */
        return status;
    }
    /* NOLINTNEXTLINE(clang-analyzer-valist.Unterminated) */
    MPCF_TRY(curve_link_flush(l, err));
    if (l->away_begin < l->away_end) {
        *events = (short) (POLLOUT | (l->stage == CURVE_OPEN ? 0 : POLLIN));
    }
    *done = l->stage == CURVE_OPEN && l->away_begin == l->away_end;
    return MPCF_OK;
}
