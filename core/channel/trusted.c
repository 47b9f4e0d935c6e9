/* SPDX-License-Identifier: Apache-2.0 */
/* How a key gets into the file of those that are trusted. */
#include "channel/trusted.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/folder.h"
#include "base/memory.h"
#include "channel/private_file.h"
#include "channel/spoken.h"

#define FILE_LIMIT  ((size_t) 65536)
#define KEYS_MAX    64              /* the transport's */
#define PUBLIC_MODE ((mode_t) 0644) /* of a new one: it is no secret */

#define BYTES_MAX 32

const struct trusted_kind trusted_pinned = {"trusted", "mpcf-trusted 1", SPOKEN_BYTES,
                                            "a fingerprint of 32 hexadecimal digits"};
const struct trusted_kind trusted_curve = {"trusted.curve", "mpcf-curve-trusted 1", BYTES_MAX,
                                           "a public key of 64 hexadecimal digits"};

/* --- writing --- */

/* As what it replaces, which other users' roles may read. */
static mpcf_status keep_facts(struct file_write *file, const char *path, mpcf_error *err)
{
    const int fd = fileno(file_write_stream(file));
    struct stat was, now;
    const bool is_new = stat(path, &was) != 0;
    const mode_t mode = is_new ? PUBLIC_MODE : was.st_mode & 07777u;
    bool kept = fstat(fd, &now) == 0;

    if (kept && !is_new && (now.st_uid != was.st_uid || now.st_gid != was.st_gid)) {
        kept = fchown(fd, was.st_uid, was.st_gid) == 0;
    }
    if (kept && fchmod(fd, mode) == 0) {
        return MPCF_OK;
    }
    return mpcf_fail(err, file_status(errno), "cannot keep owner and mode of '%s': %s", path,
                     strerror(errno));
}

static mpcf_status write_text(const char *path, const char *text, mpcf_error *err)
{
    struct file_write *file = NULL;

    MPCF_TRY(file_write_begin_private(path, &file, err));
    mpcf_status status = file_write_put(file, text, strlen(text), err);
    if (status == MPCF_OK) {
        status = keep_facts(file, path, err);
    }
    if (status != MPCF_OK) {
        file_write_cancel(file);
        return status;
    }
    return file_write_commit(file, err);
}

static mpcf_status write_line(const char *path, const char *before, const char *line,
                              mpcf_error *err)
{
    const size_t length = strlen(before);
    const char *end = length > 0 && before[length - 1] != '\n' ? "\n" : "";
    char *text = mpcf_format("%s%s%s\n", before, end, line);
    mpcf_status status =
        text == NULL ? mpcf_fail_memory(err, length, path) : write_text(path, text, err);

    mpcf_free(text);
    return status;
}

/* --- reading: by lines, as the transport does --- */

/* The next line of *REST that is neither empty nor a comment, of *SIZE bytes; NULL: none. */
static const char *next_line(const char **rest, size_t *size)
{
    while (**rest != '\0') {
        const char *line = *rest;
        *size = strcspn(line, "\n");
        *rest = line + *size + (line[*size] == '\n');
        if (*size > 0 && line[0] != '#') {
            return line;
        }
    }
    return NULL;
}

static bool ends_with(const char *line, size_t size, const char *word)
{
    const size_t length = strlen(word);

    return size > length && memcmp(line + size - length, word, length) == 0;
}

static mpcf_status fail_zero(const char *path, mpcf_error *err)
{
    return mpcf_fail(err, MPCF_E_FORMAT, "%s: has a zero byte: it is no text", path);
}

static mpcf_status take_first(const struct trusted_kind *kind, const char *path, const char **rest,
                              mpcf_error *err)
{
    size_t size = 0;
    const char *line = next_line(rest, &size);

    if (line != NULL && size == strlen(kind->first_line) &&
        memcmp(line, kind->first_line, size) == 0) {
        return MPCF_OK;
    }
    return mpcf_fail(err, MPCF_E_FORMAT, "%s: does not begin with the line '%s'", path,
                     kind->first_line);
}

static bool has_key(const char *rest, const char *fingerprint)
{
    size_t size = 0;
    bool has = false;

    for (const char *line; !has && (line = next_line(&rest, &size)) != NULL;) {
        has = ends_with(line, size, fingerprint);
    }
    return has;
}

