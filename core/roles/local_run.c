/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How one process runs the three roles to their end, and which of several failures is the cause.
 */
#include "roles/local_run.h"

#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "base/clock.h"
#include "base/interrupt.h"
#include "base/memory.h"
#include "channel/handshake.h"
#include "channel/role.h"
#include "channel/role_keys.h"
#include "roles/child.h"
#include "roles/control.h"

#define LOOK_MS  20                  /* how often processes are looked at */
#define ECHO_NS  INT64_C(1000000000) /* after a failure, the others may say what they saw */
#define STOP_NS  INT64_C(2000000000) /* from asking to end to ending */
#define DRAIN_NS INT64_C(1000000000) /* to read the rest of what ended processes wrote */

struct local {
    const struct local_run *run;
    struct child children[3];
    unsigned failures;
    int64_t failed_at; /* 0: nothing has failed */
};

/* --- events --- */

/* The user calls both, the provider the dealer. */
static void pass_address(struct local *l, const struct child *from)
{
    child_tell_address(&l->children[ROLE_USER], from);
    if (from->role == ROLE_DEALER) {
        child_tell_address(&l->children[ROLE_PROVIDER], from);
    }
}

static void read_child(struct local *l, struct child *c, const struct pollfd *control,
                       const struct pollfd *output)
{
    bool was_known = c->address[0] != '\0';

    if (output->revents != 0) {
        child_read_output(c, l->run);
    }
    if (control->revents != 0) {
        child_read_control(c, l->run);
    }
    if (!was_known && c->address[0] != '\0') {
        pass_address(l, c);
    }
}

/* Waits a moment for news of the children, and takes them in. */
static void look(struct local *l)
{
    struct pollfd fds[6];

    for (size_t i = 0; i < 3; i++) {
        fds[2 * i] = (struct pollfd){.fd = l->children[i].control, .events = POLLIN};
        fds[2 * i + 1] = (struct pollfd){.fd = l->children[i].output, .events = POLLIN};
    }
    int ready = poll(fds, 6, LOOK_MS);
    for (size_t i = 0; i < 3; i++) {
        struct child *c = &l->children[i];
        if (ready > 0) {
            read_child(l, c, &fds[2 * i], &fds[2 * i + 1]);
        }
        child_look(c);
        if (c->order == 0 && child_failed(c)) {
            c->order = ++l->failures;
            c->is_echo = c->was_stopped;
            l->failed_at = l->failed_at == 0 ? clock_now_ns() : l->failed_at;
        }
    }
}

static bool any_runs(const struct local *l)
{
    return l->children[0].pid != 0 || l->children[1].pid != 0 || l->children[2].pid != 0;
}

static bool any_open(const struct local *l)
{
    for (size_t i = 0; i < 3; i++) {
        if (l->children[i].control >= 0 || l->children[i].output >= 0) {
            return true;
        }
    }
    return false;
}

/* Asks all that still run to end, then ends them. */
static void stop(struct local *l)
{
    int64_t limit = clock_deadline(STOP_NS);

    for (size_t i = 0; i < 3; i++) {
        child_signal(&l->children[i], SIGTERM);
    }
    while (any_runs(l) && clock_now_ns() < limit) {
        look(l);
    }
    for (size_t i = 0; i < 3; i++) {
        child_signal(&l->children[i], SIGKILL);
    }
}

/* --- the reason --- */

/* Causes before echoes: the lower the likelier to be what the others only felt. */
static unsigned distance_from_cause(const struct child *c)
{
    if (c->is_echo) {
        return 4;
    }
    if (c->has_reported && c->status != MPCF_OK) {
        switch (c->status) {
        case MPCF_E_CLOSED:
            return 3;
        case MPCF_E_TIMEOUT:
        case MPCF_E_INTERRUPTED:
            return 2;
        default:
            return 1;
        }
    }
    return 0;
}

static const struct child *find_cause(const struct local *l)
{
    const struct child *cause = NULL;

    for (size_t i = 0; i < 3; i++) {
        const struct child *c = &l->children[i];
        if (c->order == 0) {
            continue;
        }
        unsigned distance = distance_from_cause(c);
        if (cause == NULL || distance < distance_from_cause(cause) ||
            (distance == distance_from_cause(cause) && c->order < cause->order)) {
            cause = c;
        }
    }
    return cause;
}

/* Where all that is known is that others waited in vain: the one role that said nothing before
 * it was ended, or NULL. */
static const struct child *find_silent(const struct local *l, const struct child *cause)
{
    const struct child *silent = NULL;

    for (size_t i = 0; i < 3; i++) {
        const struct child *c = &l->children[i];
        if (c->was_stopped && (c->order == 0 || c->is_echo)) {
            if (silent != NULL) {
                return NULL;
            }
            silent = c;
        }
    }
    return cause->has_reported && cause->status == MPCF_E_TIMEOUT ? silent : NULL;
}

