/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How a role's process is started, read while it runs, and ended.
 */
#include "roles/child.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/descriptors.h"
#include "base/log.h"
#include "base/memory.h"
#include "channel/handshake.h"
#include "roles/control.h"

#define CONTROL_FD 3 /* in the child */

/* --- starting --- */

/* Everything exec() needs, made before fork(): after it nothing may allocate. */
struct launch {
    char program[PATH_MAX];
    const char **arguments, **environment;
    int control, output; /* the child's ends */
    bool speaks;         /* its standard input and output stay */
    pid_t parent;
};

static size_t count_strings(const char *const *strings)
{
    size_t n = 0;

    while (strings != NULL && strings[n] != NULL) {
        n++;
    }
    return n;
}

static mpcf_status find_program(const struct local_run *run, struct launch *l, mpcf_error *err)
{
    if (run->program != NULL) {
        (void) snprintf(l->program, sizeof(l->program), "%s", run->program);
        return MPCF_OK;
    }
    ssize_t n = readlink("/proc/self/exe", l->program, sizeof(l->program) - 1);
    if (n <= 0) {
        return mpcf_fail(err, MPCF_E_IO, "finding this program: %s", strerror(errno));
    }
    l->program[n] = '\0';
    return MPCF_OK;
}

static mpcf_status make_arguments(struct launch *l, const struct local_run *run, enum role role,
                                  mpcf_error *err)
{
    static const char *const none[] = {NULL};
    const char *const *more =
        role == ROLE_USER && run->user_arguments != NULL ? run->user_arguments : none;
    size_t own = count_strings(run->arguments), behind = count_strings(more);
    l->arguments = mpcf_alloc_array(own + behind + 4, sizeof(*l->arguments));
    if (l->arguments == NULL) {
        return mpcf_fail_memory(err, own * sizeof(char *), "a process");
    }
    l->arguments[0] = l->program;
    for (size_t i = 0; i < own; i++) {
        l->arguments[1 + i] = run->arguments[i];
    }
    l->arguments[1 + own] = "--role";
    l->arguments[2 + own] = role_name(role);
    for (size_t i = 0; more[i] != NULL; i++) {
        l->arguments[3 + own + i] = more[i];
    }
    l->speaks = run->user_speaks && role == ROLE_USER;
    return MPCF_OK;
}

static mpcf_status make_environment(struct launch *l, const struct local_run *run, mpcf_error *err)
{
    size_t extra = count_strings(run->environment), inherited = 0, at = 0;

    while (environ[inherited] != NULL) {
        inherited++;
    }
    l->environment = mpcf_alloc_array(inherited + extra + 2, sizeof(*l->environment));
    if (l->environment == NULL) {
        return mpcf_fail_memory(err, inherited * sizeof(char *), "a process");
    }
    l->environment[at++] = CONTROL_VARIABLE "=3"; /* CONTROL_FD */
    for (size_t i = 0; i < extra; i++) {          /* getenv() takes the first */
        l->environment[at++] = run->environment[i];
    }
    for (size_t i = 0; i < inherited; i++) {
        l->environment[at++] = environ[i];
    }
    return MPCF_OK;
}

/* The child, from fork() to exec(). */
static _Noreturn void become(const struct launch *l)
{
    (void) prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != l->parent) {
        _exit(127); /* it died before that call */
    }
    int output = fcntl(l->output, F_DUPFD, 10), control = fcntl(l->control, F_DUPFD, 10);
    int nothing = open("/dev/null", O_RDONLY);
    if (output < 0 || control < 0 || nothing < 0 || (!l->speaks && dup2(nothing, 0) < 0) ||
        dup2(l->speaks ? descriptors_output() : output, 1) < 0 || dup2(output, 2) < 0 ||
        dup2(control, CONTROL_FD) < 0) {
        _exit(127);
    }
    (void) close_range(CONTROL_FD + 1, UINT_MAX, 0);
    char **arguments, **environment; /* exec() takes them without const */
    memcpy(&arguments, &l->arguments, sizeof(arguments));
    memcpy(&environment, &l->environment, sizeof(environment));
    (void) execve(l->program, arguments, environment);
    static const char text[] = "cannot execute the program\n";
    (void) !write(2, text, sizeof(text) - 1);
    _exit(127);
}

