/* SPDX-License-Identifier: Apache-2.0 */
#include "faults/judge.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "faults/words.h"
#include "support/support.h"

/* More memory than a run without a fault: what another order of things may cost. With a sanitizer
 * freed memory stays for a while. */
#ifdef __SANITIZE_ADDRESS__
#define ROOM_KIB 65536L
#else
#define ROOM_KIB 16384L
#endif
#define PATH_BYTES 4400

void judge_name(const struct sweep_case *what, char name[128])
{
    const struct trio_fault *f = &what->fault;
    int length =
        snprintf(name, 128, "%s %s %s %s %s %lu", what->transport, trio_sessions[what->session],
                 apart_names[f->role], f->act, f->place, f->at);

    if (f->seed != 0) {
        (void) snprintf(name + length, 128 - (size_t) length, " %llu",
                        (unsigned long long) f->seed);
    }
}

void judge_say(const struct sweep_case *what, const char *text)
{
    char name[128];

    judge_name(what, name);
    print_error("%s: %s\n", name, text);
}

static void path_of(const struct trio *t, int role, unsigned turn, const char *what,
                    char path[PATH_BYTES])
{
    char name[64];

    trio_file(role, turn, what, name);
    (void) snprintf(path, PATH_BYTES, "%s/%s", t->folder, name);
}

void judge_say_of(const struct sweep_case *what, const struct trio *t, int role, unsigned turn,
                  const char *text)
{
    char path[PATH_BYTES], line[2048] = "", all[4096];

    path_of(t, role, turn, "log", path);
    (void) words_of(path, line, sizeof line);
    (void) snprintf(all, sizeof all, "the %s %s (status %#x): '%s'", apart_names[role], text,
                    (unsigned) t->statuses[role], line);
    judge_say(what, all);
}

static bool was_struck(const struct sweep_case *what, const struct trio *t)
{
    char path[PATH_BYTES], line[1024];
    bool struck = false;

    path_of(t, what->fault.role, 0, "events", path);
    FILE *file = fopen(path, "r");

    while (file != NULL && fgets(line, sizeof line, file) != NULL) {
        struck = struck || strcmp(line, "struck\n") == 0;
    }
    if (file != NULL) {
        (void) fclose(file);
    }
    return struck;
}

static bool is_act(const struct sweep_case *what, const char *act)
{
    return strcmp(what->fault.act, act) == 0;
}

/* One that goes on ends well, or by a clear message; who breaks the protocol is told anything. */
static void judge_words(const struct sweep_case *what, const struct trio *t, int role,
                        struct sweep_tally *tally)
{
    const int status = t->statuses[role];
    char path[PATH_BYTES], line[2048] = "";

    if (status == 0) {
        return;
    }
    path_of(t, role, 0, "log", path);
    if (is_act(what, "ahead") || is_act(what, "back")) {
        judge_say_of(what, t, role, 0, "ends for a clock");
        tally->wrong++;
        return;
    }
    const bool is_told =
        WIFEXITED(status) && WEXITSTATUS(status) == 1 && words_of(path, line, sizeof line);

    if (is_told && (is_act(what, "mutate") || words_are_clear(role, what->fault.role, line))) {
        tally->clear++;
        return;
    }
    judge_say_of(what, t, role, 0, "is not clear");
    tally->unclear++;
}

static void judge_memory(const struct sweep_case *what, const struct trio *t, int role,
                         struct sweep_tally *tally)
{
    const long grown = trio_peak_kib(t, role, 0) - what->peak_kib[role];
    char path[PATH_BYTES];

    path_of(t, role, 0, "log", path);
    if (words_have_report(path)) {
        judge_say_of(what, t, role, 0, "has a sanitizer's report");
        tally->reports++;
    }
    tally->grown_kib = grown > tally->grown_kib ? grown : tally->grown_kib;
    if (grown > ROOM_KIB) {
        char text[128];

        (void) snprintf(text, sizeof text, "takes %ld KiB more than without the fault", grown);
        judge_say_of(what, t, role, 0, text);
        tally->greedy++;
    }
}

static void judge_user(const struct sweep_case *what, const struct trio *t,
                       struct sweep_tally *tally)
{
    if (t->statuses[USER] != 0) {
        return;
    }
    const bool is_right = trio_is_right(t);

    tally->right += is_right;
    if (!is_right && !is_act(what, "mutate")) { /* there a party is not what it says it is */
        judge_say(what, "the user ends well with a wrong result");
        tally->wrong++;
    }
}

void judge_fault(const struct sweep_case *what, const struct trio *t, int64_t since_ns,
                 struct sweep_tally *tally)
{
    const bool is_struck = was_struck(what, t);
    const int victim = what->fault.role;

    tally->faults++;
    tally->unmet += !is_struck;
    for (int r = 0; r < ROLES; r++) {
        const double seconds = (double) (t->ended_ns[r] - since_ns) * 1e-9;

        if (r != victim || !is_struck || !WIFSIGNALED(t->statuses[r])) {
            judge_words(what, t, r, tally);
        }
        if (r != victim || !is_act(what, "mutate")) {
            judge_memory(what, t, r, tally);
        }
        tally->slowest = seconds > tally->slowest ? seconds : tally->slowest;
    }
    if ((is_act(what, "full") || is_act(what, "deny")) && is_struck && t->statuses[victim] == 0) {
        judge_say_of(what, t, victim, 0, "ends well without room on its disk");
        tally->wrong++;
    }
    judge_user(what, t, tally);
}

void judge_after(const struct sweep_case *what, const struct trio *t, struct sweep_tally *tally)
{
    /* What a party dealt wrongly may lie in a store: nobody can know, and it is used as it is. */
    const bool may_be_wrong = is_act(what, "mutate") && what->session != TRIO_STREAM;
    const bool is_right = may_be_wrong || trio_is_right(t);
    bool is_good = is_right;

    for (int r = 0; r < ROLES; r++) {
        if (t->statuses[r] != 0) {
            judge_say_of(what, t, r, 1, "fails in the run after the fault");
            is_good = false;
        }
    }
    if (!is_right) {
        judge_say(what, "the result of the run after the fault is not right");
    }
    tally->after += is_good;
    tally->after_wrong += !is_good;
}

void judge_tally(const struct sweep_tally *t)
{
    print_message("faults tried %zu (%zu of them after the run's end), results right %zu, clear "
                  "messages %zu, next runs right %zu, slowest end %.1f s, memory grew by %ld KiB\n",
                  t->faults, t->unmet, t->right, t->clear, t->after, t->slowest, t->grown_kib);
    print_message("hangs %zu, results wrong %zu, messages not clear %zu, sanitizer's reports %zu, "
                  "memory beyond what is agreed %zu, next runs wrong %zu, masks used twice %zu (of "
                  "%zu messages)\n",
                  t->hangs, t->wrong, t->unclear, t->reports, t->greedy, t->after_wrong,
                  t->masks_twice, t->compared);
    assert_true(t->faults > t->unmet);
    assert_int_equal(t->hangs + t->wrong + t->unclear + t->reports + t->greedy + t->after_wrong +
                         t->masks_twice,
                     0);
}
