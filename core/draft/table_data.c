/* SPDX-License-Identifier: Apache-2.0 */
/* Which files a table has, and which character divides their cells. */
#include "draft/table_data.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/folder.h"
#include "base/memory.h"

enum { TRIED_ROWS = 50, NAMED_FILES = 8 };

static const char *const endings[] = {".csv", ".tsv", ".tab", ".jsonl", ".ndjson", ".json", ".txt"};

/* --- Files --- */

/* FOLDER/BASE with an ending that is there; NULL: none. */
static const char *with_ending(struct sketch *s, const char *folder, const char *base)
{
    for (size_t i = 0; i < 2 * sizeof endings / sizeof *endings; i++) {
        const char *path = arena_format(s->arena, "%s/%s%s%s", folder, base, endings[i / 2],
                                        i % 2 == 0 ? "" : ".gz");

        if (path != NULL && file_exists(path)) {
            return path;
        }
    }
    return NULL;
}

static const char *first_of(struct sketch *s, const char *folder, const char *const *bases)
{
    const char *path = NULL;

    for (; path == NULL && *bases != NULL; bases++) {
        path = with_ending(s, folder, *bases);
    }
    return path;
}

static bool is_table(const char *name)
{
    size_t length = strlen(name);

    length -= text_ends_with(name, ".gz") ? 3 : 0;
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++) {
        const size_t tail = strlen(endings[i]);

        if (length > tail && *name != '.' &&
            strncasecmp(name + length - tail, endings[i], tail) == 0) {
            return true;
        }
    }
    return false;
}

struct listing {
    const char *only;
    size_t count;
    struct text_buffer names;
};

static int take_table(const struct dirent *entry)
{
    return is_table(entry->d_name);
}

static void list_tables(struct sketch *s, struct listing *out)
{
    struct dirent **entries = NULL;
    const int count = scandir(s->data_as_given, &entries, take_table, alphasort);

    for (int i = 0; i < count; i++) {
        out->only = arena_strdup(s->arena, entries[i]->d_name);
        text_printf(&out->names, "%s%s",
                    i == 0            ? ""
                    : i < NAMED_FILES ? ", "
                                      : "",
                    i < NAMED_FILES ? entries[i]->d_name : "");
        out->count++;
        free(entries[i]);
    }
    free(entries);
}

static mpcf_status fail_folder(const struct sketch *s, const struct listing *l, mpcf_error *err)
{
    if (l->count == 0) {
        return mpcf_fail(err, MPCF_E_CONFIG,
                         "folder '%s' has no table: a file .csv, .tsv, .jsonl or .txt, with .gz or "
                         "not",
                         s->data_as_given);
    }
    return mpcf_fail(err, MPCF_E_CONFIG,
                     "folder '%s' has no train.csv or the like, and %zu tables: %s. Give one of "
                     "them in place of the folder, or say which is which: --set "
                     "dataset.train=FILE --set dataset.dev=FILE",
                     s->data_as_given, l->count, text_string(&l->names));
}

/* The only table that there is. */
static mpcf_status take_only(struct sketch *s, struct table_data *out, mpcf_error *err)
{
    struct listing l = {NULL, 0, {0}};
    mpcf_status status = MPCF_OK;

    list_tables(s, &l);
    if (l.count != 1) {
        status = fail_folder(s, &l, err);
    } else {
        out->files[0] = arena_format(s->arena, "%s/%s", s->data_as_given, l.only);
        s->data = out->files[0] == NULL ? NULL : sketch_path(s, out->files[0]);
        status = s->data == NULL ? mpcf_fail_memory(err, 0, "a path") : MPCF_OK;
        out->count = 1;
    }
    text_clear(&l.names);
    return status;
}

