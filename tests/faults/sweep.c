/* SPDX-License-Identifier: Apache-2.0 */
#include "faults/sweep.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "faults/masks.h"
#include "faults/words.h"
#include "support/support.h"

/* Runs at once; those in which a frozen role is waited for do not count. */
enum { SLOTS = 24, BUSY_MOST = 3, AFTER_STREAM_EVERY = 8 };

#define CONNECT    2.0
#define TIMEOUT    4.0  /* where a peer dies: seen at once */
#define FROZEN     1.0  /* where a peer is still there */
#define MARGIN     6.0  /* of a busy machine */
#define PATIENT    60.0 /* of runs that must be right */
#define DEADLINES  3    /* that a frozen role sleeps */
#define PAUSE_NS   1000000
#define PATH_BYTES 4400

enum state { FREE, FAULTY, ASLEEP, AFTER };

struct slot {
    enum state state;
    struct trio trio;
    const struct sweep_case *what;
    size_t index;
    double timeout;
    int64_t since_ns; /* start, fall asleep, awake */
    struct mask_book *book;
};

struct sweep {
    const struct trio_base *base;
    const struct sweep_list *list;
    struct sweep_tally *tally;
    size_t next;
    struct slot slots[SLOTS];
};

/* --- Lists --- */

static void add_case(struct sweep_list *list, const struct sweep_case *one)
{
    list->cases = realloc(list->cases, (list->count + 1) * sizeof *list->cases);
    assert_non_null(list->cases);
    list->cases[list->count++] = *one;
}

static void count_role(const struct trio *t, int role, struct sweep_events *events)
{
    char name[64], path[PATH_BYTES], line[1024];
    unsigned long at = 0;

    trio_file(role, 0, "events", name);
    (void) snprintf(path, sizeof path, "%s/%s", t->folder, name);
    FILE *file = fopen(path, "r");

    assert_non_null(file);
    while (fgets(line, sizeof line, file) != NULL) {
        events->wire[role] = sscanf(line, "wire %lu", &at) == 1 ? at : events->wire[role];
        events->disk[role] = sscanf(line, "disk %lu", &at) == 1 ? at : events->disk[role];
    }
    assert_int_equal(fclose(file), 0);
}

void sweep_count(const struct trio_base *base, const char *transport, enum trio_session session,
                 struct sweep_events *events)
{
    struct trio t;

    trio_open(&t, base, SLOTS, transport, session);
    trio_start(&t, 0, NULL, PATIENT, PATIENT);
    while (!trio_has_ended(&t)) {
        int status = 0;
        const pid_t pid = waitpid(-1, &status, 0);

        assert_true(pid > 0);
        (void) trio_heed(&t, pid, status);
    }
    assert_true(trio_is_right(&t));
    *events = (struct sweep_events){{0}, {0}};
    for (int r = 0; r < ROLES; r++) {
        count_role(&t, r, events);
    }
}

void sweep_add(struct sweep_list *list, const struct trio_base *base, const char *transport,
               enum trio_session session, const char *act, const char *place, size_t start,
               size_t step)
{
    struct sweep_events events;

    sweep_count(base, transport, session, &events);
    for (int r = 0; r < ROLES; r++) {
        const unsigned long *counts = strcmp(place, "wire") == 0 ? events.wire : events.disk;

        for (unsigned long at = start; at <= counts[r]; at += step) {
            const struct sweep_case one = {transport, session, {act, place, at, r}};

            add_case(list, &one);
        }
    }
}

void sweep_clear(struct sweep_list *list)
{
    free(list->cases);
    *list = (struct sweep_list){NULL, 0};
}

/* --- One run's end --- */

static void path_of(const struct slot *s, int role, unsigned turn, const char *what,
                    char path[PATH_BYTES])
{
    char name[64];

    trio_file(role, turn, what, name);
    (void) snprintf(path, PATH_BYTES, "%s/%s", s->trio.folder, name);
}

static void say(const struct slot *s, const char *what)
{
    const struct trio_fault *f = &s->what->fault;

    print_error("%s %s %s %s %s %lu: %s\n", s->what->transport, trio_sessions[s->what->session],
                apart_names[f->role], f->act, f->place, f->at, what);
}

static void say_of_role(const struct slot *s, int role, unsigned turn, const char *what)
{
    char path[PATH_BYTES], line[2048] = "", text[4096];

    path_of(s, role, turn, "log", path);
    (void) words_of(path, line, sizeof line);
    (void) snprintf(text, sizeof text, "the %s %s (status %#x): '%s'", apart_names[role], what,
                    (unsigned) s->trio.statuses[role], line);
    say(s, text);
}

