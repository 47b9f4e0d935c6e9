/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A wall clock that jumps a day in the middle of a run; the monotonic one goes on.
 */
#include <dlfcn.h>
#include <stdlib.h>
#include <sys/time.h>
#include <time.h>

#include "strike.h"

#define DAY 86400

static void next_of(const char *name, void *function)
{
    *(void **) function = dlsym(RTLD_NEXT, name);
    if (*(void **) function == NULL) {
        abort();
    }
}

int clock_gettime(clockid_t clock, struct timespec *now)
{
    int (*next)(clockid_t, struct timespec *) = NULL;

    next_of("clock_gettime", &next);
    const int result = next(clock, now);

    if (result == 0 && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)) {
        now->tv_sec += strike_days() * DAY;
    }
    return result;
}

time_t time(time_t *out)
{
    struct timespec now = {0};

    (void) clock_gettime(CLOCK_REALTIME, &now);
    if (out != NULL) {
        *out = now.tv_sec;
    }
    return now.tv_sec;
}

int gettimeofday(struct timeval *now, void *zone)
{
    struct timespec wall = {0};

    (void) zone;
    (void) clock_gettime(CLOCK_REALTIME, &wall);
    *now = (struct timeval){wall.tv_sec, wall.tv_nsec / 1000};
    return 0;
}
