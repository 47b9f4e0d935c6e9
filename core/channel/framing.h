/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Messages and what goes between them, over a stream of bytes: a head stands before each frame, 16
 * bytes. Of a message it has the length and the number in this direction, both 64-bit
 * little-endian. Lengths from FRAMING_RESERVED on are frames out of band, whose second word is the
 * length of what follows: a sign of life, and a farewell.
 */
#ifndef MPCF_CHANNEL_FRAMING_H
#define MPCF_CHANNEL_FRAMING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <mpcf/transport.h>

#include "channel/wire.h"

/* Bytes a message costs beside its content. The cost engine adds CHANNEL_FRAME_BYTES a message, and
 * so does the meter; what goes out of band is not counted, as no cost model can know it. */
#define CHANNEL_FRAME_BYTES 16

/* Messages up to this go with their head in one call, by way of a copy. */
#define FRAMING_COPY_LIMIT   ((size_t) 64 << 10)
#define FRAMING_SECOND_LIMIT ((size_t) 8 << 10) /* a handshake's: also strangers may be sent one */
#define FRAMING_FIRST_LIMIT  ((size_t) 1 << 10)

#define FRAMING_RESERVED (UINT64_C(1) << 63)
#define FRAMING_ALIVE    (FRAMING_RESERVED + 1) /* nothing follows */
#define FRAMING_FAREWELL (FRAMING_RESERVED + 2) /* the reason follows, printable ASCII */

#define FRAMING_DROP                                                                               \
    (FRAMING_RESERVED + 3) /* nothing follows: instead of the message that is waited for */

#define FRAMING_REASON 512 /* longest reason */

struct framing {
    struct wire wire;
    uint8_t *room;     /* room_limit + CHANNEL_FRAME_BYTES, for copies */
    size_t room_limit; /* one of the three above, until a longer message goes */

    /* What comes in: of this frame so much. A whole head is a message's, or a farewell's; that of
     * a message that nobody waits for yet is kept. */
    uint8_t head[CHANNEL_FRAME_BYTES];
    size_t head_done, body_done;
    char reason[FRAMING_REASON + 1]; /* the peer's farewell */
    size_t reason_length, reason_done;
    bool is_dropped; /* instead of the message that was waited for last came a drop */

    /* What goes out. */
    size_t alive_done; /* bytes of a sign of life that have gone, where not all have */
    int64_t spoke_at;  /* when something went last */
    bool is_amid;      /* a message has gone in part: nothing else may go any more */
};

/* How long a role that lives is quiet at most, where TIMEOUT_NS is what it allows its peers. */
int64_t framing_silence(int64_t timeout_ns);

void framing_write(uint8_t head[CHANNEL_FRAME_BYTES], uint64_t length, uint64_t sequence);

/* A message out, one in, or both. */
struct framing_job {
    const uint8_t *out; /* NULL: none */
    size_t out_length;
    uint64_t out_sequence;
    uint8_t *in; /* NULL: none */
    size_t in_length;
    uint64_t in_sequence;
    bool is_beside;        /* another thread sends */
    size_t sent, received; /* of those lengths, so far */
};

/*
 * MPCF_E_TIMEOUT where for PATIENCE_NS nothing moves in either direction; who sends, too, takes the
 * peer's signs of life. MPCF_E_PROTOCOL: another message than expected, or no frame.
 * MPCF_E_CLOSED: the end; framing_reason() has the peer's reason, where it gave one; or, with is_dropped,
 * no end: who only receives is told that nothing comes. Both at once only
 * where wire_is_duplex(); else one thread may send while another receives.
 */
mpcf_status framing_run(struct framing *f, struct framing_job *job, int64_t patience_ns,
                        mpcf_error *err);
/* Takes what has come of JOB's message in, without a wait; *CAME: all. */
mpcf_status framing_poll(struct framing *f, struct framing_job *job, bool *came, mpcf_error *err);
/* The peer's farewell, or NULL. */
const char *framing_reason(const struct framing *f);

/* Without a wait: sends a sign of life where nothing has gone for SILENCE_NS, or the rest of one,
 * and takes those of the peer. */
void framing_beat(struct framing *f, int64_t silence_ns);
/* Says why this side ends, which is the last that goes, by the deadline. False where it cannot be
 * said: a message has gone in part, nobody takes it, or the peer has said so before. */
bool framing_say_farewell(struct framing *f, const char *reason, int64_t deadline);
/* Says that the message for which the peer waits does not come; the next has its number. As a
 * farewell, but the link goes on. */
bool framing_say_drop(struct framing *f, int64_t deadline);
/* Takes and forgets what has come; true where the peer has ended, maybe with a reason. */
bool framing_hear_end(struct framing *f);

#endif
