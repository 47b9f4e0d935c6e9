/* SPDX-License-Identifier: Apache-2.0 */
/* Where the vectors are, and what is in them. */
#include "support/vectors.h"

#include <stdlib.h>

#include "base/file.h"
#include "base/memory.h"
#include "support/support.h"

#define FILE_LIMIT ((size_t) 16 << 20)

char *vector_path(const char *relative)
{
    const char *source = getenv("MPCF_SOURCE_DIR");
    char *path = mpcf_format("%s/tests/vectors/%s", source != NULL ? source : ".", relative);

    assert_non_null(path);
    return path;
}

char *vector_bytes(const char *relative, size_t *length)
{
    mpcf_error *err = mpcf_error_create();
    char *path = vector_path(relative), *data = NULL;

    assert_ok(file_read(path, FILE_LIMIT, &data, length, err), err);
    mpcf_free(path);
    mpcf_error_destroy(err);
    return data;
}

json_t *vector_json(const char *relative)
{
    size_t length = 0;
    char *data = vector_bytes(relative, &length);
    json_t *value = json_loadb(data, length, JSON_ALLOW_NUL, NULL);

    if (value == NULL) {
        fail_msg("%s is no JSON", relative);
    }
    mpcf_free(data);
    return value;
}