static bool was_struck(const struct slot *s)
{
    char path[PATH_BYTES], line[1024];
    bool struck = false;

    path_of(s, s->what->fault.role, 0, "events", path);
    FILE *file = fopen(path, "r");

    while (file != NULL && fgets(line, sizeof line, file) != NULL) {
        struck = struck || strcmp(line, "struck\n") == 0;
    }
    if (file != NULL) {
        (void) fclose(file);
    }
    return struck;
}

/* A role that was not killed ends well, or by a clear message. */
static void judge_role(struct sweep *sweep, const struct slot *s, int role)
{
    const int status = s->trio.statuses[role];
    char path[PATH_BYTES], line[2048] = "";

    if (WIFEXITED(status) && WEXITSTATUS(status) == 0) {
        return;
    }
    path_of(s, role, 0, "log", path);
    const bool is_one = words_of(path, line, sizeof line);

    if (WIFEXITED(status) && WEXITSTATUS(status) == 1 && is_one && words_are_clear(role, line)) {
        sweep->tally->clear++;
        return;
    }
    say_of_role(s, role, 0, "is not clear");
    sweep->tally->unclear++;
}

static void judge_user(struct sweep *sweep, const struct slot *s)
{
    const int status = s->trio.statuses[USER];

    if (WIFEXITED(status) && WEXITSTATUS(status) == 0) {
        const bool is_right = trio_is_right(&s->trio);

        sweep->tally->right += is_right;
        sweep->tally->wrong += !is_right;
        if (!is_right) {
            say(s, "the user ends well with a wrong result");
        }
    }
}

static void judge_fault(struct sweep *sweep, const struct slot *s)
{
    const struct trio_fault *f = &s->what->fault;
    const bool is_struck = was_struck(s), is_disk = strcmp(f->act, "full") == 0;

    sweep->tally->faults++;
    sweep->tally->unmet += !is_struck;
    for (int r = 0; r < ROLES; r++) {
        const bool is_killed = WIFSIGNALED(s->trio.statuses[r]) && r == f->role && is_struck;

        if (!is_killed) {
            judge_role(sweep, s, r);
        }
        const double seconds = (double) (s->trio.ended_ns[r] - s->since_ns) * 1e-9;

        if (seconds > sweep->tally->slowest) {
            sweep->tally->slowest = seconds;
        }
    }
    if (is_disk && is_struck && s->trio.statuses[f->role] == 0) {
        say_of_role(s, f->role, 0, "ends well without room on its disk");
        sweep->tally->wrong++;
    }
    judge_user(sweep, s);
}

static void judge_after(struct sweep *sweep, const struct slot *s)
{
    bool is_good = trio_is_right(&s->trio);

    for (int r = 0; r < ROLES; r++) {
        if (s->trio.statuses[r] != 0) {
            say_of_role(s, r, 1, "fails in the run after the fault");
            is_good = false;
        }
    }
    sweep->tally->after += is_good;
    sweep->tally->after_wrong += !is_good;
}

static void read_events(const struct slot *s, unsigned turn)
{
    char path[PATH_BYTES];

    for (int r = 0; r < ROLES; r++) {
        path_of(s, r, turn, "events", path);
        masks_read(s->book, r, turn + 1, path);
    }
}

/* --- Slots --- */

static void open_slot(struct sweep *sweep, struct slot *s, unsigned number)
{
    char path[PATH_BYTES];

    s->index = sweep->next++;
    s->what = &sweep->list->cases[s->index];
    s->timeout = strcmp(s->what->fault.act, "freeze") == 0 ? FROZEN : TIMEOUT;
    s->book = masks_open();
    trio_open(&s->trio, sweep->base, number, s->what->transport, s->what->session);
    for (int r = 0; r < ROLES && s->what->session == TRIO_RESUME; r++) {
        (void) snprintf(path, sizeof path, "%s/%s-%s.events", sweep->base->folder,
                        s->what->transport, apart_names[r]);
        masks_read(s->book, r, 0, path);
    }
    trio_start(&s->trio, 0, &s->what->fault, CONNECT, s->timeout);
    s->since_ns = clock_now_ns();
    s->state = FAULTY;
}

static void close_slot(struct sweep *sweep, struct slot *s)
{
    const size_t twice = masks_twice(s->book);

    if (twice > 0) {
        say(s, "masks used twice");
    }
    sweep->tally->masks_twice += twice;
    sweep->tally->compared += masks_count(s->book);
    masks_close(s->book);
    s->state = FREE;
}

