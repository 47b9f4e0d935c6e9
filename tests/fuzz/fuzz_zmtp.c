/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A peer's bytes through ZMTP: the first byte chooses how many are asked for at once. No more can
 * come out than went in after an opening.
 */
#include <stdint.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "zmtp.h"

#define LIMIT   ((size_t) 64 << 10) /* what a socket takes in one go */
#define OPENING (ZMTP_GREETING + 2 + 6)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static uint8_t in[256], out[300];
    struct zmtp z;
    int ends[2];
    size_t came = 0;
    mpcf_status status = MPCF_OK;
    if (size == 0 || size > LIMIT ||
        socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends) != 0) {
        return 0;
    }
    if (write(ends[1], data + 1, size - 1) != (ssize_t) (size - 1) ||
        shutdown(ends[1], SHUT_WR) != 0) {
        abort();
    }
    zmtp_begin(&z, ends[0]);
    while (status == MPCF_OK) {
        size_t away = data[0] % 3 == 0 ? sizeof(out) : 0, home = data[0] % 255u + 1;
        status = zmtp_advance(&z, out, &away, in, &home, 0, NULL);
        if (away > sizeof(out) || home > sizeof(in)) {
            abort();
        }
        came += home;
    }
    if (came != 0 && came + OPENING + 2 > size - 1) {
        abort();
    }
    (void) close(ends[0]);
    (void) close(ends[1]);
    return 0;
}
