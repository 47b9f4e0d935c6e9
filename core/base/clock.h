/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Monotonic time and deadlines, in nanoseconds.
 */
#ifndef MPCF_BASE_CLOCK_H
#define MPCF_BASE_CLOCK_H

#include <stdint.h>

int64_t clock_now_ns(void);
double clock_seconds_since(int64_t start_ns);
int64_t clock_thread_ns(void); /* processor time of the calling thread */
/* now + duration, or MPCF_NO_DEADLINE where that overflows. */
int64_t clock_deadline(int64_t duration_ns);
void clock_pause(int64_t duration_ns); /* a signal may end it */
/* For poll(): milliseconds left, rounded up, 0 when passed, -1 for MPCF_NO_DEADLINE. */
int clock_poll_timeout(int64_t deadline_ns);

#endif