/* --- checking --- */

static bool is_pin(const struct trusted_kind *kind, const char *line, size_t size)
{
    static const char digits[] = "0123456789abcdef";
    const size_t key = 2 * kind->bytes;
    bool is = false;

    for (unsigned r = 0; r < 3 && !is; r++) {
        const char *name = role_name((enum role) r);
        const size_t length = strlen(name);
        is = size == length + 1 + key && memcmp(line, name, length) == 0 && line[length] == ' ' &&
             strspn(line + length + 1, digits) == key;
    }
    return is;
}

static unsigned line_number(const char *text, const char *line)
{
    unsigned number = 1;

    for (; text < line; text++) {
        number += *text == '\n';
    }
    return number;
}

static mpcf_status check_pins(const struct trusted_kind *kind, const char *path, const char *text,
                              unsigned *count, mpcf_error *err)
{
    const size_t key = 2 * kind->bytes;
    char digits[2 * BYTES_MAX + 1] = "";
    const char *rest = text;
    size_t size = 0;

    MPCF_TRY(take_first(kind, path, &rest, err));
    for (const char *line; (line = next_line(&rest, &size)) != NULL; (*count)++) {
        if (!is_pin(kind, line, size)) {
            return mpcf_fail(err, MPCF_E_FORMAT, "%s:%u: expected a role and %s", path,
                             line_number(text, line), kind->what);
        }
        memcpy(digits, line + size - key, key);
        if (has_key(rest, digits)) {
            return mpcf_fail(err, MPCF_E_FORMAT, "%s:%u: the key %s stands below again", path,
                             line_number(text, line), digits);
        }
    }
    return *count <= KEYS_MAX
               ? MPCF_OK
               : mpcf_fail(err, MPCF_E_FORMAT, "%s: has more than %d keys", path, KEYS_MAX);
}

mpcf_status trusted_check(const struct trusted_kind *kind, const char *path, unsigned *count,
                          mpcf_error *err)
{
    char *text = NULL;
    size_t length = 0;

    *count = 0;
    MPCF_TRY(public_file_read(path, FILE_LIMIT, &text, &length, err));
    mpcf_status status = memchr(text, '\0', length) != NULL
                             ? fail_zero(path, err)
                             : check_pins(kind, path, text, count, err);
    mpcf_secret_free(text);
    return status;
}

/* --- adding --- */

static mpcf_status add_to(const struct trusted_kind *kind, const char *path, const char *before,
                          size_t length, const char *line, mpcf_error *err)
{
    if (memchr(before, '\0', length) != NULL) {
        return fail_zero(path, err);
    }
    const char *rest = before;
    MPCF_TRY(take_first(kind, path, &rest, err));
    if (has_key(rest, strchr(line, ' ') + 1)) {
        return mpcf_fail(err, MPCF_E_CONFIG, "%s: has this key already; one key is one role's",
                         path);
    }
    return write_line(path, before, line, err);
}

static mpcf_status add(const struct trusted_kind *kind, const char *path, const char *line,
                       mpcf_error *err)
{
    char *before = NULL;
    size_t length = 0;

    if (!file_exists(path)) {
        return write_line(path, kind->first_line, line, err);
    }
    MPCF_TRY(file_read(path, FILE_LIMIT, &before, &length, err));
    mpcf_status status = add_to(kind, path, before, length, line, err);
    mpcf_free(before);
    return status;
}

mpcf_status trusted_add(const struct trusted_kind *kind, const char *folder, enum role role,
                        const uint8_t *key, mpcf_error *err)
{
    char line[16 + 2 * BYTES_MAX];
    char *path = mpcf_format("%s/%s", folder, kind->name);

    if (path == NULL) {
        return mpcf_fail_memory(err, strlen(folder), "a file name");
    }
    int at = snprintf(line, sizeof(line), "%s ", role_name(role));
    for (size_t i = 0; i < kind->bytes; i++) {
        at += snprintf(line + at, sizeof(line) - (size_t) at, "%02x", key[i]);
    }
    mpcf_status status = add(kind, path, line, err);
    mpcf_free(path);
    return status;
}