static mpcf_status tell_cause(const struct local *l, const struct child *c, mpcf_error *err)
{
    const char *role = role_name(c->role);
    const struct child *silent = find_silent(l, c);

    if (silent != NULL) {
        return mpcf_fail(err, MPCF_E_TIMEOUT, "the %s stopped answering (the %s: %s)",
                         role_name(silent->role), role,
                         c->reason == NULL ? "deadline passed" : c->reason);
    }
    if (c->has_reported && c->status != MPCF_OK) {
        return mpcf_fail(err, c->status, "the %s failed: %s", role,
                         c->reason == NULL || c->reason[0] == '\0' ? mpcf_status_text(c->status)
                                                                   : c->reason);
    }
    if (WIFSIGNALED(c->wait_status)) {
        return mpcf_fail(err, MPCF_E_CLOSED, "the %s was ended by signal %d (%s)", role,
                         WTERMSIG(c->wait_status), strsignal(WTERMSIG(c->wait_status)));
    }
    return mpcf_fail(err, MPCF_E_CLOSED, "the %s ended with status %d%s%s%s", role,
                     WEXITSTATUS(c->wait_status),
                     WEXITSTATUS(c->wait_status) == 0 ? ", without having told its result" : "",
                     c->last_line[0] == '\0' ? "" : ": ", c->last_line);
}

/* --- the run --- */

/* Keys of this run alone: drawn when all have been started, so that no process has others' in what
 * it was copied from; each gets its own. */
static mpcf_status hand_keys(struct local *l, mpcf_error *err)
{
    struct role_keys *sets[3];
    mpcf_status status = role_keys_draw(sets, err);

    if (status != MPCF_OK) {
        return status;
    }
    for (size_t i = 0; i < 3; i++) {
        if (status == MPCF_OK) {
            status = child_tell_keys(&l->children[i], sets[i], err);
        }
        role_keys_destroy(sets[i]);
    }
    return status;
}

static mpcf_status start_all(struct local *l, mpcf_error *err)
{
    for (size_t i = 0; i < 3; i++) {
        mpcf_status status = child_start(&l->children[i], l->run, err);
        if (status != MPCF_OK) {
            return mpcf_fail_while(err, status, "starting the %s", role_name((unsigned) i));
        }
    }
    return hand_keys(l, err);
}

static mpcf_status wait_all(struct local *l, mpcf_error *err)
{
    int64_t deadline = clock_deadline(l->run->timeout_ns);

    while (any_runs(l)) {
        look(l);
        if (interrupt_pending()) {
            stop(l);
            return mpcf_fail(err, MPCF_E_INTERRUPTED, "interrupted");
        }
        if (clock_now_ns() >= deadline) {
            stop(l);
            return mpcf_fail(err, MPCF_E_TIMEOUT, "the run took longer than its limit of %.0f s",
                             (double) l->run->timeout_ns * 1e-9);
        }
        if (l->failed_at != 0 && clock_now_ns() - l->failed_at > ECHO_NS) {
            break;
        }
    }
    stop(l); /* where one failed: the others; their reason is looked for later */
    return MPCF_OK;
}

/* What ended processes wrote last; a grandchild that holds the pipe is not waited for. */
static void drain(struct local *l)
{
    int64_t limit = clock_deadline(DRAIN_NS);

    while (any_open(l) && clock_now_ns() < limit) {
        look(l);
    }
}

static void fill_outcome(const struct local *l, int64_t start, struct local_outcome *outcome)
{
    if (outcome == NULL) {
        return;
    }
    outcome->seconds = clock_seconds_since(start);
    for (size_t i = 0; i < 3; i++) {
        outcome->peak_rss_bytes[i] = l->children[i].peak_rss_bytes;
    }
}

/* A program that starts itself and does not know --role would do so without end. */
static mpcf_status refuse_role(mpcf_error *err)
{
    if (getenv(CONTROL_VARIABLE) == NULL) {
        return MPCF_OK;
    }
    return mpcf_fail(err, MPCF_E_CONFIG,
                     "this process was started to be one role, and starts none (" CONTROL_VARIABLE
                     " is set): a program that is not mpcf-host says in MPCF_HOST where that is");
}

mpcf_status local_run(const struct local_run *run, struct local_outcome *outcome, mpcf_error *err)
{
    int64_t start = clock_now_ns();

    MPCF_TRY(refuse_role(err));
    struct local *l = mpcf_alloc_array(1, sizeof(*l));

    if (l == NULL) {
        return mpcf_fail_memory(err, sizeof(*l), "a run of three processes");
    }
    l->run = run;
    for (size_t i = 0; i < 3; i++) {
        l->children[i] = (struct child){.role = (enum role) i, .control = -1, .output = -1};
    }
    mpcf_status status = start_all(l, err);
    if (status == MPCF_OK) {
        status = wait_all(l, err);
        drain(l);
        const struct child *cause = find_cause(l);
        if (status == MPCF_OK && cause != NULL) {
            status = tell_cause(l, cause, err);
        }
    }
    fill_outcome(l, start, outcome);
    for (size_t i = 0; i < 3; i++) {
        child_clear(&l->children[i]);
    }
    mpcf_free(l);
    return status;
}
