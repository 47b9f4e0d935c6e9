/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How messages keep their bounds on a stream of bytes, how a lost or repeated one is noticed, and
 * what may stand between two.
 */
#include "channel/framing.h"

#include <inttypes.h>
#include <string.h>

#include "base/clock.h"
#include "base/memory.h"
#include "channel/outgoing.h"

enum {
    POLL_STEPS = 4096, /* moves of one call that must not wait */
    BEAT_STEPS = 64,
};
#define PAUSE_NS   INT64_C(5000000)    /* until a farewell is tried again */
#define SILENCE_NS INT64_C(1000000000) /* well below any timeout that a peer may have */

static void write_u64(uint8_t *bytes, uint64_t value)
{
    for (unsigned i = 0; i < 8; i++) {
        bytes[i] = (uint8_t) (value >> (8 * i));
    }
}

static uint64_t read_u64(const uint8_t *bytes)
{
    uint64_t value = 0;

    for (unsigned i = 0; i < 8; i++) {
        value |= (uint64_t) bytes[i] << (8 * i);
    }
    return value;
}

int64_t framing_silence(int64_t timeout_ns)
{
    return timeout_ns / 4 < SILENCE_NS ? timeout_ns / 4 : SILENCE_NS;
}

void framing_write(uint8_t head[CHANNEL_FRAME_BYTES], uint64_t length, uint64_t sequence)
{
    write_u64(head, length);
    write_u64(head + 8, sequence);
}

/* --- what comes in --- */

/* MPCF_E_PROTOCOL, saying what came and what was expected, where either differs. */
static mpcf_status check_message(const uint8_t *head, const struct framing_job *job,
                                 mpcf_error *err)
{
    uint64_t got_length = read_u64(head), got_sequence = read_u64(head + 8);

    if (got_sequence != job->in_sequence) {
        return mpcf_fail(err, MPCF_E_PROTOCOL,
                         "the peer sent message number %" PRIu64 ", expected %" PRIu64,
                         got_sequence, job->in_sequence);
    }
    if (got_length != job->in_length) {
        return mpcf_fail(err, MPCF_E_PROTOCOL,
                         "the peer sent %" PRIu64 " bytes as message %" PRIu64 ", expected %zu",
                         got_length, got_sequence, job->in_length);
    }
    return MPCF_OK;
}

static mpcf_status take_drop(struct framing *f, mpcf_error *err)
{
    f->head_done = 0;
    f->is_dropped = true;
    return mpcf_fail(err, MPCF_E_CLOSED, "the peer gave up what was under way");
}

/* What kind of frame begins; a sign of life is all there already. */
static mpcf_status read_head(struct framing *f, const struct framing_job *job, mpcf_error *err)
{
    uint64_t kind = read_u64(f->head), length = read_u64(f->head + 8);

    if (kind < FRAMING_RESERVED) {
        return job->in == NULL ? MPCF_OK : check_message(f->head, job, err);
    }
    if (kind == FRAMING_ALIVE && length == 0) {
        f->head_done = 0;
        return MPCF_OK;
    }
    if (kind == FRAMING_FAREWELL && length > 0 && length <= FRAMING_REASON) {
        f->reason_length = length;
        return MPCF_OK;
    }
    if (kind == FRAMING_DROP && length == 0 && job->out == NULL && !job->is_beside) {
        return job->in == NULL ? MPCF_OK : take_drop(f, err);
    }
    return mpcf_fail(err, MPCF_E_PROTOCOL, "the peer sent a frame of no known kind (%#" PRIx64 ")",
                     kind);
}

static mpcf_status check_reason(struct framing *f, mpcf_error *err)
{
    for (size_t i = 0; i < f->reason_length; i++) {
        if (f->reason[i] < ' ' || f->reason[i] > '~') {
            f->reason_done = 0; /* nobody reads it */
            return mpcf_fail(err, MPCF_E_PROTOCOL, "the peer ended with a reason that is no text");
        }
    }
    return MPCF_E_CLOSED; /* framing_reason() says why */
}

const char *framing_reason(const struct framing *f)
{
    return f->reason_done > 0 && f->reason_done == f->reason_length ? f->reason : NULL;
}

