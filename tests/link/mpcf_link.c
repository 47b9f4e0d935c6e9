/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mpcf-link DELAY_MS RATE_MBIT LOSS_PERCENT COMMAND COMMAND COMMAND
 *
 * Runs three commands (sh -c) on three machines, 10.77.0.1 to .3 and fd77::1 to ::3, between which
 * lies such a link; DELAY is one way, RATE what each machine can send. Ends when all have ended, with
 * the largest exit status, or with 77 where this process may not make such a network.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "link/link.h"

static pid_t start(const struct link *l, int machine, const char *command)
{
    const pid_t pid = fork();

    if (pid == 0) {
        if (link_enter(l, machine)) {
            (void) execl("/bin/sh", "sh", "-c", command, (char *) NULL);
        }
        _exit(126);
    }
    return pid;
}

static int run_all(const struct link *l, char **commands)
{
    pid_t pids[LINK_MACHINES];
    int worst = 0;

    for (int i = 0; i < LINK_MACHINES; i++) {
        pids[i] = start(l, i, commands[i]);
    }
    for (int i = 0; i < LINK_MACHINES; i++) {
        int status = 0;

        if (waitpid(pids[i], &status, 0) != pids[i] || !WIFEXITED(status)) {
            worst = 126;
        } else if (WEXITSTATUS(status) > worst) {
            worst = WEXITSTATUS(status);
        }
    }
    return worst;
}

int main(int argc, char **argv)
{
    char why[128] = "";

    if (argc != 4 + LINK_MACHINES) {
        (void) fputs("usage: mpcf-link DELAY_MS RATE_MBIT LOSS_PERCENT COMMAND COMMAND COMMAND\n",
                     stderr);
        return 2;
    }
    const double delay = strtod(argv[1], NULL), rate = strtod(argv[2], NULL);
    const double loss = strtod(argv[3], NULL);
    const struct link_shape shape = {.delay_us = (int64_t) (delay * 1e3),
                                     .rate_kbit = (int64_t) (rate * 1e3),
                                     .loss_ppm = (int) (loss * 1e4)};
    struct link *l = link_open(shape.loss_ppm == 0, &shape, why, sizeof why);

    if (l == NULL) {
        (void) fprintf(stderr, "mpcf-link: %s\n", why);
        return 77;
    }
    const int status = run_all(l, argv + 4);

    link_close(l);
    return status;
}
