/* SPDX-License-Identifier: Apache-2.0 */
/* How a checkpoint is written so that a reader finds the old one or the new, whole. */
#include "checkpoint/save.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/folder.h"
#include "base/memory.h"
#include "format/json.h"
#include "format/safetensors_write.h"
#include "text/tokenizer_files.h"

/* --- The model --- */

static mpcf_status put_parameters(FILE *stream, const struct parameters *parameters,
                                  mpcf_error *err)
{
    struct tensor_out *tensors = mpcf_alloc_array(parameters->count, sizeof(*tensors));

    if (tensors == NULL) {
        return mpcf_fail_memory(err, parameters->count * sizeof(*tensors), "a list of tensors");
    }
    for (size_t i = 0; i < parameters->count; i++) {
        const struct parameter *p = &parameters->items[i];
        tensors[i] =
            (struct tensor_out){.name = p->name, .rank = (size_t) p->shape.rank, .data = p->value};
        for (size_t j = 0; j < tensors[i].rank; j++) {
            tensors[i].dim[j] = (uint64_t) p->shape.dim[j];
        }
    }
    mpcf_status status = safetensors_put(stream, tensors, parameters->count, NULL, err);
    mpcf_free(tensors);
    return status;
}

static mpcf_status put_config(FILE *stream, const json_t *config, mpcf_error *err)
{
    char *text = json_text(config, JSON_INDENT(2));
    mpcf_status status = MPCF_OK;

    if (text == NULL) {
        return mpcf_fail_memory(err, 0, "config.json");
    }
    errno = 0;
    if (fputs(text, stream) == EOF || fputc('\n', stream) == EOF) {
        status = mpcf_fail(err, MPCF_E_IO, "writing config.json: %s", strerror(errno));
    }
    free(text);
    return status;
}

/* On the disk now, so that what remains is a rename. */
static mpcf_status settle(FILE *stream, const char *what, mpcf_error *err)
{
    if (fflush(stream) != 0 || fsync(fileno(stream)) != 0) {
        return mpcf_fail(err, MPCF_E_IO, "writing %s: %s", what, strerror(errno));
    }
    return MPCF_OK;
}

/* A file of the folder being written, with its place. */
static mpcf_status begin(const char *folder, const char *name, struct file_write **out,
                         mpcf_error *err)
{
    char *path = file_join(folder, name);

    if (path == NULL) {
        return mpcf_fail_memory(err, strlen(folder), "a path");
    }
    mpcf_status status = file_write_begin(path, out, err);
    mpcf_free(path);
    return status;
}

static mpcf_status fill(FILE *model, FILE *config_stream, const json_t *config,
                        const struct parameters *parameters, mpcf_error *err)
{
    MPCF_TRY(put_parameters(model, parameters, err));
    MPCF_TRY(put_config(config_stream, config, err));
    MPCF_TRY(settle(model, "model.safetensors", err));
    return settle(config_stream, "config.json", err);
}

/* Both files are whole on the disk before the first takes its name. */
static mpcf_status save(const char *folder, const json_t *config, const char *from,
                        const struct parameters *parameters, mpcf_error *err)
{
    struct file_write *model = NULL;
    struct file_write *settings = NULL;

    MPCF_TRY(file_make_folder(folder, err));
    mpcf_status status = begin(folder, "model.safetensors", &model, err);
    if (status == MPCF_OK) {
        status = begin(folder, "config.json", &settings, err);
    }
    if (status == MPCF_OK) {
        status =
            fill(file_write_stream(model), file_write_stream(settings), config, parameters, err);
    }
    if (status == MPCF_OK && from != NULL) {
        status = tokenizer_files_copy(from, folder, err);
    }
    if (status == MPCF_OK) {
        status = file_write_commit(settings, err);
        settings = NULL;
    }
    if (status == MPCF_OK) {
        status = file_write_commit(model, err);
        model = NULL;
    }
    file_write_cancel(settings);
    file_write_cancel(model);
    return status;
}

mpcf_status checkpoint_save(const char *folder, const json_t *config, const char *from,
                            const struct parameters *parameters, mpcf_error *err)
{
    mpcf_status status = save(folder, config, from, parameters, err);

    return status == MPCF_OK ? MPCF_OK
                             : mpcf_fail_while(err, status, "saving checkpoint '%s'", folder);
}
