/* SPDX-License-Identifier: Apache-2.0 */
/* One file for each split in a folder, or one file for both. */
#include "table_files.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include <mpcf/table.h>

static bool is_there(const char *path)
{
    struct stat facts;

    return stat(path, &facts) == 0;
}

static bool is_folder(const char *path)
{
    struct stat facts;

    return stat(path, &facts) == 0 && S_ISDIR(facts.st_mode);
}

/* NAME in FOLDER, of which LENGTH bytes count; NAME alone where it is absolute. */
static mpcf_status join(const char *folder, size_t length, const char *name, char out[TABLE_PATH],
                        mpcf_error *err)
{
    const int needed = *name == '/'
                           ? snprintf(out, TABLE_PATH, "%s", name)
                           : snprintf(out, TABLE_PATH, "%.*s/%s", (int) length, folder, name);

    return needed >= 0 && needed < TABLE_PATH
               ? MPCF_OK
               : mpcf_fail(err, MPCF_E_CONFIG, "path of the data is longer than %d bytes",
                           TABLE_PATH - 1);
}

/* BASE with each ending that there is: how many files, the last of which OUT has. */
static mpcf_status try_endings(const char *folder, const char *base, char out[TABLE_PATH],
                               size_t *found, mpcf_error *err)
{
    static const char *const endings[] = {".csv",    ".tsv",  ".tab", ".jsonl",
                                          ".ndjson", ".json", ".txt"};
    char name[64], path[TABLE_PATH];

    for (size_t i = 0; i < 2 * sizeof endings / sizeof *endings; i++) {
        (void) snprintf(name, sizeof name, "%s%s%s", base, endings[i / 2], i % 2 == 0 ? "" : ".gz");
        MPCF_TRY(join(folder, strlen(folder), name, path, err));
        if (is_there(path)) {
            memcpy(out, path, sizeof path);
            (*found)++;
        }
    }
    return MPCF_OK;
}

static mpcf_status find_in_folder(const char *folder, bool is_train, char out[TABLE_PATH],
                                  mpcf_error *err)
{
    static const char *const train[] = {"train", NULL};
    static const char *const dev[] = {"dev", "validation", "valid", "val", "test", NULL};
    const char *split = is_train ? "train" : "dev";
    size_t found = 0;

    for (const char *const *base = is_train ? train : dev; *base != NULL && found == 0; base++) {
        MPCF_TRY(try_endings(folder, *base, out, &found, err));
    }
    if (found == 1) {
        return MPCF_OK;
    }
    if (found > 1) {
        return mpcf_fail(err, MPCF_E_CONFIG,
                         "folder '%s' has %zu files that may be the split %s; say which: %s: %s",
                         folder, found, split, split, strrchr(out, '/') + 1);
    }
    return mpcf_fail(err, MPCF_E_IO,
                     "folder '%s' has no file %s; name it, as in %s: FILE.csv, or let path be one "
                     "file, whose rows are shared out",
                     folder,
                     is_train ? "train.csv (.tsv, .jsonl, .txt, .gz)"
                              : "dev.csv, validation.csv, test.csv (.tsv, .jsonl, .txt, .gz)",
                     split);
}

mpcf_status table_file_of(const struct table_config *c, const char *path, bool is_train,
                          struct table_file *file, mpcf_error *err)
{
    const char *own = is_train ? c->train : c->dev, *other = is_train ? c->dev : c->train;
    const char *slash = strrchr(path, '/');

    file->is_shared = false;
    if (!is_there(path)) {
        return mpcf_fail(err, MPCF_E_IO, "'%s' is not there: path is a file, or a folder of files",
                         path);
    }
    if (is_folder(path)) {
        return *own != '\0' ? join(path, strlen(path), own, file->path, err)
                            : find_in_folder(path, is_train, file->path, err);
    }
    if (*own != '\0') {
        return join(slash != NULL ? path : ".", slash != NULL ? (size_t) (slash - path) : 1, own,
                    file->path, err);
    }
    file->is_shared = *other == '\0';
    return strlen(path) < TABLE_PATH
               ? (memcpy(file->path, path, strlen(path) + 1), MPCF_OK)
               : mpcf_fail(err, MPCF_E_CONFIG, "path of the data is longer than %d bytes",
                           TABLE_PATH - 1);
}
