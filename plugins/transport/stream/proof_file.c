/* SPDX-License-Identifier: Apache-2.0 */
/* Whether a file of keys is one that only its owner can read, and whether it is still the same. */
#include "proof_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static mpcf_status check_facts(const struct proof_file *f, bool secret, mpcf_error *err)
{
    const mode_t mode = f->facts.st_mode, others = secret ? S_IRWXG | S_IRWXO : S_IWGRP | S_IWOTH;

    if (!S_ISREG(mode)) {
        return mpcf_fail(err, MPCF_E_CONFIG, "'%s' is not a regular file", f->path);
    }
    if (f->facts.st_uid != geteuid() && f->facts.st_uid != 0) {
        return mpcf_fail(err, MPCF_E_CONFIG,
                         "'%s' belongs to user %u: keys must belong to the user that runs the "
                         "role, %u, or to root",
                         f->path, (unsigned) f->facts.st_uid, (unsigned) geteuid());
    }
    if ((mode & others) != 0) {
        return mpcf_fail(err, MPCF_E_CONFIG,
                         secret
                             ? "others can reach the key in '%s' (mode %04o): if nobody has read "
                               "it, `chmod 600` it, else make a new one"
                             : "others can write '%s' (mode %04o), and so say whom this role "
                               "trusts: look at it, and `chmod go-w` it",
                         f->path, (unsigned) mode & 07777u);
    }
    return MPCF_OK;
}

static mpcf_status read_text(int fd, struct proof_file *f, mpcf_error *err)
{
    ssize_t n = 1;

    while (n != 0 && f->length <= PROOF_FILE_LIMIT) {
        n = read(fd, f->text + f->length, PROOF_FILE_LIMIT + 1 - f->length);
        if (n < 0 && errno != EINTR) {
            return mpcf_fail(err, MPCF_E_IO, "cannot read '%s': %s", f->path, strerror(errno));
        }
        f->length += n > 0 ? (size_t) n : 0;
    }
    if (f->length > PROOF_FILE_LIMIT) {
        return mpcf_fail(err, MPCF_E_CONFIG, "'%s' is larger than a file of keys, %d bytes at most",
                         f->path, PROOF_FILE_LIMIT);
    }
    f->text[f->length] = '\0';
    return MPCF_OK;
}

static mpcf_status read_open(int fd, bool secret, struct proof_file *f, mpcf_error *err)
{
    if (fstat(fd, &f->facts) != 0) {
        return mpcf_fail(err, MPCF_E_IO, "'%s': %s", f->path, strerror(errno));
    }
    MPCF_TRY(check_facts(f, secret, err));
    f->text = malloc(PROOF_FILE_LIMIT + 2);
    if (f->text == NULL) {
        return mpcf_fail(err, MPCF_E_NOMEM, "out of memory for '%s'", f->path);
    }
    return read_text(fd, f, err);
}

static mpcf_status begin(const char *folder, const char *name, struct proof_file *out,
                         mpcf_error *err)
{
    int length = snprintf(out->path, sizeof(out->path), "%s/%s", folder, name);

    out->text = NULL;
    out->length = 0;
    out->is_absent = false;
    if (length < 0 || (size_t) length >= sizeof(out->path)) {
        return mpcf_fail(err, MPCF_E_CONFIG, "the name of folder '%.60s...' is too long", folder);
    }
    return MPCF_OK;
}

/* A pipe without a writer would be waited for. */
static int open_file(const char *path)
{
    return open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
}

static mpcf_status read_and_close(int fd, bool secret, struct proof_file *out, mpcf_error *err)
{
    mpcf_status status = read_open(fd, secret, out, err);

    (void) close(fd);
    if (status != MPCF_OK) {
        proof_file_clear(out);
    }
    return status;
}

mpcf_status proof_file_read(const char *folder, const char *name, const char *proof, bool secret,
                            struct proof_file *out, mpcf_error *err)
{
    MPCF_TRY(begin(folder, name, out, err));
    int fd = open_file(out->path);
    if (fd < 0 && errno == ENOENT) {
        return mpcf_fail(err, MPCF_E_CONFIG,
                         "cannot open '%s': %s: `mpcf-host keys new --proof %s FOLDER` makes it",
                         out->path, strerror(errno), proof);
    }
    if (fd < 0) {
        return mpcf_fail(err, MPCF_E_IO, "cannot open '%s': %s", out->path, strerror(errno));
    }
    return read_and_close(fd, secret, out, err);
}

mpcf_status proof_file_read_any(const char *folder, const char *name, struct proof_file *out,
                                mpcf_error *err)
{
    MPCF_TRY(begin(folder, name, out, err));
    int fd = open_file(out->path);
    out->is_absent = fd < 0 && errno == ENOENT;
    if (out->is_absent) {
        return MPCF_OK;
    }
    if (fd < 0) {
        return mpcf_fail(err, MPCF_E_IO, "cannot open '%s': %s", out->path, strerror(errno));
    }
    return read_and_close(fd, false, out, err);
}

void proof_file_clear(struct proof_file *file)
{
    if (file->text != NULL) {
        explicit_bzero(file->text, PROOF_FILE_LIMIT + 2);
        free(file->text);
    }
    file->text = NULL;
    file->length = 0;
}

static bool is_other(const struct stat *now, const struct stat *was)
{
    return now->st_dev != was->st_dev || now->st_ino != was->st_ino ||
           now->st_size != was->st_size || now->st_mode != was->st_mode ||
           now->st_uid != was->st_uid || now->st_mtim.tv_sec != was->st_mtim.tv_sec ||
           now->st_mtim.tv_nsec != was->st_mtim.tv_nsec ||
           now->st_ctim.tv_sec != was->st_ctim.tv_sec ||
           now->st_ctim.tv_nsec != was->st_ctim.tv_nsec;
}

bool proof_file_changed(const struct proof_file *file)
{
    struct stat now;
    const bool is_there = stat(file->path, &now) == 0;

    if (file->is_absent) {
        return is_there || errno != ENOENT;
    }
    return !is_there || is_other(&now, &file->facts);
}
