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
#include "support/support.h"

/* Runs at once; those in which a frozen role is waited for do not count. */
enum { SLOTS = 24, BUSY_MOST = 3, AFTER_STREAM_EVERY = 8 };

#ifdef __SANITIZE_ADDRESS__
#define SLOWER 3
#else
#define SLOWER 1
#endif
#define CONNECT    (2.0 * SLOWER)
#define TIMEOUT    (4.0 * SLOWER) /* where a peer dies: seen at once */
#define FROZEN     (1.0 * SLOWER) /* where a peer is still there */
#define MARGIN     (6.0 * SLOWER) /* of a busy machine */
#define PATIENT    60.0           /* of runs that must be right */
#define DEADLINES  3              /* that a frozen role sleeps */
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
    const struct sweep_list *list;
    struct sweep_tally *tally;
    size_t next;
    struct slot slots[SLOTS];
};

/* --- Lists --- */

static void add_case(struct sweep_list *list, const struct sweep_case *one)
{
    const char *only = getenv("MPCF_FAULTS_ONLY");
    char name[128];

    judge_name(one, name);
    if (only != NULL && strcmp(only, name) != 0) {
        return;
    }
    list->cases = realloc(list->cases, (list->count + 1) * sizeof *list->cases);
    assert_non_null(list->cases);
    list->cases[list->count++] = *one;
}

/* How many events of PLACE a role has had. */
static unsigned long count_events(const struct trio *t, int role, const char *place)
{
    char name[64], path[PATH_BYTES], line[1024], word[16];
    unsigned long last = 0, at = 0;

    trio_file(role, 0, "events", name);
    (void) snprintf(path, sizeof path, "%s/%s", t->folder, name);
    FILE *file = fopen(path, "r");

    assert_non_null(file);
    while (fgets(line, sizeof line, file) != NULL) {
        if (sscanf(line, "%15s %lu", word, &at) == 2 && strcmp(word, place) == 0) {
            last = at;
        }
    }
    assert_int_equal(fclose(file), 0);
    return last;
}

/* A run without a fault. */
static void run_once(const struct sweep_list *list, const char *transport,
                     enum trio_session session, struct trio *t)
{
    trio_open(t, list->base, SLOTS, transport, session);
    trio_start(t, 0, NULL, PATIENT, PATIENT);
    trio_wait(t);
    assert_true(trio_is_right(t));
}

static void note_peaks(struct sweep_case *one, const struct trio *t)
{
    for (int r = 0; r < ROLES; r++) {
        one->peak_kib[r] = trio_peak_kib(t, r, 0);
    }
}

void sweep_add(struct sweep_list *list, const struct sweep_events *e)
{
    struct trio t;

    run_once(list, e->transport, e->session, &t);
    for (int r = 0; r < ROLES; r++) {
        struct sweep_case one = {e->transport, e->session, {e->act, e->place, 0, r, 0}, {0}};
        unsigned long last = count_events(&t, r, e->place);

        last = e->end > 0 && e->end <= last ? e->end - 1 : last;
        note_peaks(&one, &t);
        for (one.fault.at = e->start; one.fault.at <= last; one.fault.at += e->step) {
            add_case(list, &one);
        }
    }
}

/* Where a role sends what is public and has fields: the number of the event before; at most SIZE. */
static size_t find_public(const struct trio *t, int role, unsigned long *found, size_t size)
{
    char name[64], path[PATH_BYTES], line[1024];
    unsigned long at = 0, length = 0;
    size_t count = 0;

    trio_file(role, 0, "events", name);
    (void) snprintf(path, sizeof path, "%s/%s", t->folder, name);
    FILE *file = fopen(path, "r");

    assert_non_null(file);
    while (fgets(line, sizeof line, file) != NULL && count < size) {
        if (sscanf(line, "wire %lu sent %*u %lu", &at, &length) == 2 && masks_are_public(length)) {
            found[count++] = at - 1;
        }
    }
    assert_int_equal(fclose(file), 0);
    return count;
}

