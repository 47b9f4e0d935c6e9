/* SPDX-License-Identifier: Apache-2.0 */
/* One interface before two readers. */
#include "checkpoint/weights_file.h"

#include "base/memory.h"
#include "base/text.h"
#include "format/safetensors.h"
#include "format/torch_file.h"

struct weights_file {
    struct safetensors *safetensors; /* one of the two */
    struct torch_file *torch;
};

mpcf_status weights_file_open(const char *path, struct weights_file **out, mpcf_error *err)
{
    struct weights_file *file = mpcf_alloc_array(1, sizeof *file);
    mpcf_status status;

    if (file == NULL) {
        return mpcf_fail_memory(err, sizeof *file, "a file of weights");
    }
    status = text_ends_with(path, ".safetensors") ? safetensors_open(path, &file->safetensors, err)
                                                  : torch_file_open(path, &file->torch, err);
    if (status != MPCF_OK) {
        weights_file_close(file);
        return status;
    }
    *out = file;
    return MPCF_OK;
}

void weights_file_close(struct weights_file *file)
{
    if (file != NULL) {
        safetensors_close(file->safetensors);
        torch_file_close(file->torch);
        mpcf_free(file);
    }
}

size_t weights_file_count(const struct weights_file *file)
{
    return file->torch != NULL ? torch_file_count(file->torch)
                               : safetensors_count(file->safetensors);
}

const struct tensor *weights_file_tensor(const struct weights_file *file, size_t i)
{
    return file->torch != NULL ? torch_file_tensor(file->torch, i)
                               : safetensors_tensor(file->safetensors, i);
}
