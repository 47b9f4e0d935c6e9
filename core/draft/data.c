/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which reader takes the data: each that comes along is asked, with the options that it may need, and reads
 * some rows of both splits.
 */
#include "draft/data.h"

#include <string.h>
#include <strings.h>

#include "base/folder.h"
#include "base/memory.h"
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
    MPCF_TRY(sketch_begin_options(s, err));
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
    mpcf_option task;

    MPCF_TRY(sketch_begin_options(s, err));
    if (sketch_given(s, "task") == NULL && find_option(dataset, "task", &task) &&
        task.type == MPCF_OPT_CHOICE) {
        return try_tasks(s, task.choices, out, err);
    }
    if (strcmp(s->reader, "table") == 0) {
        MPCF_TRY(draft_table_options(s, err));
        return sketch_open(s, out, err); /* all rows are read */
    }
    return try_sketch(s, out, err);
}

static bool is_from_folder(const struct sketch *s, const struct plugins *plugins,
                           const mpcf_dataset *dataset)
{
    const struct plugin_facts *facts = plugins_facts_of(plugins, dataset);

    return facts != NULL && sketch_has_plugin(s, facts->path);
}

/* A plug-in that only --plugin-dir finds is named in the draft. */
static mpcf_status note_plugin(struct sketch *s, const struct plugins *plugins,
                               const mpcf_dataset *dataset, mpcf_error *err)
{
    s->plugins[1] = NULL;
    if (is_from_folder(s, plugins, dataset)) {
        s->plugins[1] = sketch_plugin(s, plugins_facts_of(plugins, dataset)->path);
        return s->plugins[1] == NULL ? mpcf_fail_memory(err, 0, "a path") : MPCF_OK;
    }
    return MPCF_OK;
}

struct asking {
    struct plugins *plugins;
    struct text_buffer said; /* by those that do not take it */
};

static mpcf_status ask_reader(struct sketch *s, struct asking *a, const char *name,
                              struct pipeline **out, mpcf_error *err)
{
    const void *dataset = NULL;
    mpcf_status status;

    mpcf_error_reset(err);
    status = plugins_find(a->plugins, COMPONENT_DATASET, name, &dataset, err);
    if (status == MPCF_OK) {
        s->reader = arena_strdup(s->arena, name);
        status = s->reader == NULL ? mpcf_fail_memory(err, 0, "a name")
                                   : note_plugin(s, a->plugins, dataset, err);
    }
    if (status == MPCF_OK) {
        status = try_reader(s, dataset, out, err);
    }
    if (status != MPCF_OK && !is_hopeless(status)) {
        text_printf(&a->said, "\n  %s: %s", name, mpcf_error_text(err));
    }
    return status;
}

static bool comes_along(const char *name)
{
    return strcmp(name, "glue") == 0 || strcmp(name, "imdb") == 0 || strcmp(name, "table") == 0;
}

/* Readers of others: those of --plugin-dir, which somebody wants, or those that lie elsewhere. */
static mpcf_status ask_others(struct sketch *s, struct asking *a, bool from_folder,
                              struct pipeline **out, mpcf_error *err)
{
    const mpcf_dataset *dataset;
    mpcf_status status = MPCF_E_CONFIG;

    plugins_load_all(a->plugins);
    for (size_t i = 0; status != MPCF_OK && !is_hopeless(status) &&
                       (dataset = plugins_component(a->plugins, COMPONENT_DATASET, i)) != NULL;
         i++) {
        if (!comes_along(dataset->name) && is_from_folder(s, a->plugins, dataset) == from_folder) {
            status = ask_reader(s, a, dataset->name, out, err);
        }
    }
    return status;
}

static mpcf_status ask(struct sketch *s, struct asking *a, struct pipeline **out, mpcf_error *err)
{
    const char *const *names = readers[file_is_folder(s->data_as_given) ? 0 : 1];
    const char *given = sketch_given(s, "reader");
    mpcf_status status = MPCF_E_CONFIG;

    if (given != NULL) {
        return ask_reader(s, a, given, out, err);
    }
    if (s->plugin_folder != NULL) {
        status = ask_others(s, a, true, out, err);
    }
    for (size_t i = 0; i < 3 && status != MPCF_OK && !is_hopeless(status) && s->columns == NULL;
         i++) {
        status = ask_reader(s, a, names[i], out, err);
    }
    if (status != MPCF_OK && s->columns != NULL) {
        return status; /* a table, with a mistake */
    }
    if (status != MPCF_OK && !is_hopeless(status)) {
        status = ask_others(s, a, false, out, err);
    }
    if (status == MPCF_OK || is_hopeless(status)) {
        return status;
    }
    mpcf_error_reset(err);
    return mpcf_fail(err, MPCF_E_CONFIG, "no reader takes '%s':%s", s->data_as_given,
                     text_string(&a->said));
}

mpcf_status draft_data(struct sketch *s, struct pipeline **out, mpcf_error *err)
{
    struct asking a = {NULL, {0}};
    mpcf_status status = plugins_create(s->plugin_folder, &a.plugins, err);

    if (status == MPCF_OK) {
        status = ask(s, &a, out, err);
    }
    plugins_destroy(a.plugins);
    text_clear(&a.said);
    return status;
}