void sweep_add_random(struct sweep_list *list, const char *transport, enum trio_session session,
                      size_t count, uint64_t seed)
{
    struct test_random random = {seed};
    unsigned long public[64];
    struct trio t;

    run_once(list, transport, session, &t);
    for (size_t i = 0; i < count; i++) {
        const int role = (int) (test_random_u64(&random) % ROLES);
        const size_t known = find_public(&t, role, public, sizeof public / sizeof public[0]);
        struct sweep_case one = {transport, session, {"mutate", "wire", 0, role, seed + i}, {0}};

        one.fault.at = test_random_u64(&random) % 2 == 0
                           ? public[test_random_u64(&random) % known]
                           : test_random_u64(&random) % count_events(&t, role, "wire");
        note_peaks(&one, &t);
        add_case(list, &one);
    }
}

void sweep_shuffle(struct sweep_list *list, uint64_t seed)
{
    struct test_random random = {seed};

    for (size_t i = list->count; i > 1; i--) {
        const size_t at = test_random_u64(&random) % i;
        const struct sweep_case other = list->cases[at];

        list->cases[at] = list->cases[i - 1];
        list->cases[i - 1] = other;
    }
}

void sweep_clear(struct sweep_list *list)
{
    free(list->cases);
    *list = (struct sweep_list){NULL, NULL, 0};
}

/* --- Slots --- */

static void read_events(const struct slot *s, unsigned turn)
{
    char name[64], path[PATH_BYTES];

    for (int r = 0; r < ROLES; r++) {
        trio_file(r, turn, "events", name);
        (void) snprintf(path, sizeof path, "%s/%s", s->trio.folder, name);
        masks_read(s->book, r, turn + 1, path);
    }
}

static bool is_slow(const struct sweep_case *what)
{
    return strcmp(what->fault.act, "freeze") == 0 || strcmp(what->fault.act, "mutate") == 0;
}

static void open_slot(struct sweep *sweep, struct slot *s, unsigned number)
{
    char path[PATH_BYTES];

    s->index = sweep->next++;
    s->what = &sweep->list->cases[s->index];
    s->timeout = is_slow(s->what) ? FROZEN : TIMEOUT;
    s->book = masks_open();
    trio_open(&s->trio, sweep->list->base, number, s->what->transport, s->what->session);
    for (int r = 0; r < ROLES && s->what->session == TRIO_RESUME; r++) {
        (void) snprintf(path, sizeof path, "%s/%s-%s.events", sweep->list->base->folder,
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
        judge_say(s->what, "masks used twice");
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
            judge_say_of(s->what, &s->trio, r, s->state == AFTER, "hangs");
        }
    }
    sweep->tally->hangs++;
    trio_end(&s->trio);
}

static void end_of_fault(struct sweep *sweep, struct slot *s)
{
    judge_fault(s->what, &s->trio, s->since_ns, sweep->tally);
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
        judge_after(s->what, &s->trio, sweep->tally);
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
    return true;
}

void sweep_run(const struct sweep_list *list, double seconds, struct sweep_tally *tally)
{
    const struct timespec pause = {0, PAUSE_NS};
    const int64_t began_ns = clock_now_ns();
    struct sweep *sweep = calloc(1, sizeof *sweep);

    assert_non_null(sweep);
    *sweep = (struct sweep){.list = list, .tally = tally};
    do {
        reap(sweep);
        size_t busy = look(sweep);

        for (unsigned i = 0; i < SLOTS && busy < BUSY_MOST; i++) {
            const bool has_more =
                sweep->next < list->count && clock_seconds_since(began_ns) < seconds;

            if (sweep->slots[i].state == FREE && has_more) {
                open_slot(sweep, &sweep->slots[i], i);
                busy++;
            }
        }
        (void) nanosleep(&pause, NULL);
    } while (!is_idle(sweep));
    free(sweep);
}
