/* SPDX-License-Identifier: Apache-2.0 */
/* A note beside the stages' records, which holds as long as the ranges do. */
#include "inference/failed_check.h"

#include <string.h>

#include "base/digest.h"
#include "base/folder.h"
#include "base/log.h"
#include "base/memory.h"
#include "format/json.h"
#include "pipeline/output.h"

#define NOTE "stages/reference.failed.json"

static mpcf_status digest_ranges(const struct pipeline *p, char digest[FILE_DIGEST_SIZE],
                                 mpcf_error *err)
{
    char *path = output_path(p, "student/public/ranges.json");
    mpcf_status status =
        path != NULL ? file_digest(path, digest, err) : mpcf_fail_memory(err, 0, "a path");

    mpcf_free(path);
    return status;
}

mpcf_status failed_check_note(const struct pipeline *p, const char *reason, mpcf_error *err)
{
    char digest[FILE_DIGEST_SIZE];
    char *path = output_path(p, NOTE);
    json_t *note = NULL;
    mpcf_status status =
        path != NULL ? digest_ranges(p, digest, err) : mpcf_fail_memory(err, 0, "a path");

    if (status == MPCF_OK) {
        note = json_pack("{s:s, s:s}", "ranges", digest, "reason", reason);
        status = note != NULL ? json_write_file(path, note, err)
                              : mpcf_fail_memory(err, strlen(reason), "a note");
    }
    json_decref(note);
    mpcf_free(path);
    return status;
}

mpcf_status failed_check_forget(const struct pipeline *p, mpcf_error *err)
{
    char *path = output_path(p, NOTE);
    mpcf_status status =
        path != NULL ? file_remove_tree(path, err) : mpcf_fail_memory(err, 0, "a path");

    mpcf_free(path);
    return status;
}

void failed_check_warn(const struct pipeline *p)
{
    char digest[FILE_DIGEST_SIZE];
    char *path = output_path(p, NOTE);
    json_t *note = NULL;

    if (path != NULL && file_exists(path) && json_read_file(path, &note, NULL) == MPCF_OK) {
        const char *ranges = json_string_value(json_object_get(note, "ranges"));
        const char *reason = json_string_value(json_object_get(note, "reason"));

        if (ranges != NULL && reason != NULL && digest_ranges(p, digest, NULL) == MPCF_OK &&
            strcmp(ranges, digest) == 0) {
            log_line(LOG_WARN,
                     "the student in '%s' failed its check when it was made, and its answers may "
                     "be wrong: %s; `mpcf-host run %s` looks again",
                     p->output, reason, p->file);
        }
        json_decref(note);
    }
    mpcf_free(path);
}
