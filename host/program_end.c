/* SPDX-License-Identifier: Apache-2.0 */
/* How an end that the program did not mean is noticed, and how one that it means comes in time. */
#include "program_end.h"

#include <dlfcn.h>
#include <execinfo.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/interrupt.h"
#include "base/standard_error.h"
#include "base/text.h"
#include "host.h"

enum { FRAMES_MAX = 64 };

static struct {
    volatile pid_t process; /* 0: not guarded, or the end is reached; a fork's child is another */
    const bool *has_begun;
    const char *doing; /* NULL: no limit */
} guard;

/* The plug-in's file from which exit() was called, by the stack; NULL: no plug-in's code is on it, as in a thread of
 * a library. */
static const char *find_plugin(void)
{
    void *frames[FRAMES_MAX];
    const int count = backtrace(frames, FRAMES_MAX);

    for (int i = 0; i < count; i++) {
        Dl_info object;

        if (dladdr(frames[i], &object) != 0 && object.dli_fname != NULL) {
            const char *slash = strrchr(object.dli_fname, '/');
            const char *file = slash == NULL ? object.dli_fname : slash + 1;

            if (text_starts_with(file, "mpcf-") && text_ends_with(file, ".so")) {
                return file;
            }
        }
    }
    return NULL;
}

static void on_end(int status, void *unused)
{
    const bool has_begun = guard.has_begun == NULL || *guard.has_begun;
    const char *plugin;
    char line[512];

    (void) unused;
    if (guard.process != getpid()) {
        return;
    }
    plugin = find_plugin();
    (void) snprintf(line, sizeof line,
                    "mpcf-host: %s%s ended the process by exit(%d), before its work was done\n",
                    plugin == NULL ? "a plug-in or a library" : "plug-in ",
                    plugin == NULL ? "" : plugin, status);
    standard_error_write_last(line);
    _exit(has_begun ? EXIT_FAILED : EXIT_USAGE);
}

void program_end_guard(void)
{
    if (on_exit(on_end, NULL) == 0) {
        guard.process = getpid();
    }
}

void program_end_reached(void)
{
    guard.process = 0;
}

void program_end_watch(const bool *has_begun)
{
    guard.has_begun = has_begun;
}

/* --- In time --- */

static void say(const char *text)
{
    const ssize_t n = write(STDERR_FILENO, text, strlen(text));

    (void) n; /* the process ends */
}

static void on_alarm(int number)
{
    (void) number;
    standard_error_leave_line();
    if (interrupt_pending()) {
        say("mpcf-host: stopped by a signal\n");
    } else if (guard.doing != NULL) {
        say("mpcf-host: ");
        say(guard.doing);
        say("\n");
    } else {
        return;
    }
    _exit(EXIT_FAILED);
}

static void take_alarms(void)
{
    struct sigaction action;

    memset(&action, 0, sizeof action);
    action.sa_handler = on_alarm;
    (void) sigemptyset(&action.sa_mask);
    (void) sigaction(SIGALRM, &action, NULL);
}

void program_end_after_signal(unsigned seconds)
{
    take_alarms();
    interrupt_set_alarm(seconds);
}

void program_end_limit(unsigned seconds, const char *doing)
{
    take_alarms();
    guard.doing = doing;
    if (!interrupt_pending()) {
        (void) alarm(seconds);
    }
}
