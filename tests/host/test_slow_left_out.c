/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A pipeline file that says everything, with every key and every section left out in turn: what
 * is optional may be missing, and a file without what is not says what to add.
 */
#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "base/folder.h"
#include "base/memory.h"
#include "base/text.h"
#include "pipeline/schema.h"
#include "support/program.h"
#include "support/support.h"

enum { LINES_MAX = 256 };

static const char *folder;

/* --- The file that says everything --- */

/* What is not written as the default: what has none, and what would take long. */
static const struct {
    const char *path, *value;
} values[] = {
    {"version", "1"},
    {"output", "out"},
    {"model.family", "bert"},
    {"model.path", "example/model"},
    {"dataset.reader", "glue"},
    {"dataset.path", "example/data"},
    {"dataset.max_length", "16"},
    {"parties.provider.listen", "\"127.0.0.1:9001\""},
    {"parties.provider.address", "\"127.0.0.1:9001\""},
    {"parties.dealer.listen", "\"127.0.0.1:9002\""},
    {"parties.dealer.address", "\"127.0.0.1:9002\""},
    {"stages.finetune.epochs", "1"},
    {"stages.finetune.examples", "8"},
    {"stages.distill.examples", "8"},
    {"stages.distill.layers.epochs", "1"},
    {"stages.distill.prediction.epochs", "1"},
    {"stages.calibrate.examples", "8"},
    {"stages.infer.examples", "2"},
};

static const char *value_of(const char *path, const mpcf_option *option)
{
    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
        if (strcmp(values[i].path, path) == 0) {
            return values[i].value;
        }
    }
    assert_non_null(option->default_text);
    return *option->default_text == '\0' ? "\"\"" : option->default_text;
}

/* Every option of a section of the table, under PATH. */
static void add_options(struct text_buffer *out, enum schema_section section, const char *path,
                        int indent)
{
    for (const mpcf_option *o = schema_section(section)->options; o->key != NULL; o++) {
        char full[128];

        (void) snprintf(full, sizeof full, "%s%s%s", path, *path == '\0' ? "" : ".", o->key);
        text_printf(out, "%*s%s: %s\n", indent, "", o->key, value_of(full, o));
    }
}

static void add_head(struct text_buffer *out)
{
    add_options(out, SCHEMA_TOP, "", 0);
    text_append(out, "model:\n");
    add_options(out, SCHEMA_MODEL, "model", 2);
    text_append(out, "dataset:\n");
    add_options(out, SCHEMA_DATASET, "dataset", 2);
    text_append(out, "  options:\n    task: SST-2\n"
                     "plugins:\n  - quad\n"
                     "approximations:\n  activation: quad\n  normaliser:\n    name: 2quad\n"
                     "    options:\n      c: 5\n    layers: \"0-1\"\n  tanh: tanh\n"
                     "transport:\n  name: tcp\n  require: []\n  options:\n    keep_alive: true\n"
                     "parties:\n  provider:\n");
    add_options(out, SCHEMA_PARTY, "parties.provider", 4);
    text_append(out, "    options:\n      keep_alive: true\n  dealer:\n");
    add_options(out, SCHEMA_PARTY, "parties.dealer", 4);
}

static void add_stages(struct text_buffer *out)
{
    static const struct {
        const char *name, *path;
        enum schema_section section;
        int indent;
    } stages[] = {
        {"finetune", "stages.finetune", SCHEMA_FINETUNE, 2},
        {"convert", "stages.convert", SCHEMA_CONVERT, 2},
        {"distill", "stages.distill", SCHEMA_DISTILL, 2},
        {"layers", "stages.distill.layers", SCHEMA_LAYERS, 4},
        {"prediction", "stages.distill.prediction", SCHEMA_PREDICTION, 4},
        {"calibrate", "stages.calibrate", SCHEMA_CALIBRATE, 2},
        {"infer", "stages.infer", SCHEMA_INFER, 2},
    };

    text_append(out, "stages:\n");
    for (size_t i = 0; i < sizeof stages / sizeof stages[0]; i++) {
        text_printf(out, "%*s%s:\n", stages[i].indent, "", stages[i].name);
        add_options(out, stages[i].section, stages[i].path, stages[i].indent + 2);
    }
}

/* --- Its lines, and the file without some --- */

struct lines {
    char *items[LINES_MAX];
    size_t count;
};

static struct lines split(char *text)
{
    struct lines lines = {.count = 0};
    char *rest = NULL;

    for (char *line = strtok_r(text, "\n", &rest); line != NULL;
         line = strtok_r(NULL, "\n", &rest)) {
        assert_true(lines.count < LINES_MAX);
        lines.items[lines.count++] = line;
    }
    return lines;
}