static void hang(struct sweep *sweep, struct slot *s)
{
    for (int r = 0; r < ROLES; r++) {
        if (s->trio.pids[r] != 0) {
            say_of_role(s, r, s->state == AFTER, "hangs");
        }
    }
    sweep->tally->hangs++;
    trio_end(&s->trio);
}

static void end_of_fault(struct sweep *sweep, struct slot *s)
{
    judge_fault(sweep, s);
    read_events(s, 0);
    if (s->what->session == TRIO_STREAM && s->index % AFTER_STREAM_EVERY != 0) {
        close_slot(sweep, s);
        return;
    }
    trio_start(&s->trio, 1, NULL, PATIENT, PATIENT);
    s->since_ns = clock_now_ns();
    s->state = AFTER;
}

static void look_faulty(struct sweep *sweep, struct slot *s)
{
    const int victim = s->what->fault.role;

    if (trio_has_ended(&s->trio)) {
        end_of_fault(sweep, s);
    } else if (WIFSTOPPED(s->trio.statuses[victim]) && s->trio.pids[victim] != 0) {
        s->since_ns = clock_now_ns();
        s->state = ASLEEP;
    } else if (clock_seconds_since(s->since_ns) > CONNECT + s->timeout + MARGIN) {
        hang(sweep, s);
    }
}

static void look_asleep(struct slot *s)
{
    const int victim = s->what->fault.role;

    if (clock_seconds_since(s->since_ns) > DEADLINES * s->timeout) {
        s->trio.statuses[victim] = 0;
        (void) kill(s->trio.pids[victim], SIGCONT);
        s->state = FAULTY;
    }
}

static void look_after(struct sweep *sweep, struct slot *s)
{
    if (trio_has_ended(&s->trio)) {
        judge_after(sweep, s);
        read_events(s, 1);
        close_slot(sweep, s);
    } else if (clock_seconds_since(s->since_ns) > 2 * PATIENT + MARGIN) {
        hang(sweep, s);
    }
}

static size_t look(struct sweep *sweep)
{
    size_t busy = 0;

    for (size_t i = 0; i < SLOTS; i++) {
        struct slot *s = &sweep->slots[i];

        if (s->state == FAULTY) {
            look_faulty(sweep, s);
        } else if (s->state == ASLEEP) {
            look_asleep(s);
        } else if (s->state == AFTER) {
            look_after(sweep, s);
        }
        busy += s->state == FAULTY || s->state == AFTER;
    }
    return busy;
}

static void reap(struct sweep *sweep)
{
    int status = 0;
    pid_t pid;

    while ((pid = waitpid(-1, &status, WNOHANG | WUNTRACED)) > 0) {
        bool is_known = false;

        for (size_t i = 0; i < SLOTS && !is_known; i++) {
            is_known = trio_heed(&sweep->slots[i].trio, pid, status);
        }
    }
}

static bool is_idle(const struct sweep *sweep)
{
    for (size_t i = 0; i < SLOTS; i++) {
        if (sweep->slots[i].state != FREE) {
            return false;
        }
    }
    return sweep->next == sweep->list->count;
}

void sweep_run(const struct trio_base *base, const struct sweep_list *list,
               struct sweep_tally *tally)
{
    const struct timespec pause = {0, PAUSE_NS};
    struct sweep *sweep = calloc(1, sizeof *sweep);

    assert_non_null(sweep);
    *sweep = (struct sweep){.base = base, .list = list, .tally = tally};
    while (!is_idle(sweep)) {
        reap(sweep);
        size_t busy = look(sweep);

        for (unsigned i = 0; i < SLOTS && busy < BUSY_MOST && sweep->next < list->count; i++) {
            if (sweep->slots[i].state == FREE) {
                open_slot(sweep, &sweep->slots[i], i);
                busy++;
            }
        }
        (void) nanosleep(&pause, NULL);
    }
    free(sweep);
}

void sweep_judge(const struct sweep_tally *t)
{
    print_message("faults tried %zu (%zu of them after the run's end), results right %zu, clear "
                  "messages %zu, next runs right %zu, slowest end %.1f s\n",
                  t->faults, t->unmet, t->right, t->clear, t->after, t->slowest);
    print_message("hangs %zu, results wrong %zu, messages not clear %zu, next runs wrong %zu, "
                  "masks used twice %zu (of %zu messages)\n",
                  t->hangs, t->wrong, t->unclear, t->after_wrong, t->masks_twice, t->compared);
    assert_true(t->faults > t->unmet);
    assert_int_equal(t->hangs + t->wrong + t->unclear + t->after_wrong + t->masks_twice, 0);
}
