/* SPDX-License-Identifier: Apache-2.0 */
/* How a text becomes a file of a measured run's folder. */
#include "bench/bench_write.h"

#include "base/file.h"
#include "base/folder.h"
#include "base/memory.h"

mpcf_status bench_write(const char *folder, const char *name, struct text_buffer *text,
                        mpcf_error *err)
{
    char *path = file_join(folder, name);
    mpcf_status status = path != NULL && !text->failed
                             ? file_write_whole(path, text->data, text->length, err)
                             : mpcf_fail_memory(err, text->length, name);

    mpcf_free(path);
    text_clear(text);
    return status;
}
