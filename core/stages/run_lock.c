/* SPDX-License-Identifier: Apache-2.0 */
/* A lock of the system on a file that names its holder. */
#include "stages/run_lock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/folder.h"
#include "base/memory.h"
#include "pipeline/output.h"

enum { NUMBER_SIZE = 24 };

/* The holder's number; 0: it has not written it yet. */
static long holder_of(int fd)
{
    char text[NUMBER_SIZE] = "";
    const ssize_t got = pread(fd, text, sizeof text - 1, 0);

    return got > 0 ? strtol(text, NULL, 10) : 0;
}

static mpcf_status fail_held(const struct pipeline *p, int fd, mpcf_error *err)
{
    const long holder = holder_of(fd);
    char number[NUMBER_SIZE + 16] = "";

    if (holder > 0) {
        (void) snprintf(number, sizeof number, " (process %ld)", holder);
    }
    return mpcf_fail(err, MPCF_E_INVALID,
                     "%s: another run%s writes into '%s': wait for its end, or give this one a "
                     "folder of its own (`--set output=FOLDER`)",
                     p->file, number, p->output);
}

/* Whoever asks reads the number; one that is not written names nobody, and locks all the same. */
static mpcf_status hold(const struct pipeline *p, int fd, mpcf_error *err)
{
    char text[NUMBER_SIZE];
    const int length = snprintf(text, sizeof text, "%ld\n", (long) getpid());

    if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
        return errno == EWOULDBLOCK
                   ? fail_held(p, fd, err)
                   : mpcf_fail(err, MPCF_E_IO, "locking '%s': %s", p->output, strerror(errno));
    }
    if (ftruncate(fd, 0) != 0 || pwrite(fd, text, (size_t) length, 0) != (ssize_t) length) {
        return mpcf_fail(err, MPCF_E_IO, "locking '%s': %s", p->output, strerror(errno));
    }
    return MPCF_OK;
}

mpcf_status run_lock_take(const struct pipeline *p, int *lock, mpcf_error *err)
{
    char *path = output_path(p, "stages/run.lock");
    const int flags = O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC;
    const int fd = path != NULL ? open(path, flags, S_IRUSR | S_IWUSR | S_IRGRP | S_IROTH) : -1;
    mpcf_status status =
        path == NULL ? mpcf_fail_memory(err, 0, "a path")
        : fd < 0     ? mpcf_fail(err, MPCF_E_IO, "cannot open '%s': %s", path, strerror(errno))
                     : hold(p, fd, err);

    mpcf_free(path);
    if (status != MPCF_OK && fd >= 0) {
        (void) close(fd);
    }
    if (status == MPCF_OK) {
        *lock = fd;
    }
    return status;
}

/* The file stays: removing it would let a third open a new one beside a second that waits on the old. */
void run_lock_release(int lock)
{
    (void) close(lock);
}