/* What is to come next: so many bytes, *AT. */
static size_t wanted(struct framing *f, const struct framing_job *job, uint8_t **at)
{
    if (f->head_done < CHANNEL_FRAME_BYTES) {
        *at = f->head + f->head_done;
        return CHANNEL_FRAME_BYTES - f->head_done;
    }
    if (f->reason_length != 0) {
        *at = (uint8_t *) f->reason + f->reason_done;
        return f->reason_length - f->reason_done;
    }
    *at = job->in == NULL ? NULL : job->in + f->body_done;
    return job->in == NULL ? 0 : job->in_length - f->body_done;
}

static mpcf_status take(struct framing *f, const struct framing_job *job, size_t moved,
                        mpcf_error *err)
{
    if (moved == 0) {
        return MPCF_OK;
    }
    if (f->head_done < CHANNEL_FRAME_BYTES) {
        f->head_done += moved;
        return f->head_done == CHANNEL_FRAME_BYTES ? read_head(f, job, err) : MPCF_OK;
    }
    if (f->reason_length != 0) {
        f->reason_done += moved;
        return f->reason_done == f->reason_length ? check_reason(f, err) : MPCF_OK;
    }
    f->body_done += moved;
    return MPCF_OK;
}

/* What was there before this job: a head that nobody waited for, or the end. */
static mpcf_status resume(struct framing *f, const struct framing_job *job, mpcf_error *err)
{
    if (framing_reason(f) != NULL) {
        return MPCF_E_CLOSED;
    }
    return f->head_done == CHANNEL_FRAME_BYTES ? read_head(f, job, err) : MPCF_OK;
}

static bool has_arrived(const struct framing *f, const struct framing_job *job)
{
    return job->in == NULL || (f->head_done == CHANNEL_FRAME_BYTES && f->reason_length == 0 &&
                               f->body_done == job->in_length);
}

static void begin_next(struct framing *f)
{
    f->head_done = f->body_done = 0;
}

/* --- what goes out --- */

static const uint8_t alive[CHANNEL_FRAME_BYTES] = {1, [7] = 0x80}; /* FRAMING_ALIVE, 0 */

/* Whether a message of LENGTH fits the room, which grows twice. Without memory for that it goes in two
 * pieces. */
static bool has_room(struct framing *f, size_t length)
{
    if (length > FRAMING_COPY_LIMIT || wire_keeps_bounds(&f->wire)) {
        return false;
    }
    if (length > f->room_limit) {
        size_t limit = length > FRAMING_SECOND_LIMIT ? FRAMING_COPY_LIMIT : FRAMING_SECOND_LIMIT;
        uint8_t *grown = mpcf_secret_alloc(limit + CHANNEL_FRAME_BYTES, 1);
        if (grown == NULL) {
            return false;
        }
        mpcf_secret_free(f->room);
        f->room = grown;
        f->room_limit = limit;
    }
    return true;
}

/* HEAD and DATA, after what is left of a sign of life; a short message in F's room as one piece. */
static void depart(struct framing *f, const uint8_t *head, const uint8_t *data, size_t length,
                   struct outgoing *j)
{
    *j = (struct outgoing){.piece = {alive + f->alive_done, head, data},
                           .length = {f->alive_done == 0 ? 0 : sizeof(alive) - f->alive_done,
                                      CHANNEL_FRAME_BYTES, length}};
    if (has_room(f, length)) {
        memcpy(f->room, head, CHANNEL_FRAME_BYTES);
        memcpy(f->room + CHANNEL_FRAME_BYTES, data, length);
        j->piece[1] = f->room;
        j->length[1] += length;
        j->length[2] = 0;
    }
    outgoing_begin(j);
}

static void count_sent(struct framing *f, struct outgoing *j, size_t moved)
{
    if (moved == 0) {
        return;
    }
    f->spoke_at = clock_now_ns();
    if (j->at == 0) {
        f->alive_done = (f->alive_done + moved) % sizeof(alive);
    }
    outgoing_move(j, moved);
    f->is_amid = !outgoing_is_over(j) && outgoing_gone(j) != 0;
}

/* Bytes of a content of LENGTH that have gone. */
static size_t content_gone(const struct outgoing *j, size_t length)
{
    size_t gone = outgoing_gone(j);

    return length == 0 || gone <= CHANNEL_FRAME_BYTES ? 0 : gone - CHANNEL_FRAME_BYTES;
}

/* A sign of life, or the rest of one, as far as it goes now: where nothing goes there is enough on
 * its way. */
