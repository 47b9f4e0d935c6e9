/* SPDX-License-Identifier: Apache-2.0 */
#include "support/heard.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"
#include "support/run_folder.h"
#include "support/support.h"

void heard_forget(struct heard *h)
{
    mpcf_free(h->out);
    mpcf_free(h->log);
}

pid_t heard_start(const char *folder, const char *input, const char *const *words)
{
    const char *all[32] = {getenv("MPCF_HOST")};
    pid_t pid;

    for (size_t i = 0; i < 30 && words[i] != NULL; i++) {
        all[i + 1] = words[i];
    }
    pid = fork();
    if (pid == 0) {
        const bool is_in = chdir(folder) == 0;
        const int in = open(input != NULL ? input : "/dev/null", O_RDONLY);
        const int out = open("out", O_WRONLY | O_CREAT | O_TRUNC, 0600);
        const int log = open("log", O_WRONLY | O_CREAT | O_TRUNC, 0600);

        if (is_in && dup2(in, 0) == 0 && dup2(out, 1) == 1 && dup2(log, 2) == 2) {
            (void) execv(all[0], (char *const *) (uintptr_t) all);
        }
        _exit(127);
    }
    assert_true(pid > 0);
    return pid;
}

struct heard heard_wait(const char *folder, pid_t pid)
{
    struct heard h = {.status = test_host_wait(pid, 120)};

    h.out = test_read(folder, "out");
    h.log = test_read(folder, "log");
    return h;
}

struct heard heard_run(const char *folder, const char *input, const char *const *words)
{
    return heard_wait(folder, heard_start(folder, input, words));
}

void assert_heard(const struct heard *h, int status, const char *out, const char *log)
{
    if (h->status != status || (out != NULL && strcmp(h->out, out) != 0) ||
        (log != NULL && strstr(h->log, log) == NULL)) {
        fail_msg("status %d, expected %d, '%s' and '%s'; it said '%s' and '%s'", h->status, status,
                 out != NULL ? out : "anything", log != NULL ? log : "anything", h->out, h->log);
    }
}