/* Both ways to the child: one end in C, which child_clear() closes, the other in L. */
static mpcf_status open_ways(struct child *c, struct launch *l, mpcf_error *err)
{
    int ends[2] = {-1, -1};

    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0) {
        return mpcf_fail(err, MPCF_E_IO, "making a line to a process: %s", strerror(errno));
    }
    c->control = ends[0];
    l->control = ends[1];
    if (pipe2(ends, O_CLOEXEC) != 0) {
        return mpcf_fail(err, MPCF_E_IO, "making a pipe to a process: %s", strerror(errno));
    }
    c->output = ends[0];
    l->output = ends[1];
    (void) fcntl(c->output, F_SETFL, O_NONBLOCK);
    return MPCF_OK;
}

static mpcf_status launch(struct child *c, struct launch *l, mpcf_error *err)
{
    MPCF_TRY(open_ways(c, l, err));
    l->parent = getpid();
    pid_t pid = fork();
    if (pid == 0) {
        become(l);
    }
    c->pid = pid > 0 ? pid : 0;
    return pid < 0 ? mpcf_fail(err, MPCF_E_IO, "starting a process: %s", strerror(errno)) : MPCF_OK;
}

mpcf_status child_start(struct child *c, const struct local_run *run, mpcf_error *err)
{
    struct launch *l = mpcf_alloc_array(1, sizeof(*l));

    if (l == NULL) {
        return mpcf_fail_memory(err, sizeof(*l), "a process");
    }
    l->control = l->output = -1;
    mpcf_status status = find_program(run, l, err);
    if (status == MPCF_OK) {
        status = make_arguments(l, run, c->role, err);
    }
    if (status == MPCF_OK) {
        status = make_environment(l, run, err);
    }
    if (status == MPCF_OK) {
        status = launch(c, l, err);
    }
    if (l->control >= 0) {
        (void) close(l->control);
    }
    if (l->output >= 0) {
        (void) close(l->output);
    }
    mpcf_free(l->arguments);
    mpcf_free(l->environment);
    mpcf_free(l);
    return status;
}

/* --- listening to it --- */

static void end_line(struct child *c, const struct local_run *run)
{
    c->line[c->line_length] = '\0';
    if (c->line_length != 0) {
        (void) snprintf(c->last_line, sizeof(c->last_line), "%.*s", (int) sizeof(c->last_line) - 1,
                        c->line);
        if (run->line != NULL) {
            run->line(run->context, c->role, c->line);
        } else {
            log_line(LOG_INFO, "%s | %s", role_name(c->role), c->line);
        }
    }
    c->line_length = 0;
}

void child_read_output(struct child *c, const struct local_run *run)
{
    char data[4096];
    ssize_t n = read(c->output, data, sizeof(data));

    if (n < 0 && (errno == EAGAIN || errno == EINTR)) {
        return;
    }
    for (ssize_t i = 0; i < n; i++) {
        if (data[i] == '\n' || c->line_length == sizeof(c->line) - 1) {
            end_line(c, run);
        }
        if (data[i] != '\n') {
            c->line[c->line_length++] = data[i];
        }
    }
    if (n <= 0) {
        end_line(c, run);
        (void) close(c->output);
        c->output = -1;
    }
}

/* "end STATUS PEAK TEXT" */
static void take_end(struct child *c, const char *text)
{
    char *middle = NULL, *rest = NULL;
    long status = strtol(text, &middle, 10);
    uint64_t peak = strtoull(middle, &rest, 10);

    if (middle != text && rest != middle) {
        c->has_reported = true;
        c->status = (mpcf_status) status;
        c->peak_rss_bytes = peak;
        mpcf_free(c->reason);
        c->reason = mpcf_strdup(rest[0] == ' ' ? rest + 1 : rest);
    }
}