static size_t indent_of(const char *line)
{
    return strspn(line, " ");
}

/* The line behind LINE's own block. */
static size_t end_of(const struct lines *lines, size_t line)
{
    size_t end = line + 1;

    while (end < lines->count && indent_of(lines->items[end]) > indent_of(lines->items[line])) {
        end++;
    }
    return end;
}

static char *write_without(const struct lines *lines, size_t line)
{
    struct text_buffer text = {0};
    const size_t end = end_of(lines, line);
    char *path = file_join(folder, "left.yaml");

    for (size_t i = 0; i < lines->count; i++) {
        if (i < line || i >= end) {
            text_printf(&text, "%s\n", lines->items[i]);
        }
    }
    assert_int_equal(file_write_whole(path, text.data, text.length, NULL), MPCF_OK);
    text_clear(&text);
    return path;
}

/* "stages.infer.batch" of LINE. */
static void path_of(const struct lines *lines, size_t line, char *path, size_t size)
{
    const char *name = lines->items[line];
    char above[128] = "";

    for (size_t i = line; i-- > 0;) {
        if (indent_of(lines->items[i]) < indent_of(name)) {
            path_of(lines, i, above, sizeof above);
            break;
        }
    }
    name += indent_of(name);
    (void) snprintf(path, size, "%s%s%.*s", above, *above == '\0' ? "" : ".",
                    (int) strcspn(name, ":"), name);
}

/* What a file must say, and what it is told where it does not: the key and its use. */
static const char *needed(const char *path)
{
    static const char *const form = "expected a mapping of options: {key: value}";
    static const char *const rows[][2] = {
        {"version", "option 'version' must be given"},
        {"output", "option 'output' must be given"},
        {"model", "model: option 'path' must be given"},
        {"model.path", "model: option 'path' must be given"},
        {"dataset", "its rows"},
        {"dataset.reader", "dataset: option 'reader' must be given"},
        {"dataset.path", "dataset: option 'path' must be given"},
        {"dataset.max_length",
         "128 tokens, and the network has positions for 64"}, /* the default */
        {"dataset.options", "option 'task' must be given"},
        {"approximations.normaliser.name", "normaliser: expected a name, or {name: ..."},
        {"parties.provider", "parties.provider: option 'listen' must be given"},
        {"parties.provider.listen", "parties.provider: option 'listen' must be given"},
        {"parties.dealer", "parties.dealer: option 'listen' must be given"},
        {"parties.dealer.listen", "parties.dealer: option 'listen' must be given"},
        {"stages", "stages: there is nothing to run"},
        {"stages.convert", "the student (stages convert, distill)"},
        /* The only key of a section: its head stands there with nothing in it. */
        {"dataset.options.task", "option 'task' must be given"},
        {"plugins.- quad", "plugins: expected a list: [path, path]"},
        {"approximations.normaliser.options.c", form},
        {"transport.options.keep_alive", form},
        {"parties.provider.options.keep_alive", form},
        /* These are options of tcp, which is no longer said. */
        {"transport", "transport 'loopback' has no option 'keep_alive'"},
        {"transport.name", "transport 'loopback' has no option 'keep_alive'"},
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (strcmp(rows[i][0], path) == 0) {
            return rows[i][1];
        }
    }
    return NULL;
}

static void leave_out(const struct lines *lines, size_t line)
{
    static struct program_result result;
    char path[128], *file = write_without(lines, line), *out = file_join(folder, "out");
    const char *told;

    path_of(lines, line, path, sizeof path);
    told = needed(path);
    assert_int_equal(file_remove_tree(out, NULL), MPCF_OK);
    program_run(NULL, (const char *const[]){file, NULL}, &result);
    if (result.status != (told == NULL ? 0 : 2) ||
        (told != NULL && strstr(result.out, told) == NULL)) {
        fail_msg("without %s: status %d; it said: %s", path, result.status, result.out);
    }
    mpcf_free(out);
    mpcf_free(file);
}

static void every_key_and_section_may_be_missing(void **state)
{
    struct text_buffer text = {0};
    struct lines lines;

    (void) state;
    add_head(&text);
    add_stages(&text);
    assert_false(text.failed);
    lines = split(text.data);
    for (size_t i = 0; i < lines.count; i++) {
        leave_out(&lines, i);
    }
    print_message("%zu keys and sections\n", lines.count);
    text_clear(&text);
}

static int make_example(void **state)
{
    char *path;

    (void) state;
    folder = test_folder();
    path = file_join(folder, "example");
    ASSERT_HOST(0, "random weights", "example", path, "--rows", "16");
    mpcf_free(path);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(every_key_and_section_may_be_missing)};

    return cmocka_run_group_tests(tests, make_example, NULL);
}
