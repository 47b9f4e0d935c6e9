/* SPDX-License-Identifier: Apache-2.0 */
/* A report on the disk: the tree read, and written with its page. */
#include "report/report.h"

#include <stdbool.h>
#include <string.h>

#include "base/file.h"
#include "base/folder.h"
#include "base/memory.h"
#include "format/json.h"
#include "report/page.h"

mpcf_status report_read(const char *folder, json_t **out, mpcf_error *err)
{
    char *path = file_join(folder, "report.json");
    if (path == NULL) {
        return mpcf_fail_memory(err, strlen(folder), "a path");
    }
    mpcf_status status = MPCF_OK;
    json_t *root = NULL;
    if (file_exists(path)) {
        status = json_read_file(path, &root, err);
    } else {
        root = json_object();
    }
    if (status == MPCF_OK && !json_is_object(root)) {
        status = mpcf_fail(err, MPCF_E_FORMAT, "'%s': expected an object, { ... }", path);
        json_decref(root);
    }
    mpcf_free(path);
    if (status == MPCF_OK) {
        *out = root;
    }
    return status;
}

static mpcf_status write_page(const char *path, const json_t *root, bool is_private,
                              mpcf_error *err)
{
    struct text_buffer page = {0};
    mpcf_status status = report_render(root, &page, err);
    if (status == MPCF_OK) {
        status = is_private ? file_write_whole_private(path, page.data, page.length, err)
                            : file_write_whole(path, page.data, page.length, err);
    }
    text_clear(&page);
    return status;
}

static mpcf_status write_both(const char *folder, const json_t *root, bool is_private,
                              mpcf_error *err)
{
    char *truth = file_join(folder, "report.json");
    char *page = file_join(folder, "report.html");
    mpcf_status status = MPCF_OK;
    if (truth == NULL || page == NULL) {
        status = mpcf_fail_memory(err, strlen(folder), "a path");
    }
    if (status == MPCF_OK) {
        status = file_make_folder(folder, err);
    }
    if (status == MPCF_OK) {
        status = is_private ? json_write_private_file(truth, root, err)
                            : json_write_file(truth, root, err);
    }
    if (status == MPCF_OK) {
        status = write_page(page, root, is_private, err);
    }
    mpcf_free(truth);
    mpcf_free(page);
    return status;
}

mpcf_status report_write(const char *folder, const json_t *root, mpcf_error *err)
{
    return write_both(folder, root, false, err);
}

mpcf_status report_write_private(const char *folder, const json_t *root, mpcf_error *err)
{
    return write_both(folder, root, true, err);
}