static void say_alive(struct framing *f)
{
    size_t sent = 0;

    do {
        size_t nothing = 0;
        sent = sizeof(alive) - f->alive_done;
        (void) wire_move(&f->wire, alive + f->alive_done, &sent, NULL, &nothing, 0, NULL);
        f->alive_done = (f->alive_done + sent) % sizeof(alive);
    } while (sent != 0 && f->alive_done != 0);
    f->spoke_at = clock_now_ns();
}

/* --- both --- */

/* Where what comes next is to be put: for a message that nobody will take the room. */
static size_t next_heard(struct framing *f, uint8_t **at)
{
    static const struct framing_job none = {.out = NULL};

    if (f->head_done == CHANNEL_FRAME_BYTES && f->reason_length == 0 &&
        (f->body_done == read_u64(f->head) || read_u64(f->head) == FRAMING_DROP)) {
        begin_next(f);
    }
    size_t length = wanted(f, &none, at);
    if (length == 0) {
        uint64_t left = read_u64(f->head) - f->body_done;
        *at = f->room;
        length = left < f->room_limit ? (size_t) left : f->room_limit;
    }
    return length;
}

bool framing_hear_end(struct framing *f)
{
    const struct framing_job none = {.out = NULL};

    for (unsigned i = 0; i < POLL_STEPS && framing_reason(f) == NULL; i++) {
        uint8_t *at = NULL;
        size_t got = next_heard(f, &at), nothing = 0;
        mpcf_status status = wire_move(&f->wire, NULL, &nothing, at, &got, 0, NULL);
        bool is_frame = take(f, &none, got, NULL) == MPCF_OK;
        if (got == 0 || !is_frame) {
            return framing_reason(f) != NULL || !is_frame || status != MPCF_E_TIMEOUT;
        }
    }
    return framing_reason(f) != NULL;
}

/* What takes long to arrive may have left its sender long ago, who waits for what this side says
 * when it has all: it hears that something is still under way. */
static void acknowledge(struct framing *f, int64_t patience_ns)
{
    if (clock_now_ns() - f->spoke_at >= framing_silence(patience_ns)) {
        say_alive(f);
    }
}

/* One move, and what it means. LISTENS: what comes is taken, too. */
static mpcf_status step(struct framing *f, struct outgoing *away, const struct framing_job *coming,
                        bool listens, int64_t patience_ns, mpcf_error *err)
{
    uint8_t *at = NULL;
    size_t sent = outgoing_left(away), got = listens ? wanted(f, coming, &at) : 0;
    mpcf_status status =
        wire_move(&f->wire, outgoing_data(away), &sent, at, &got, patience_ns, err);

    count_sent(f, away, sent);
    MPCF_TRY(take(f, coming, got, err));
    if (got != 0 && f->body_done != 0 && outgoing_is_over(away) && !coming->is_beside) {
        acknowledge(f, patience_ns);
    }
    return status;
}

/* The job COMING, or none where it has arrived: then only signs of life are heard, for as long as
 * the other message goes. */
static const struct framing_job *note_arrival(struct framing *f, const struct framing_job *coming,
                                              struct framing_job *job)
{
    static const struct framing_job nothing = {.out = NULL};

    if (coming->in == NULL) {
        return coming; /* what comes in is not looked at: another thread may be there */
    }
    job->received = f->body_done;
    if (!has_arrived(f, coming)) {
        return coming;
    }
    begin_next(f);
    return &nothing;
}

/* A peer may end as soon as it has the last message that it waits for: who listens while that goes
 * is told of the end in the very call that sends the last of it. */
static bool ended_with_it(const struct framing *f, const struct outgoing *away,
                          const struct framing_job *coming, mpcf_status status)
{
    return status == MPCF_E_CLOSED && framing_reason(f) == NULL && outgoing_is_over(away) &&
           coming->in == NULL;
}

static mpcf_status run(struct framing *f, struct outgoing *away, struct framing_job *job,
                       int64_t patience_ns, mpcf_error *err)
{
    const struct framing_job *coming = job;

    /* Who only sends listens when nobody takes it: a call of the system less for most messages. */
    bool listens = job->in != NULL, is_duplex = wire_is_duplex(&f->wire);
    while (!outgoing_is_over(away) || coming->in != NULL) {
        mpcf_status status =
            step(f, away, coming, listens, listens || !is_duplex ? patience_ns : 0, err);
        coming = note_arrival(f, coming, job);
        if (status == MPCF_E_TIMEOUT && !listens && is_duplex) {
            listens = true;
        } else if (status != MPCF_OK && !ended_with_it(f, away, coming, status)) {
            return status;
        }
        if (status != MPCF_OK) {
            mpcf_error_reset(err);
        }
    }
    return MPCF_OK;
}

