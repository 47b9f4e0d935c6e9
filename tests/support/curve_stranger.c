/* SPDX-License-Identifier: Apache-2.0 */
#include "support/curve_stranger.h"

#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "support/curve_ends.h"
#include "support/support.h"

void curve_say_bytes(const struct curve_stranger *s, const void *bytes, size_t length)
{
    assert_int_equal(send(s->fd, bytes, length, MSG_NOSIGNAL), length);
}

void curve_say_frame(const struct curve_stranger *s, unsigned flags, const uint8_t *body,
                     size_t length)
{
    uint8_t frame[9 + 2048] = {(uint8_t) (flags | STRANGER_LONG)};
    assert_in_range(length, 0, 2048);
    frame[7] = (uint8_t) (length >> 8);
    frame[8] = (uint8_t) length;
    memcpy(frame + 9, body, length);
    curve_say_bytes(s, frame, 9 + length);
}

/* All LENGTH bytes; false: it has ended. */
static bool hear_bytes(const struct curve_stranger *s, void *out, size_t length)
{
    return recv(s->fd, out, length, MSG_WAITALL) == (ssize_t) length;
}

int curve_hear_frame(struct curve_stranger *s)
{
    uint8_t flags = 0, size[8] = {0};
    if (!hear_bytes(s, &flags, 1) || !hear_bytes(s, size, (flags & STRANGER_LONG) != 0 ? 8 : 1)) {
        return -1;
    }
    s->length = (flags & STRANGER_LONG) != 0 ? (size_t) size[6] << 8 | size[7] : size[0];
    assert_in_range(s->length, 0, sizeof(s->body));
    assert_true(hear_bytes(s, s->body, s->length));
    return flags & ~STRANGER_LONG;
}

void curve_greet(const struct curve_stranger *s, const char *mechanism, bool as_server)
{
    uint8_t mine[64] = {0xff, [9] = 0x7f, 3}, theirs[64];
    (void) snprintf((char *) mine + 12, 20, "%s", mechanism);
    mine[32] = as_server;
    curve_say_bytes(s, mine, sizeof(mine));
    (void) hear_bytes(s, theirs, sizeof(theirs));
    assert_memory_equal(theirs + 12, "CURVE\0", 6);
}

void curve_begin_call(struct curve_stranger *s, const char *address)
{
    uint8_t unused[CURVE_KEY];
    memset(s, 0, sizeof(*s));
    s->fd = curve_dial(address);
    s->s.is_caller = true;
    curve_read_pair(curve_folders[0], ROLE_USER, s->s.own.public_key, s->s.own.secret);
    curve_read_pair(curve_folders[0], ROLE_DEALER, s->s.peer, unused);
}

void curve_go_to_welcome(struct curve_stranger *s)
{
    curve_greet(s, "CURVE", false);
    assert_true(curve_hello_make(&s->s, s->body));
    curve_say_frame(s, STRANGER_COMMAND, s->body, CURVE_HELLO);
    assert_int_equal(curve_hear_frame(s), STRANGER_COMMAND);
    assert_int_equal(curve_welcome_open(&s->s, s->body, s->length), CURVE_GOOD);
}

void curve_go_to_end(struct curve_stranger *s)
{
    curve_go_to_welcome(s);
    assert_true(curve_initiate_make(&s->s, s->body));
    curve_say_frame(s, STRANGER_COMMAND, s->body, CURVE_INITIATE);
    assert_int_equal(curve_hear_frame(s), STRANGER_COMMAND);
    assert_int_equal(curve_ready_open(&s->s, s->body, s->length), CURVE_GOOD);
}