static mpcf_status find_files(struct sketch *s, struct table_data *out, mpcf_error *err)
{
    static const char *const train[] = {"train", NULL};
    static const char *const dev[] = {"dev", "validation", "valid", "val", "test", NULL};
    const bool is_folder = file_is_folder(s->data_as_given);
    const char *own = sketch_given(s, "train"), *judged = sketch_given(s, "dev");
    char *folder = is_folder ? mpcf_strdup(s->data_as_given) : file_folder_of(s->data_as_given);

    if (folder == NULL) {
        return mpcf_fail_memory(err, 0, "a path");
    }
    out->files[0] = own != NULL ? arena_format(s->arena, "%s/%s", folder, own)
                    : is_folder ? first_of(s, folder, train)
                                : s->data_as_given;
    out->files[1] = judged != NULL ? arena_format(s->arena, "%s/%s", folder, judged)
                    : is_folder    ? first_of(s, folder, dev)
                                   : NULL;
    mpcf_free(folder);
    out->count = out->files[1] != NULL ? 2 : 1;
    if (!is_folder) {
        return out->files[0] != NULL ? MPCF_OK : mpcf_fail_memory(err, 0, "a path");
    }
    return out->files[0] != NULL && out->files[1] != NULL ? MPCF_OK : take_only(s, out, err);
}

/* --- Delimiters --- */

/* Whether some rows have one number of cells, two or more. */
static bool divides(const struct table_data *d, int32_t delimiter)
{
    mpcf_table_request request = d->request;
    const char *const *cells = NULL;
    mpcf_table *table = NULL;
    bool is_good;

    request.no_header = 1;
    request.delimiter = delimiter;
    if (mpcf_table_open(d->files[0], &request, &table, NULL) != MPCF_OK) {
        return false;
    }
    is_good = mpcf_table_width(table) > 1;
    for (size_t i = 0; is_good && i < TRIED_ROWS; i++) {
        const mpcf_status status = mpcf_table_next(table, &cells, NULL);

        if (status == MPCF_OK && cells == NULL) {
            break;
        }
        is_good = status == MPCF_OK && cells[mpcf_table_width(table) - 1] != NULL;
    }
    mpcf_table_close(table);
    return is_good;
}

static bool has_delimiter(const char *file)
{
    const size_t length = strlen(file) - (text_ends_with(file, ".gz") ? 3 : 0);

    for (size_t i = 0; i < 3; i++) {
        const size_t tail = strlen(endings[i]);

        if (length > tail && strncasecmp(file + length - tail, endings[i], tail) == 0) {
            return true;
        }
    }
    return false;
}

/* The usual one where it divides rows, else another that does. */
static mpcf_status find_delimiter(struct sketch *s, struct table_data *d, mpcf_error *err)
{
    static const char others[] = ",;\t|";

    if (!has_delimiter(d->files[0]) || divides(d, 0)) {
        return MPCF_OK;
    }
    for (const char *at = others; *at != '\0'; at++) {
        if (divides(d, *at)) {
            d->request.delimiter = (unsigned char) *at;
            return sketch_add(s, "delimiter",
                              *at == '\t' ? "tab" : arena_format(s->arena, "\"%c\"", *at),
                              "what divides the cells of the file", err);
        }
    }
    return MPCF_OK;
}

/* As the reader understands its options, as far as they are about bytes. */
static void take_request(const struct sketch *s, struct table_data *d)
{
    static const char *const forms[] = {"auto", "csv", "tsv", "jsonl", "text"};
    const char *form = sketch_given(s, "format"), *quotes = sketch_given(s, "quotes");
    const char *delimiter = sketch_given(s, "delimiter");

    d->request.struct_size = sizeof d->request;
    for (int32_t i = 0; form != NULL && i < 5; i++) {
        d->request.form = strcmp(form, forms[i]) == 0 ? i : d->request.form;
    }
    d->request.no_quotes =
        quotes != NULL && (strcmp(quotes, "false") == 0 || strcmp(quotes, "no") == 0);
    if (delimiter != NULL && (strcmp(delimiter, "tab") == 0 || strcmp(delimiter, "\\t") == 0)) {
        d->request.delimiter = '\t';
    } else if (delimiter != NULL && strlen(delimiter) == 1) {
        d->request.delimiter = (unsigned char) *delimiter;
    } else if (delimiter != NULL && strlen(delimiter) == 3) { /* in quotation marks */
        d->request.delimiter = (unsigned char) delimiter[1];
    }
}

mpcf_status table_data_find(struct sketch *s, struct table_data *out, mpcf_error *err)
{
    *out = (struct table_data){.count = 0};
    MPCF_TRY(find_files(s, out, err));
    take_request(s, out);
    return out->request.delimiter != 0 ? MPCF_OK : find_delimiter(s, out, err);
}
