/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A child runs the checks and prints their results. Where it ends in the middle, the parent prints that of
 * the test which ran, and starts another: that one goes through the tests again, as they build on each other,
 * prints nothing of those that are told, and leaves out those that end it.
 */
#include "conformance/apart.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

static void run_child(struct conform *c, conform_body *body, const void *descriptor)
{
    c->done = c->failed = 0;
    body(c, descriptor);
    c->apart->is_finished = true;
    (void) fflush(c->out);
    _exit(0);
}

/* false: no process. */
static bool run_once(struct conform *c, conform_body *body, const void *descriptor, int *how)
{
    pid_t child;

    (void) fflush(c->out);
    child = fork();
    if (child == 0) {
        run_child(c, body, descriptor);
    }
    if (child < 0) {
        return false;
    }
    while (waitpid(child, how, 0) < 0 && errno == EINTR) {
    }
    return true;
}

/* The test that ran has failed; false where it is one that was left out already. */
static bool tell_end(struct conform *c, int how)
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
    if (WIFSIGNALED(how)) {
        (void) fprintf(c->out, "#   it ended the process: signal %d (%s)\n", WTERMSIG(how),
                       strsignal(WTERMSIG(how)));
    } else {
        (void) fprintf(c->out, "#   it ended the process with exit status %d\n", WEXITSTATUS(how));
    }
    (void) fflush(c->out);
    return true;
}

void conform_run_apart(struct conform *c, conform_body *body, const void *descriptor)
{
    struct conform_apart *a =
        mmap(NULL, sizeof *a, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    int how = 0;

    if (a == MAP_FAILED) {
        body(c, descriptor);
        return;
    }
    memset(a, 0, sizeof *a);
    c->apart = a;
    c->before = c->done;
    while (!a->is_finished) {
        if (!run_once(c, body, descriptor, &how)) {
            c->apart = NULL;
            body(c, descriptor);
            break;
        }
        if (!a->is_finished && !tell_end(c, how)) {
            conform_note(c, "it ends the process again: its other tests did not run");
            break;
        }
    }
    c->done += a->told;
    c->failed += a->failed;
    c->apart = NULL;
    (void) munmap(a, sizeof *a);
}
