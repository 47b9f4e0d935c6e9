/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which reader takes the data: each that comes along is asked, with the options that it may need, and reads
 * some rows of both splits.
 */
#include "draft/data.h"

#include <string.h>
#include <strings.h>

#include "base/folder.h"
#include "draft/table_options.h"
#include "plugin/option_set.h"

enum { TRIED_ROWS = 100 };

/* A file is a table before it is one of the benchmarks' in another form: `review, sentiment` may be anybody's. */
static const char *const readers[2][3] = {{"glue", "imdb", "table"}, {"table", "imdb", "glue"}};

static bool take_any(void *context, const mpcf_example *example)
{
    (void) context;
    (void) example;
    return true;
}

/* S as it is: opened, and rows of both splits read. */
static mpcf_status try_sketch(const struct sketch *s, struct pipeline **out, mpcf_error *err)
{
    struct pipeline *p = NULL;
    mpcf_status status = sketch_open(s, &p, err);

    if (status == MPCF_OK) {
        status = sketch_walk(p, p->task.train_split, TRIED_ROWS, take_any, NULL, err);
    }
    if (status == MPCF_OK) {
        status = sketch_walk(p, p->task.judge_split, TRIED_ROWS, take_any, NULL, err);
    }
    if (status != MPCF_OK) {
        pipeline_close(p);
        return status;
    }
    *out = p;
    return MPCF_OK;
}

static bool find_option(const mpcf_dataset *dataset, const char *key, mpcf_option *option)
{
    size_t option_size = 0, config_size = 0;
    const mpcf_option *options =
        component_options(COMPONENT_DATASET, dataset, &option_size, &config_size);

    for (size_t i = 0; option_at(options, option_size, i, option); i++) {
        if (strcmp(option->key, key) == 0) {
            return true;
        }
    }
    return false;
}

static bool is_hopeless(mpcf_status status)
{
    return status == MPCF_E_NOMEM || status == MPCF_E_INTERRUPTED;
}

static mpcf_status try_task(struct sketch *s, const char *task, struct pipeline **out,
                            mpcf_error *err)
{
    mpcf_error_reset(err);
    s->option_count = 0;
    MPCF_TRY(sketch_add(s, "task", sketch_value(s, task), "whose columns the files have", err));
    return try_sketch(s, out, err);
}

/* A folder that is called as a task is of that task; else each is tried. */
static mpcf_status try_tasks(struct sketch *s, const char *const *tasks, struct pipeline **out,
                             mpcf_error *err)
{
    const char *slash = strrchr(s->data_as_given, '/');
    const char *name = slash == NULL ? s->data_as_given : slash + 1;
    mpcf_status status = MPCF_E_CONFIG;

    for (size_t i = 0; tasks[i] != NULL; i++) {
        if (strcasecmp(tasks[i], name) == 0) {
            return try_task(s, tasks[i], out, err);
        }
    }
    for (size_t i = 0; tasks[i] != NULL && status != MPCF_OK && !is_hopeless(status); i++) {
        status = try_task(s, tasks[i], out, err);
    }
    return status == MPCF_OK || is_hopeless(status)
               ? status
               : mpcf_fail_while(err, status, "no task, the last of which");
}

static mpcf_status try_reader(struct sketch *s, const mpcf_dataset *dataset, struct pipeline **out,
                              mpcf_error *err)
{
    mpcf_option task, text, label;

    s->option_count = 0;
    if (find_option(dataset, "task", &task) && task.type == MPCF_OPT_CHOICE) {
        return try_tasks(s, task.choices, out, err);
    }
    if (find_option(dataset, "text", &text) && find_option(dataset, "label", &label)) {
        MPCF_TRY(draft_table_options(s, err));
    }
    return try_sketch(s, out, err);
}

static mpcf_status ask(struct sketch *s, struct plugins *plugins, struct text_buffer *said,
                       struct pipeline **out, mpcf_error *err)
{
    const char *const *names = readers[file_is_folder(s->data_as_given) ? 0 : 1];
    mpcf_status status = MPCF_E_CONFIG;

    for (size_t i = 0; i < 3; i++) {
        const void *dataset = NULL;

        mpcf_error_reset(err);
        if (plugins_find(plugins, COMPONENT_DATASET, names[i], &dataset, err) != MPCF_OK) {
            continue;
        }
        s->reader = names[i];
        status = try_reader(s, dataset, out, err);
        if (status == MPCF_OK || is_hopeless(status)) {
            return status;
        }
        text_printf(said, "\n  %s: %s", names[i], mpcf_error_text(err));
    }
    mpcf_error_reset(err);
    return mpcf_fail(err, MPCF_E_CONFIG, "no reader takes '%s':%s", s->data_as_given,
                     text_string(said));
}

mpcf_status draft_data(struct sketch *s, struct pipeline **out, mpcf_error *err)
{
    struct text_buffer said = {0};
    struct plugins *plugins = NULL;
    mpcf_status status = plugins_create(s->plugin_folder, &plugins, err);

    if (status == MPCF_OK) {
        status = ask(s, plugins, &said, out, err);
    }
    plugins_destroy(plugins);
    text_clear(&said);
    return status;
}
