/* SPDX-License-Identifier: Apache-2.0 */
/* What time it is on the monotonic clock, and how long until a deadline. */
#include "base/clock.h"

#include <limits.h>
#include <time.h>

#include <mpcf/transport.h>

int64_t clock_now_ns(void)
{
    struct timespec now;

    (void) clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t) now.tv_sec * 1000000000 + now.tv_nsec;
}

int64_t clock_thread_ns(void)
{
    struct timespec now;

    (void) clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (int64_t) now.tv_sec * 1000000000 + now.tv_nsec;
}

double clock_seconds_since(int64_t start_ns)
{
    return (double) (clock_now_ns() - start_ns) * 1e-9;
}

int64_t clock_deadline(int64_t duration_ns)
{
    int64_t deadline = 0;

    if (duration_ns == MPCF_NO_DEADLINE ||
        __builtin_add_overflow(clock_now_ns(), duration_ns, &deadline)) {
        return MPCF_NO_DEADLINE;
    }
    return deadline;
}

void clock_pause(int64_t duration_ns)
{
    const struct timespec time = {.tv_sec = duration_ns / 1000000000,
                                  .tv_nsec = duration_ns % 1000000000};

    (void) nanosleep(&time, NULL);
}

int clock_poll_timeout(int64_t deadline_ns)
{
    int64_t left = 0;

    if (deadline_ns == MPCF_NO_DEADLINE) {
        return -1;
    }
    left = deadline_ns - clock_now_ns();
    if (left <= 0) {
        return 0;
    }
    left = (left + 999999) / 1000000;
    return left > INT_MAX ? INT_MAX : (int) left;
}
