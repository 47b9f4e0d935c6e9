/* SPDX-License-Identifier: Apache-2.0 */
#include "support/frames.h"

#include <string.h>

#include "support/support.h"

bool frames_next(struct frames *f, const void *data, size_t length)
{
    if (f->left != 0) {
        assert_true(length <= f->left);
        f->left -= length;
        return true;
    }
    assert_true(length <= sizeof(f->head) - f->head_done);
    memcpy(f->head + f->head_done, data, length);
    f->head_done += length;
    if (f->head_done == sizeof(f->head)) {
        f->head_done = 0;
        for (unsigned i = 0; i < 8; i++) {
            f->left |= (uint64_t) f->head[i] << (8 * i);
        }
        assert_true(f->left < FRAMING_RESERVED || f->left == FRAMING_ALIVE);
        f->left = f->left == FRAMING_ALIVE ? 0 : f->left;
    }
    return false;
}
