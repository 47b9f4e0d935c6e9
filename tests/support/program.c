/* SPDX-License-Identifier: Apache-2.0 */
#include "support/program.h"

#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support/support.h"

enum { ARGUMENTS_MAX = 32 };

/* Behind fork(): nothing of the test may run on. */
static void become(const char *program, const char *folder, const char *const *arguments, int out)
{
    char *words[ARGUMENTS_MAX + 2];
    size_t count = 0;

    words[count++] = strdup(program);
    for (size_t i = 0; arguments[i] != NULL && count < ARGUMENTS_MAX; i++) {
        words[count++] = strdup(arguments[i]);
    }
    words[count] = NULL;
    if ((folder != NULL && chdir(folder) != 0) || dup2(out, STDOUT_FILENO) < 0 ||
        dup2(out, STDERR_FILENO) < 0) {
        _exit(126);
    }
    (void) execv(program, words);
    _exit(127);
}

static void read_all(int in, struct program_result *result)
{
    char lost[4096];
    size_t length = 0;
    ssize_t got;

    do {
        const size_t room = sizeof result->out - 1 - length;

        got = room > 0 ? read(in, result->out + length, room) : read(in, lost, sizeof lost);
        length += room > 0 && got > 0 ? (size_t) got : 0;
    } while (got > 0);
    result->out[length] = '\0';
}

void program_run(const char *folder, const char *const *arguments, struct program_result *result)
{
    const char *program = getenv("MPCF_HOST");
    int ends[2], status = 0;
    pid_t child;

    assert_non_null(program);
    assert_int_equal(pipe(ends), 0);
    child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        (void) close(ends[0]);
        become(program, folder, arguments, ends[1]);
    }
    (void) close(ends[1]);
    read_all(ends[0], result);
    (void) close(ends[0]);
    assert_int_equal(waitpid(child, &status, 0), child);
    result->status = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

void assert_program(int status, const char *part, const char *folder, const char *const *arguments)
{
    static struct program_result result;

    program_run(folder, arguments, &result);
    if (result.status != status || (part != NULL && strstr(result.out, part) == NULL)) {
        fail_msg("mpcf-host %s ...: status %d, expected %d and '%s'; it said: %s",
                 arguments[0] == NULL ? "" : arguments[0], result.status, status,
                 part == NULL ? "" : part, result.out);
    }
}
