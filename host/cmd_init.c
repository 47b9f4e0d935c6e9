/* SPDX-License-Identifier: Apache-2.0 */
/* init: a pipeline file for a checkpoint and data, to be read and changed by a person. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/folder.h"
#include "base/log.h"
#include "command_words.h"
#include "draft/draft.h"
#include "host.h"

/* What is there already stays, also where it comes at this moment. */
static mpcf_status write_new(const char *path, const struct text_buffer *text, mpcf_error *err)
{
    FILE *file = fopen(path, "wxe");
    bool is_written;

    if (file == NULL) {
        return mpcf_fail(
            err, errno == EEXIST ? MPCF_E_CONFIG : MPCF_E_IO, "cannot write '%s': %s", path,
            errno == EEXIST ? "it is there already, and is not replaced" : strerror(errno));
    }
    is_written = fwrite(text->data, 1, text->length, file) == text->length;
    if (fclose(file) != 0 || !is_written) {
        mpcf_status status =
            mpcf_fail(err, MPCF_E_IO, "cannot write '%s': %s", path, strerror(errno));

        (void) remove(path);
        return status;
    }
    return MPCF_OK;
}

static void tell(const char *file, const struct text_buffer *found)
{
    char predict[] = "predict", *words[] = {predict};
    int taken = 0;

    (void) printf("%s%s: written. Read it, then:\n  mpcf-host %s --check\n", text_string(found),
                  file, file);
    if (command_find(1, words, &taken) != NULL) {
        (void) printf("  mpcf-host predict %s --plain TEXT\n", file);
    }
    (void) printf("  mpcf-host %s\n", file);
}

int cmd_init(const struct args *args)
{
    const struct draft_request request = {
        .checkpoint = args->operands[0],
        .data = args->operands[1],
        .file = args->operand_count == 3 ? args->operands[2] : "pipeline.yaml",
        .plugin_folder = args_value(args, "--plugin-dir"),
    };
    struct text_buffer yaml = {0}, found = {0};
    mpcf_error *err;
    mpcf_status status;

    if (file_exists(request.file)) {
        return host_usage("init", "'%s' is there already, and is not replaced", request.file);
    }
    log_set_level(LOG_QUIET); /* what is said of each try */
    host_show_progress();
    err = mpcf_error_create();
    status = draft_pipeline(&request, &yaml, &found, err);
    if (status == MPCF_OK) {
        status = write_new(request.file, &yaml, err);
    }
    if (status == MPCF_OK) {
        tell(request.file, &found);
    }
    text_clear(&yaml);
    text_clear(&found);
    const int result = status == MPCF_OK ? EXIT_DONE : host_refused(err);
    mpcf_error_destroy(err);
    return result;
}
