/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A child runs the checks and prints their results. Where it ends in the middle, the parent prints that of
 * the test which ran, and starts another: that one goes through the tests again, as they build on each other,
 * prints nothing of those that are told, and leaves out those that end it.
 */
#include "conformance/apart.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/interrupt.h"

#define LOOK_NS 5000000 /* how often the process is looked at */

/* How the process of the tests came to its end. */
struct end {
    int how; /* of waitpid() */
    bool was_late;
};

static void run_child(struct conform *c, conform_body *body, const void *descriptor, pid_t parent)
{
    (void) prctl(PR_SET_PDEATHSIG, SIGKILL); /* what a plug-in loops in has no other end */
    if (getppid() != parent) {
        _exit(1);
    }
    interrupt_set_alarm(0); /* signals here are those of tests */
    c->done = c->failed = 0;
    body(c, descriptor);
    c->apart->is_finished = true;
    (void) fflush(NULL);
    _exit(0);
}

/* Until it ends; where a signal came or a test is over its limit, ends it. */
static void wait_for(struct conform *c, pid_t child, struct end *end)
{
    const struct timespec pause = {.tv_nsec = LOOK_NS};
    unsigned steps = c->apart->steps;
    int64_t since = clock_now_ns();
    pid_t ended;

    *end = (struct end){0};
    while ((ended = waitpid(child, &end->how, WNOHANG)) == 0 || (ended < 0 && errno == EINTR)) {
        if (c->apart->steps != steps) {
            steps = c->apart->steps;
            since = clock_now_ns();
        }
        end->was_late = c->limit_ns > 0 && clock_now_ns() - since > c->limit_ns;
        if (end->was_late || interrupt_pending()) {
            (void) kill(child, SIGKILL);
            while (waitpid(child, &end->how, 0) < 0 && errno == EINTR) {
            }
            return;
        }
        (void) nanosleep(&pause, NULL);
    }
}

/* false: no process. */
static bool run_once(struct conform *c, conform_body *body, const void *descriptor, struct end *end)
{
    const pid_t parent = getpid();
    pid_t child;

    (void) fflush(NULL); /* what is held would be written by both */
    child = fork();
    if (child == 0) {
        run_child(c, body, descriptor, parent);
    }
    if (child < 0) {
        return false;
    }
    wait_for(c, child, end);
    c->is_stopped = interrupt_pending();
    return true;
}

/* The test that ran has failed; false where it is one that was left out already. */
static bool tell_end(struct conform *c, const struct end *end)
{
    struct conform_apart *a = c->apart;
    const size_t test = a->told;

    if (test >= sizeof a->ended / sizeof *a->ended || a->ended[test]) {
        return false;
    }
    a->ended[test] = true;
    a->told++;
    a->failed++;
    (void) fprintf(c->out, "not ok %zu - %s\n", c->done + a->told,
                   *a->running == '\0' ? "its first test runs" : a->running);
    if (end->was_late) {
        (void) fprintf(c->out, "#   it did not end within its limit of %.0f s (--seconds)\n",
                       (double) c->limit_ns * 1e-9);
    } else if (WIFSIGNALED(end->how)) {
        (void) fprintf(c->out, "#   it ended the process: signal %d (%s)\n", WTERMSIG(end->how),
                       strsignal(WTERMSIG(end->how)));
    } else {
        (void) fprintf(c->out, "#   it ended the process with exit status %d\n",
                       WEXITSTATUS(end->how));
    }
    (void) fflush(c->out);
    return true;
}

void conform_run_apart(struct conform *c, conform_body *body, const void *descriptor)
{
    struct conform_apart *a =
        mmap(NULL, sizeof *a, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    struct end end;

    if (a == MAP_FAILED) {
        body(c, descriptor);
        return;
    }
    memset(a, 0, sizeof *a);
    c->apart = a;
    c->before = c->done;
    while (!a->is_finished && !c->is_stopped) {
        if (!run_once(c, body, descriptor, &end)) {
            c->apart = NULL;
            body(c, descriptor);
            break;
        }
        if (!a->is_finished && !c->is_stopped && !tell_end(c, &end)) {
            conform_note(c, "it ends the process again: its other tests did not run");
            break;
        }
    }
    c->done += a->told;
    c->failed += a->failed;
    c->apart = NULL;
    (void) munmap(a, sizeof *a);
}
