/* SPDX-License-Identifier: Apache-2.0 */
/* Whether somebody wants the work to stop: a flag that signals set and long loops ask. */
#include "base/interrupt.h"

#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

#include <mpcf/plugin.h>

#include "base/standard_error.h"

static atomic_int pending; /* lock-free, so that a handler may set it and any thread ask */
static atomic_uint alarm_seconds;

static void on_signal(int number)
{
    if (pending != 0) {
        standard_error_leave_line();
        (void) signal(number, SIG_DFL);
        (void) raise(number);
    }
    pending = 1;
    if (alarm_seconds != 0) {
        (void) alarm(alarm_seconds);
    }
}

void interrupt_install(void)
{
    struct sigaction action;

    memset(&action, 0, sizeof action);
    action.sa_handler = on_signal;
    (void) sigemptyset(&action.sa_mask);
    (void) sigaction(SIGINT, &action, NULL);
    (void) sigaction(SIGTERM, &action, NULL);
}

void interrupt_set_alarm(unsigned seconds)
{
    alarm_seconds = seconds;
}

bool interrupt_pending(void)
{
    return pending != 0;
}

bool mpcf_interrupted(void)
{
    return interrupt_pending();
}

void interrupt_set(void)
{
    pending = 1;
}

void interrupt_clear(void)
{
    pending = 0;
}
