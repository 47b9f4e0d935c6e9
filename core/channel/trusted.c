/* SPDX-License-Identifier: Apache-2.0 */
/* How a key gets into the file of those that are trusted. */
#include "channel/trusted.h"

#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "base/folder.h"
#include "base/memory.h"

#define FIRST_LINE "mpcf-trusted 1\n"
#define FILE_LIMIT ((size_t) 65536)

static mpcf_status write_line(const char *path, const char *before, const char *line,
                              mpcf_error *err)
{
    const size_t length = strlen(before);
    const char *end = length > 0 && before[length - 1] != '\n' ? "\n" : "";
    char *text = mpcf_format("%s%s%s", before, end, line);
    mpcf_status status = text == NULL ? mpcf_fail_memory(err, length, path)
                                      : file_write_whole_private(path, text, strlen(text), err);

    mpcf_free(text);
    return status;
}

static mpcf_status add_to(const char *path, const char *before, const char *line, mpcf_error *err)
{
    const char *fingerprint = strchr(line, ' ') + 1;

    if (strncmp(before, FIRST_LINE, strlen(FIRST_LINE)) != 0) {
        return mpcf_fail(err, MPCF_E_FORMAT, "%s: does not begin with the line '%.14s'", path,
                         FIRST_LINE);
    }
    if (strstr(before, fingerprint) != NULL) {
        return mpcf_fail(err, MPCF_E_CONFIG, "%s: has this key already; one key is one role's",
                         path);
    }
    return write_line(path, before, line, err);
}

static mpcf_status add(const char *path, const char *line, mpcf_error *err)
{
    char *before = NULL;
    size_t length = 0;

    if (!file_exists(path)) {
        return write_line(path, FIRST_LINE, line, err);
    }
    MPCF_TRY(file_read(path, FILE_LIMIT, &before, &length, err));
    mpcf_status status = add_to(path, before, line, err);
    mpcf_free(before);
    return status;
}

mpcf_status trusted_add(const char *folder, enum role role, const uint8_t fingerprint[SPOKEN_BYTES],
                        mpcf_error *err)
{
    char line[80];
    char *path = mpcf_format("%s/%s", folder, TRUSTED_NAME);

    if (path == NULL) {
        return mpcf_fail_memory(err, strlen(folder), "a file name");
    }
    int at = snprintf(line, sizeof(line), "%s ", role_name(role));
    for (size_t i = 0; i < SPOKEN_BYTES; i++) {
        at += snprintf(line + at, sizeof(line) - (size_t) at, "%02x", fingerprint[i]);
    }
    (void) snprintf(line + at, sizeof(line) - (size_t) at, "\n");
    mpcf_status status = add(path, line, err);
    mpcf_free(path);
    return status;
}
