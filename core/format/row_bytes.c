/* SPDX-License-Identifier: Apache-2.0 */
/* Where a table's bytes come from. */
#include "format/row_bytes.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "base/folder.h"
#include "base/lfs_pointer.h"
#include "base/memory.h"

enum { PIECE = 128 * 1024 };

/* How files begin that people take for tables. */
static const struct {
    const char *begin;
    size_t length;
    const char *is, *what_to_do;
} foreign[] = {
    {"PK\003\004", 4, "a zip archive or a workbook (.xlsx)", "save it as CSV, in UTF-8"},
    {"\xd0\xcf\x11\xe0", 4, "a workbook (.xls)", "save it as CSV, in UTF-8"},
    {"PAR1", 4, "Parquet", "write it as CSV: pandas.read_parquet(..).to_csv(.., index=False)"},
    {"ARROW1", 6, "Arrow", "write it as CSV"},
    {"SQLite f", 8, "a database", "write the table as CSV"},
    {"BZh", 3, "compressed by bzip2", "unpack it, or gzip it"},
    {"\xfd"
     "7zXZ",
     5, "compressed by xz", "unpack it, or gzip it"},
    {"\x28\xb5\x2f\xfd", 4, "compressed by zstd", "unpack it, or gzip it"},
    {"\xff\xfe", 2, "text in UTF-16", "write it anew: iconv -f UTF-16 -t UTF-8 FILE > NEW"},
    {"\xfe\xff", 2, "text in UTF-16", "write it anew: iconv -f UTF-16 -t UTF-8 FILE > NEW"},
};

/* It is read more than once. */
static mpcf_status check_kind(const char *path, mpcf_error *err)
{
    struct stat facts;

    if (stat(path, &facts) != 0) {
        return mpcf_fail(err, file_status(errno), "cannot open '%s': %s", path, strerror(errno));
    }
    return S_ISREG(facts.st_mode)
               ? MPCF_OK
               : mpcf_fail(err, MPCF_E_IO, "cannot read '%s': it is %s, not a file", path,
                           S_ISDIR(facts.st_mode) ? "a folder" : "a pipe or a device");
}

mpcf_status row_bytes_open(struct row_bytes *b, const char *path, mpcf_error *err)
{
    MPCF_TRY(check_kind(path, err));
    b->name = path;
    b->file = fopen(path, "rbe");
    if (b->file == NULL) {
        return mpcf_fail(err, file_status(errno), "cannot open '%s': %s", path, strerror(errno));
    }
    (void) setvbuf(b->file, NULL, _IONBF, 0); /* texts lie in buffers that are wiped */
    b->buffer = mpcf_alloc_array(PIECE, 1);
    return b->buffer != NULL ? MPCF_OK : mpcf_fail_memory(err, PIECE, "a file");
}

void row_bytes_open_memory(struct row_bytes *b, const void *data, size_t length, const char *name)
{
    b->name = name;
    b->memory = data;
    b->memory_length = length;
    b->at = b->end = b->memory;
}

void row_bytes_close(struct row_bytes *b)
{
    mpcf_unpack_close(b->unpack);
    if (b->file != NULL) {
        (void) fclose(b->file); /* only read */
    }
    if (b->buffer != NULL) {
        mpcf_wipe(b->buffer, PIECE);
    }
    mpcf_free(b->buffer);
    *b = (struct row_bytes){0};
}

mpcf_status row_bytes_more(struct row_bytes *b, mpcf_error *err)
{
    size_t length = 0;

    if (b->file == NULL || b->at < b->end) {
        return MPCF_OK; /* memory is one piece */
    }
    if (b->unpack == NULL) {
        return mpcf_fail(err, MPCF_E_IO, "cannot read '%s' again", b->name); /* it failed before */
    }
    MPCF_TRY(mpcf_unpack_read(b->unpack, b->buffer, PIECE, &length, err));
    b->at = b->buffer;
    b->end = b->buffer + length;
    return MPCF_OK;
}

static mpcf_status rewind_file(struct row_bytes *b, mpcf_error *err)
{
    mpcf_unpack_close(b->unpack);
    b->unpack = NULL;
    if (fseek(b->file, 0, SEEK_SET) != 0) {
        return mpcf_fail(err, file_status(errno), "cannot read '%s': %s", b->name, strerror(errno));
    }
    MPCF_TRY(mpcf_unpack_open(b->file, b->name, &b->unpack, err));
    b->at = b->end = b->buffer;
    return row_bytes_more(b, err);
}

static mpcf_status look(const struct row_bytes *b, mpcf_error *err)
{
    const size_t length = (size_t) (b->end - b->at);

    for (size_t i = 0; i < sizeof foreign / sizeof *foreign; i++) {
        if (length >= foreign[i].length &&
            memcmp(b->at, foreign[i].begin, foreign[i].length) == 0) {
            return mpcf_fail(err, MPCF_E_FORMAT, "%s: the file is %s, not text in UTF-8; %s",
                             b->name, foreign[i].is, foreign[i].what_to_do);
        }
    }
    return lfs_pointer_check(b->name, b->at, length, err);
}

mpcf_status row_bytes_start(struct row_bytes *b, mpcf_error *err)
{
    if (b->file == NULL) {
        b->at = b->memory;
        b->end = b->memory + b->memory_length;
    } else {
        MPCF_TRY(rewind_file(b, err));
    }
    MPCF_TRY(look(b, err));
    if (b->end - b->at >= 3 && memcmp(b->at, "\xef\xbb\xbf", 3) == 0) {
        b->at += 3;
    }
    return MPCF_OK;
}
