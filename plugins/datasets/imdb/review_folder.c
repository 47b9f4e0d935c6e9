/* SPDX-License-Identifier: Apache-2.0 */
/* Lists the files of a split's two folders. */
#include "review_folder.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#define PATH_LIMIT 4096

static mpcf_status list_class(const char *path, const char *split, int32_t label,
                              struct reviews *reviews, mpcf_error *err)
{
    char where[PATH_LIMIT];
    bool is_one = false;
    mpcf_status status = MPCF_OK;
    DIR *folder = NULL;

    (void) snprintf(where, sizeof(where), "%s/%s/%s", path, split, review_classes[label]);
    folder = opendir(where);
    if (folder == NULL) {
        return mpcf_fail(err, MPCF_E_IO, "cannot open folder '%s': %s", where, strerror(errno));
    }
    for (struct dirent *entry = readdir(folder); entry != NULL && status == MPCF_OK;
         entry = readdir(folder)) {
        status = reviews_add(reviews, where, entry->d_name, label, &is_one, err);
    }
    (void) closedir(folder); /* only read */
    return status;
}

mpcf_status folder_list(const char *path, const char *split, struct reviews *reviews,
                        mpcf_error *err)
{
    char where[PATH_LIMIT];
    const int length = snprintf(where, sizeof(where), "%s/%s", path, split);

    if (length < 0 || (size_t) length + REVIEW_NAME >= sizeof(where)) {
        return mpcf_fail(err, MPCF_E_CONFIG, "path of the data is longer than %d bytes",
                         PATH_LIMIT - REVIEW_NAME);
    }
    MPCF_TRY(list_class(path, split, 0, reviews, err));
    MPCF_TRY(list_class(path, split, 1, reviews, err));
    return reviews_sort(reviews, where, err);
}
