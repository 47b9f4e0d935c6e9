/* SPDX-License-Identifier: Apache-2.0 */
/* Whether D of a set was sent before under a seed, and whether it was this one. */
#include "preprocess/kept_records.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/folder.h"
#include "base/memory.h"
#include "preprocess/kept_form.h"

#define RECORD "packing-"

/* Bytes of FD into TEXT, SIZE at most; negative: it cannot be read. */
static ssize_t read_some(int fd, char *text, size_t size)
{
    size_t length = 0;
    ssize_t got = 1;

    while (length < size && got > 0) {
        got = read(fd, text + length, size - length);
        if (got < 0 && errno == EINTR) {
            got = 1;
        } else if (got > 0) {
            length += (size_t) got;
        }
    }
    return got < 0 ? got : (ssize_t) length;
}

/* Only a file that is certainly not there is absent. */
mpcf_status kept_record_compare(const char *path, const char *digest, enum kept_record *out,
                                mpcf_error *err)
{
    char text[KEPT_DIGITS + 1];
    const int fd = open(path, O_RDONLY | O_CLOEXEC);

    *out = KEPT_ABSENT;
    if (fd < 0) {
        return errno == ENOENT
                   ? MPCF_OK
                   : mpcf_fail(err, MPCF_E_IO, "cannot open '%s': %s", path, strerror(errno));
    }
    const ssize_t length = read_some(fd, text, sizeof text);
    const int cause = errno;
    (void) close(fd);
    if (length < 0) {
        return mpcf_fail(err, MPCF_E_IO, "cannot read '%s': %s", path, strerror(cause));
    }
    *out = length == KEPT_DIGITS && memcmp(text, digest, KEPT_DIGITS) == 0 ? KEPT_SAME : KEPT_OTHER;
    return MPCF_OK;
}

static mpcf_status sync_folder_of(const char *path, mpcf_error *err)
{
    char *folder = file_folder_of(path);
    const mpcf_status status = folder != NULL ? file_sync_folder(folder, err)
                                              : mpcf_fail_memory(err, strlen(path), "a path");

    mpcf_free(folder);
    return status;
}

/* WHOLE gets a second name, which is given only where nobody has it. */
static mpcf_status give_name(const char *whole, const char *path, const char *digest,
                             enum kept_record *out, mpcf_error *err)
{
    *out = KEPT_SAME;
    if (link(whole, path) == 0) {
        return sync_folder_of(path, err);
    }
    return errno == EEXIST
               ? kept_record_compare(path, digest, out, err)
               : mpcf_fail(err, MPCF_E_IO, "cannot name '%s': %s", path, strerror(errno));
}

/* The other name is of hex digits, too, so that it is removed with the folder where a crash leaves it. */
mpcf_status kept_record_write(const char *path, const char *digest, enum kept_record *out,
                              mpcf_error *err)
{
    char *whole = mpcf_format("%s%lx", path, (unsigned long) getpid());
    mpcf_status status = whole != NULL ? file_write_whole_private(whole, digest, KEPT_DIGITS, err)
                                       : mpcf_fail_memory(err, strlen(path), "a path");

    if (status == MPCF_OK) {
        status = give_name(whole, path, digest, out, err);
    }
    if (whole != NULL) {
        (void) unlink(whole);
    }
    mpcf_free(whole);
    return status;
}

bool kept_records_any(const char *folder)
{
    DIR *listing = opendir(folder);
    const struct dirent *e = NULL;
    bool has = false;

    while (listing != NULL && !has && (e = readdir(listing)) != NULL) {
        has = strncmp(e->d_name, RECORD, strlen(RECORD)) == 0 &&
              strlen(e->d_name) == strlen(RECORD) + KEPT_DIGITS;
    }
    if (listing != NULL) {
        (void) closedir(listing);
    }
    return has;
}
