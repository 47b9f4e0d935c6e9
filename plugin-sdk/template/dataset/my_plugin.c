/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE /* getline() */
/*
 * my_plugin: FOLDER/<split>.tsv with "label<TAB>text" lines, labels from 0.
 */
#include <mpcf/dataset.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct my_plugin_config {
    int64_t classes;
};

static const mpcf_option options[] = {
    {.key = "classes",
     .type = MPCF_OPT_INT,
     .default_text = "2",
     .min = 2,
     .max = 1000,
     .offset = offsetof(struct my_plugin_config, classes),
     .help = "labels are below it"},
    {.key = NULL},
};

struct reader {
    FILE *file;
    char *path, *line;
    size_t room;
    uint64_t row;
    int64_t classes;
};

static mpcf_status describe(const void *config, mpcf_task *task, mpcf_error *err)
{
    static const char *const splits[] = {"train", "dev", NULL};
    const struct my_plugin_config *c = config;

    (void) err;
    task->name = "my_plugin";
    task->classes = (size_t) c->classes;
    task->metrics[0] = "accuracy";
    task->train_split = "train";
    task->judge_split = "dev";
    task->splits = splits;
    return MPCF_OK;
}

static void close_reader(void *object)
{
    struct reader *r = object;

    if (r->file != NULL) {
        (void) fclose(r->file);
    }
    free(r->path);
    free(r->line);
    free(r);
}

static mpcf_status open_split(const void *config, const char *path, const char *split,
                              void **reader, mpcf_error *err)
{
    const struct my_plugin_config *c = config;
    const size_t size = strlen(path) + strlen(split) + 6;
    struct reader *r = calloc(1, sizeof *r);

    if (r == NULL || (r->path = malloc(size)) == NULL) {
        free(r);
        return mpcf_fail(err, MPCF_E_NOMEM, "no memory for a reader");
    }
    (void) snprintf(r->path, size, "%s/%s.tsv", path, split);
    r->classes = c->classes;
    r->file = fopen(r->path, "rb");
    if (r->file == NULL) {
        mpcf_status status =
            mpcf_fail(err, MPCF_E_IO, "cannot open '%s': %s", r->path, strerror(errno));

        close_reader(r);
        return status;
    }
    *reader = r;
    return MPCF_OK;
}

static mpcf_status next(void *object, mpcf_example *example, int32_t *more, mpcf_error *err)
{
    struct reader *r = object;
    ssize_t length = getline(&r->line, &r->room, r->file);
    char *text = NULL;
    long label;

    *more = length > 0;
    if (length <= 0) {
        return ferror(r->file) ? mpcf_fail(err, MPCF_E_IO, "cannot read '%s'", r->path) : MPCF_OK;
    }
    if (r->line[length - 1] == '\n') {
        r->line[length - 1] = '\0';
    }
    label = strtol(r->line, &text, 10);
    if (text == r->line || *text != '\t' || label < 0 || label >= r->classes) {
        return mpcf_fail(err, MPCF_E_FORMAT, "%s:%llu: expected a label below %lld, a tab, a text",
                         r->path, (unsigned long long) r->row + 1, (long long) r->classes);
    }
    memset(example, 0, sizeof *example);
    example->text_a = text + 1;
    example->label = (double) label;
    example->has_label = 1;
    example->id = r->row++;
    return MPCF_OK;
}

static mpcf_status rewind_reader(void *object, mpcf_error *err)
{
    struct reader *r = object;

    r->row = 0;
    return fseek(r->file, 0, SEEK_SET) == 0
               ? MPCF_OK
               : mpcf_fail(err, MPCF_E_IO, "cannot read '%s' again", r->path);
}

static const mpcf_dataset dataset = {
    .struct_size = sizeof(mpcf_dataset),
    .name = "my_plugin",
    .summary = "lines of label, tab, text",
    .options = options,
    .option_size = sizeof(mpcf_option),
    .config_size = sizeof(struct my_plugin_config),
    .describe = describe,
    .open = open_split,
    .next = next,
    .rewind = rewind_reader,
    .close = close_reader,
};

static mpcf_status start(mpcf_registry *registry, mpcf_error *err)
{
    return mpcf_register_dataset(registry, &dataset, err);
}

MPCF_PLUGIN(.name = "my_plugin", .version = "0.1", .license = "Apache-2.0",
            .summary = "a reader of labelled lines", .start = start);
