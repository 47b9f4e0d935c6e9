/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which event this process is at, and what it has been told to do there.
 */
#include "strike.h"

#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct {
    enum strike_act act;
    enum strike_place place;
    unsigned long at;
    const char *files;
    int log;
} told = {.log = -1};

static atomic_ulong counts[STRIKE_PLACES];

static const char *const act_names[] = {"",     "kill",   "freeze", "tear", "full",
                                        "deny", "mutate", "ahead",  "back"};
static const char *const place_names[] = {"wire", "disk"};

static size_t find(const char *name, const char *const *names, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(name, names[i]) == 0) {
            return i;
        }
    }
    (void) dprintf(2, "MPCF_FAULT: there is no '%s'\n", name);
    _exit(126);
}

static void read_fault(const char *text)
{
    char act[16] = "", place[16] = "";

    if (sscanf(text, "%15s %15s %lu", act, place, &told.at) != 3) {
        (void) dprintf(2, "MPCF_FAULT: not of the form ACT PLACE N: '%s'\n", text);
        _exit(126);
    }
    told.act = (enum strike_act) find(act, act_names, sizeof act_names / sizeof act_names[0]);
    told.place = (enum strike_place) find(place, place_names, STRIKE_PLACES);
}

__attribute__((constructor)) static void start(void)
{
    const char *fault = getenv("MPCF_FAULT"), *log = getenv("MPCF_FAULT_LOG");

    told.files = getenv("MPCF_FAULT_FILES");
    if (fault != NULL) {
        read_fault(fault);
    }
    if (log != NULL) {
        told.log = open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    }
}

static void __attribute__((format(printf, 2, 0)))
log_words(const char *start, const char *format, va_list arguments)
{
    char line[512];
    int length = snprintf(line, sizeof line, "%s", start);

    length += vsnprintf(line + length, sizeof line - (size_t) length - 1, format, arguments);
    length = length > (int) sizeof line - 2 ? (int) sizeof line - 2 : length;
    line[length] = '\n';
    if (told.log >= 0) {
        (void) !write(told.log, line, (size_t) length + 1);
    }
}

void strike_log(const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    log_words("", format, arguments);
    va_end(arguments);
}

static void note_struck(void)
{
    static atomic_flag noted = ATOMIC_FLAG_INIT;

    if (!atomic_flag_test_and_set(&noted)) {
        strike_log("struck");
    }
}

_Noreturn void strike_kill(void)
{
    note_struck();
    (void) kill(getpid(), SIGKILL);
    for (;;) {
        (void) pause();
    }
}

/* "peak KIB": the most memory that this process has had. */
__attribute__((destructor)) static void finish(void)
{
    char text[4096] = "";
    const int fd = open("/proc/self/status", O_RDONLY | O_CLOEXEC);
    const ssize_t got = fd >= 0 ? read(fd, text, sizeof text - 1) : 0;
    const char *peak = got > 0 ? strstr(text, "VmHWM:") : NULL;

    if (peak != NULL) {
        strike_log("peak %ld", strtol(peak + strlen("VmHWM:"), NULL, 10));
    }
    if (fd >= 0) {
        (void) close(fd);
    }
}

static void act_at(enum strike_place place, unsigned long count)
{
    if (told.place != place || told.at != count) {
        return;
    }
    if (told.act == STRIKE_KILL) {
        strike_kill();
    }
    if (told.act == STRIKE_FREEZE) {
        note_struck();
        (void) kill(getpid(), SIGSTOP);
    }
    if (told.act == STRIKE_AHEAD || told.act == STRIKE_BACK) {
        note_struck();
    }
}

void strike_begin(enum strike_place place)
{
    if (atomic_load(&counts[place]) == 0) {
        act_at(place, 0);
    }
}

void strike_event(enum strike_place place, const char *format, ...)
{
    const unsigned long count = atomic_fetch_add(&counts[place], 1) + 1;
    char start[64];
    va_list arguments;

    (void) snprintf(start, sizeof start, "%s %lu ", place_names[place], count);
    va_start(arguments, format);
    log_words(start, format, arguments);
    va_end(arguments);
    act_at(place, count);
}

bool strike_is_due(enum strike_act act, enum strike_place place)
{
    if (told.act != act || told.place != place || atomic_load(&counts[place]) < told.at) {
        return false;
    }
    note_struck();
    return true;
}

int strike_days(void)
{
    const bool ahead = strike_is_due(STRIKE_AHEAD, STRIKE_WIRE);

    return ahead ? 1 : strike_is_due(STRIKE_BACK, STRIKE_WIRE) ? -1 : 0;
}

bool strike_watches(const char *path)
{
    return told.files != NULL && path != NULL && strstr(path, told.files) != NULL;
}
