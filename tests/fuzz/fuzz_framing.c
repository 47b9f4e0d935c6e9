/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A peer's bytes through the framing: the first byte chooses the length that is expected and how
 * it is received; a message arrives only where its head says that length and number, whatever is
 * said between.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "channel/channel.h"

struct feed {
    const uint8_t *data;
    size_t left;
};

static mpcf_status feed_recv(void *conn, void *buffer, size_t length, int64_t deadline,
                             mpcf_error *err)
{
    struct feed *f = conn;
    (void) deadline;
    if (f->left < length) {
        return mpcf_fail(err, MPCF_E_CLOSED, "no more bytes");
    }
    if (length != 0) {
        memcpy(buffer, f->data, length);
    }
    f->data += length;
    f->left -= length;
    return MPCF_OK;
}

static mpcf_status feed_advance(void *conn, const void *out, size_t *out_length, void *in,
                                size_t *in_length, int64_t deadline, mpcf_error *err)
{
    struct feed *f = conn;
    size_t some = f->left < *in_length ? f->left : *in_length;
    (void) out;
    (void) out_length; /* all of it is taken */
    if (*in_length != 0 && some == 0) {
        *in_length = 0;
        return mpcf_fail(err, MPCF_E_CLOSED, "no more bytes");
    }
    *in_length = some > 3 ? some / 2 : some;
    return feed_recv(conn, in, *in_length, deadline, err);
}

static void feed_close(void *conn)
{
    (void) conn;
}

/* Message NUMBER, in one of the ways that there are; POLLS: looks and beats go before. */
static mpcf_status receive(struct channel *c, unsigned number, size_t length, bool polls)
{
    static uint8_t in[256], out[256];
    bool came = false;
    for (unsigned i = 0; polls && i < 100; i++) {
        channel_beat(c, 0);
        mpcf_status status = channel_poll(c, in, length, &came, NULL);
        if (status != MPCF_OK || came) {
            return status;
        }
    }
    return number % 2 == 0 ? channel_recv(c, in, length, NULL)
                           : channel_exchange(c, out, 100, in, length, NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const mpcf_transport feed = {.struct_size = sizeof(feed),
                                        .recv = feed_recv,
                                        .advance = feed_advance,
                                        .close = feed_close};
    if (size == 0) {
        return 0;
    }
    struct feed f = {data + 1, size - 1};
    struct channel *c = NULL;
    if (channel_create(&feed, &f, 1000000000, &c, NULL) != MPCF_OK) {
        abort();
    }
    mpcf_status status = MPCF_OK;
    for (unsigned i = 0; status == MPCF_OK && i < 16; i++) {
        status = receive(c, i, data[0] % 64 + 1, data[0] / 64 % 2 != 0);
    }
    channel_say_end(c, "enough", 0);
    channel_wait_end(c, 0);
    if (status == MPCF_OK && size < 16 * (CHANNEL_FRAME_BYTES + 1)) {
        abort(); /* 16 messages cannot have been in so few bytes */
    }
    channel_close(c);
    return 0;
}