static void take_message(struct child *c, const struct local_run *run, const char *message)
{
    if (strncmp(message, "address ", 8) == 0) {
        (void) snprintf(c->address, sizeof(c->address), "%s", message + 8);
    } else if (strncmp(message, "end ", 4) == 0) {
        take_end(c, message + 4);
    } else if (strncmp(message, "result ", 7) == 0 && run->result != NULL) {
        run->result(run->context, c->role, message + 7);
    }
}

void child_read_control(struct child *c, const struct local_run *run)
{
    char *message = mpcf_alloc_array(CONTROL_MESSAGE, 1);

    if (message == NULL) {
        return; /* the next look finds it again */
    }
    ssize_t n = recv(c->control, message, CONTROL_MESSAGE - 1, MSG_DONTWAIT);
    if (n > 0) {
        message[n] = '\0';
        take_message(c, run, message);
    } else if (n == 0 || (errno != EAGAIN && errno != EINTR && errno != ECONNRESET)) {
        /* ECONNRESET: it ended with messages unread; its own are still in the queue. */
        (void) close(c->control);
        c->control = -1;
    }
    mpcf_free(message);
}

void child_tell_address(struct child *c, const struct child *other)
{
    char message[CHILD_ADDRESS + 8];
    int n = snprintf(message, sizeof(message), "%d %s", (int) other->role, other->address);

    if (c->control >= 0 && n > 0) {
        (void) send(c->control, message, (size_t) n, MSG_NOSIGNAL | MSG_DONTWAIT);
    }
}

mpcf_status child_tell_keys(struct child *c, const struct role_keys *keys, mpcf_error *err)
{
    const size_t head = sizeof(CONTROL_KEYS) - 1;
    char *message = mpcf_secret_alloc(head + ROLE_KEYS_TEXT, 1);

    if (message == NULL) {
        return mpcf_fail_memory(err, ROLE_KEYS_TEXT, "a message to a process");
    }
    assert(keys->role == c->role);
    memcpy(message, CONTROL_KEYS, head);
    size_t length = head + role_keys_print(keys, message + head);
    /* One that has ended already is found to have failed. */
    ssize_t sent = send(c->control, message, length, MSG_NOSIGNAL | MSG_DONTWAIT);
    int cause = errno;
    mpcf_secret_free(message);
    return sent >= 0 || cause == EPIPE || cause == ECONNRESET
               ? MPCF_OK
               : mpcf_fail(err, MPCF_E_IO, "giving keys to the %s: %s", role_name(c->role),
                           strerror(cause));
}

void child_look(struct child *c)
{
    if (c->pid != 0 && waitpid(c->pid, &c->wait_status, WNOHANG) == c->pid) {
        c->pid = 0;
        c->has_ended = true;
    }
}

/* All that it told is read: its line is closed by the end of the process. */
bool child_left_nothing(const struct child *c)
{
    return c->has_ended && c->control < 0 && !c->has_reported;
}

bool child_failed(const struct child *c)
{
    return (c->has_reported && c->status != MPCF_OK) ||
           (c->has_ended && !(WIFEXITED(c->wait_status) && WEXITSTATUS(c->wait_status) == 0)) ||
           child_left_nothing(c);
}

void child_signal(struct child *c, int number)
{
    if (c->pid != 0) {
        c->was_stopped = true;
        (void) kill(c->pid, number);
    }
}

void child_clear(struct child *c)
{
    child_signal(c, SIGKILL);
    while (c->pid != 0 && waitpid(c->pid, &c->wait_status, 0) < 0 && errno == EINTR) {
    }
    if (c->control >= 0) {
        (void) close(c->control);
    }
    if (c->output >= 0) {
        (void) close(c->output);
    }
    mpcf_free(c->reason);
    *c = (struct child){.role = c->role, .control = -1, .output = -1};
}
