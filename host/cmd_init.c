/* SPDX-License-Identifier: Apache-2.0 */
/* init: a pipeline file for a checkpoint and data, to be read and changed by a person. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/folder.h"
#include "base/log.h"
#include "base/memory.h"
#include "command_words.h"
#include "draft/draft.h"
#include "host.h"
#include "pipeline/open_pipeline.h"
#include "stages/run_pipeline.h"
#include "standard_output.h"

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

/* What is written can run, or nothing is written. */
static mpcf_status check(const struct draft_request *draft, const struct text_buffer *yaml,
                         mpcf_error *err)
{
    const struct pipeline_request request = {
        .file = draft->file, .text = yaml->data, .plugin_folder = draft->plugin_folder};
    struct run_facts facts = {0};
    struct pipeline *p = NULL;
    mpcf_status status = pipeline_open(&request, &p, err);

    if (status == MPCF_OK) {
        const struct run_request run = {.source = &request, .viewer = VIEW_ALL};

        status = pipeline_check(p, &run, &facts, err);
    }
    pipeline_close(p);
    return status == MPCF_OK || status == MPCF_E_NOMEM || status == MPCF_E_INTERRUPTED
               ? status
               : mpcf_fail_while(err, status, "nothing is written: a run would refuse it");
}

static void tell(const char *file, const struct text_buffer *found)
{
    char predict[] = "predict", *words[] = {predict};
    int taken = 0;

    (void) fprintf(standard_output(), "%s%s: written. Read it, then:\n  mpcf-host %s --check\n",
                   text_string(found), file, file);
    if (command_find(1, words, &taken) != NULL) {
        (void) fprintf(standard_output(), "  mpcf-host predict %s --plain TEXT\n", file);
    }
    (void) fprintf(standard_output(), "  mpcf-host %s\n", file);
}

static mpcf_status check_folder(const char *path, mpcf_error *err)
{
    char *folder = file_folder_of(path);
    const bool is_there = folder != NULL && file_is_folder(folder);

    mpcf_free(folder);
    return is_there ? MPCF_OK
                    : mpcf_fail(err, MPCF_E_IO, "cannot write '%s': its folder is not there", path);
}

int cmd_init(const struct args *args)
{
    const char *sets[ARGS_LIMIT];
    const struct draft_request request = {
        .checkpoint = args->operands[0],
        .data = args->operands[1],
        .file = args->operand_count == 3 ? args->operands[2] : "pipeline.yaml",
        .plugin_folder = args_value(args, "--plugin-dir"),
        .sets = sets,
        .set_count = args_values(args, "--set", sets),
        .no_trial = args_has(args, "--no-trial"),
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
    status = check_folder(request.file, err);
    if (status == MPCF_OK) {
        status = draft_pipeline(&request, &yaml, &found, err);
    }
    if (status == MPCF_OK) {
        status = check(&request, &yaml, err);
    }
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