mpcf_status framing_run(struct framing *f, struct framing_job *job, int64_t patience_ns,
                        mpcf_error *err)
{
    uint8_t head[CHANNEL_FRAME_BYTES];
    struct outgoing away = {.at = OUTGOING_PIECES};
    bool is_duplex = wire_is_duplex(&f->wire);

    if (job->in != NULL || is_duplex) {
        MPCF_TRY(resume(f, job, err));
    }
    if (job->out != NULL) {
        framing_write(head, job->out_length, job->out_sequence);
        depart(f, head, job->out, job->out_length, &away);
    }
    mpcf_status status = run(f, &away, job, patience_ns, err);
    job->sent = content_gone(&away, job->out_length);
    if (status != MPCF_OK && job->out != NULL) {
        /* How much of a piece has gone is known only where the transport can do both. */
        f->is_amid = f->is_amid || (!is_duplex && !outgoing_is_over(&away));
        if (status == MPCF_E_CLOSED && is_duplex) {
            (void) framing_hear_end(f); /* what it said before is still there */
        }
    }
    return status;
}

mpcf_status framing_poll(struct framing *f, struct framing_job *job, bool *came, mpcf_error *err)
{
    *came = false;
    MPCF_TRY(resume(f, job, err));
    for (unsigned i = 0; i < POLL_STEPS && !has_arrived(f, job); i++) {
        uint8_t *at = NULL;
        size_t got = wanted(f, job, &at), nothing = 0;
        mpcf_status status = wire_move(&f->wire, NULL, &nothing, at, &got, 0, err);
        if (status == MPCF_E_TIMEOUT) {
            mpcf_error_reset(err);
            return MPCF_OK;
        }
        MPCF_TRY(status);
        MPCF_TRY(take(f, job, got, err));
    }
    *came = has_arrived(f, job);
    if (*came) {
        begin_next(f);
    }
    return MPCF_OK;
}

/* --- out of band --- */

void framing_beat(struct framing *f, int64_t silence_ns)
{
    const struct framing_job none = {.out = NULL};

    if (f->is_amid) {
        return;
    }
    if (f->alive_done != 0 || clock_now_ns() - f->spoke_at >= silence_ns) {
        say_alive(f);
    }
    for (unsigned i = 0; i < BEAT_STEPS; i++) {
        uint8_t *at = NULL;
        size_t got = wanted(f, &none, &at), nothing = 0;
        if (got == 0 || wire_move(&f->wire, NULL, &nothing, at, &got, 0, NULL) != MPCF_OK ||
            take(f, &none, got, NULL) != MPCF_OK) {
            break;
        }
    }
}

/* A frame of KIND with LENGTH bytes of TEXT, by the deadline. */
static bool say(struct framing *f, uint64_t kind, const char *text, size_t length, int64_t deadline)
{
    uint8_t head[CHANNEL_FRAME_BYTES];
    struct outgoing away;

    framing_write(head, kind, length);
    depart(f, head, (const uint8_t *) text, length, &away);
    while (!outgoing_is_over(&away)) {
        size_t sent = outgoing_left(&away), nothing = 0;
        mpcf_status status =
            wire_move(&f->wire, outgoing_data(&away), &sent, NULL, &nothing, 0, NULL);
        count_sent(f, &away, sent);
        bool is_full = status == MPCF_E_TIMEOUT || status == MPCF_E_INTERRUPTED;
        if (status != MPCF_OK && (!is_full || clock_now_ns() >= deadline)) {
            return false;
        }
        if (status != MPCF_OK) {
            clock_pause(PAUSE_NS);
        }
    }
    return true;
}

bool framing_say_farewell(struct framing *f, const char *reason, int64_t deadline)
{
    size_t length = strlen(reason);

    if (f->is_amid || framing_reason(f) != NULL || length == 0 || length > FRAMING_REASON ||
        !say(f, FRAMING_FAREWELL, reason, length, deadline)) {
        return false;
    }
    f->is_amid = true;
    return true;
}

bool framing_say_drop(struct framing *f, int64_t deadline)
{
    return !f->is_amid && framing_reason(f) == NULL && say(f, FRAMING_DROP, "", 0, deadline);
}
