/* SPDX-License-Identifier: Apache-2.0 */
/* Which descriptors are open when the process begins, and which signals of writes end it. */
#include "base/descriptors.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

bool descriptors_open_standard(void)
{
    for (int fd = 0; fd <= STDERR_FILENO; fd++) {
        if (fcntl(fd, F_GETFD) >= 0 || errno != EBADF) {
            continue;
        }
        /* The lowest free number is FD: those below it are open. */
        if (open("/dev/null", fd == STDIN_FILENO ? O_RDONLY : O_WRONLY) != fd) {
            return false;
        }
    }
    return true;
}

static int output = STDOUT_FILENO;

void descriptors_part_output(void)
{
    const int apart = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);

    if (apart >= 0 && dup2(STDERR_FILENO, STDOUT_FILENO) == STDOUT_FILENO) {
        output = apart;
    } else if (apart >= 0) {
        (void) close(apart);
    }
}

int descriptors_output(void)
{
    return output;
}

void descriptors_outlive_writes(void)
{
    struct sigaction action;

    memset(&action, 0, sizeof action);
    action.sa_handler = SIG_IGN;
    (void) sigemptyset(&action.sa_mask);
    (void) sigaction(SIGPIPE, &action, NULL);
    (void) sigaction(SIGXFSZ, &action, NULL);
}
