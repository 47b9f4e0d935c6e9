/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which of the bytes that a channel receives are contents of messages.
 */
#ifndef MPCF_TESTS_FRAMES_H
#define MPCF_TESTS_FRAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "channel/framing.h"

/* Zero at first. */
struct frames {
    uint8_t head[CHANNEL_FRAME_BYTES];
    size_t head_done;
    uint64_t left; /* of this frame */
};

/* The next LENGTH bytes at DATA, which are of one kind, as a channel asks for them: true where they
 * are content. */
bool frames_next(struct frames *f, const void *data, size_t length);

#endif
