/* SPDX-License-Identifier: Apache-2.0 */
/* Whether somebody wants the work to stop: a flag that signals set and long loops ask. */
#include "base/interrupt.h"

#include <signal.h>
#include <string.h>

static volatile sig_atomic_t pending;

static void on_signal(int number)
{
    if (pending != 0) {
        (void) signal(number, SIG_DFL);
        (void) raise(number);
    }
    pending = 1;
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

bool interrupt_pending(void)
{
    return pending != 0;
}

void interrupt_set(void)
{
    pending = 1;
}

void interrupt_clear(void)
{
    pending = 0;
}
