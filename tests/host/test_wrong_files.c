/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Wrong pipeline files, and what --check says of each: tests/vectors/wrong_files.txt has them with the lines
 * that are printed, which name file, line and column. Every line that is expected is there, and no other; and a
 * run refuses the same before it makes anything.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/folder.h"
#include "base/memory.h"
#include "support/program.h"
#include "support/support.h"

enum { CASES_MAX = 128, LEAST = 40 };

/* One of the vector: "=== NAME STATUS", the file, "---", the lines. All belong to the text. */
struct wrong {
    char *name, *file, *lines;
    int status;
};

static const char *folder;
static struct wrong cases[CASES_MAX];
static size_t case_count;

/* Cuts TEXT at MARK; what stands behind it. */
static char *cut(char *text, const char *mark)
{
    char *at = strstr(text, mark);

    assert_non_null(at);
    *at = '\0';
    return at + strlen(mark);
}

static void read_cases(char *text)
{
    char *next = strstr(text, "\n=== ");

    while (next != NULL && case_count < CASES_MAX) {
        struct wrong *w = &cases[case_count++];

        w->name = next + 4 + (*next == '\n');
        w->file = cut(w->name, "\n");
        next = strstr(w->file, "\n=== ");
        if (next != NULL) {
            *next++ = '\0';
        }
        w->lines = cut(w->file, "\n---\n");
        w->status = atoi(cut(w->name, " "));
    }
}

/* Folders that the files name; each is the example with one thing wrong. */
static void make_folders(void)
{
    char command[9000], example[4300];

    (void) snprintf(example, sizeof example, "%s/example", folder);
    ASSERT_HOST(0, "random weights", "example", example, "--rows", "64");
    (void) snprintf(command, sizeof command, "cd '%s' && sh '%s'", folder,
                    source_path("tests/vectors/wrong_folders.sh"));
    assert_int_equal(system(command), 0);
}

static size_t count_lines(const char *text)
{
    size_t count = 0;

    for (; *text != '\0'; text++) {
        count += *text == '\n';
    }
    return count;
}

static void write_case(const struct wrong *w, char path[4400])
{
    (void) snprintf(path, 4400, "%s/%s.yaml", folder, w->name);
    assert_int_equal(file_write_whole(path, w->file, strlen(w->file), NULL), MPCF_OK);
}

/* LENGTH bytes of LINE behind PATH and ":", with the folder for each $D. */
static void expand(const char *path, const char *line, size_t length, char *out, size_t size)
{
    size_t used = (size_t) snprintf(out, size, "%s:", path);

    for (size_t i = 0; i < length;) {
        const bool is_folder = strncmp(line + i, "$D", 2) == 0;

        used +=
            (size_t) snprintf(out + used, size - used, "%.*s", is_folder ? (int) strlen(folder) : 1,
                              is_folder ? folder : line + i);
        i += is_folder ? 2 : 1;
        assert_true(used < size);
    }
}

/* Each line of W, behind the file's name. */
static void has_lines(const struct wrong *w, const char *path, const char *out)
{
    size_t count = 0;

    for (const char *line = w->lines; *line != '\0' && *line != '\n'; count++) {
        const size_t length = strcspn(line, "\n");
        char want[20000];

        expand(path, line, length, want, sizeof want);
        if (strstr(out, want) == NULL) {
            fail_msg("%s: '%s' is not in: %s", w->name, want, out);
        }
        line += length + (line[length] == '\n');
    }
    if (count_lines(out) != count) {
        fail_msg("%s: %zu lines, expected %zu: %s", w->name, count_lines(out), count, out);
    }
}

static void each_is_refused_at_its_place(void **state)
{
    static struct program_result result;
    char path[4400];

    (void) state;
    assert_true(case_count >= LEAST);
    for (size_t i = 0; i < case_count; i++) {
        write_case(&cases[i], path);
        assert_int_equal(cases[i].status, 2); /* nothing was begun */
        program_run(folder, (const char *const[]){path, "--check", NULL}, &result);
        if (result.status != cases[i].status) {
            fail_msg("%s: exit status %d, expected %d: %s", cases[i].name, result.status,
                     cases[i].status, result.out);
        }
        has_lines(&cases[i], path, result.out);
    }
}

/* The same words, and no folder "out" was made. */
static void a_run_refuses_them_before_its_first_step(void **state)
{
    static struct program_result result;
    char path[4400];
    char *out = file_join(folder, "out");

    (void) state;
    for (size_t i = 0; i < case_count; i += 4) {
        write_case(&cases[i], path);
        program_run(folder, (const char *const[]){path, NULL}, &result);
        assert_int_equal(result.status, cases[i].status);
        has_lines(&cases[i], path, result.out);
        assert_false(file_exists(out));
    }
    mpcf_free(out);
}

/* Files that users met, with our example in place of their folders. */
static void those_of_new_users(void **state)
{
    static const struct {
        const char *name, *words;
    } met[] = {{"15-layers.yaml", ":5:52: approximations.activation: layers 0-9: the network has "
                                  "this slot in layers 0-1"},
               {"23-maxlen.yaml", ":4:62: dataset.max_length: 1024 tokens, and the network has "
                                  "positions for 64"}};
    char model[4300], data[4300], out[4300];

    (void) state;
    if (!file_exists(
            shared_path("cases/new-user"))) { /* require_shared() would end the others' word, too */
        print_message("skipped: the research data is not here\n");
        skip();
    }
    (void) snprintf(model, sizeof model, "model.path=%s/example/model", folder);
    (void) snprintf(data, sizeof data, "dataset.path=%s/example/data", folder);
    (void) snprintf(out, sizeof out, "output=%s/out", folder);
    for (size_t i = 0; i < sizeof met / sizeof met[0]; i++) {
        char name[128];

        (void) snprintf(name, sizeof name, "cases/new-user/%s", met[i].name);
        ASSERT_HOST(2, met[i].words, shared_path(name), "--check", "--set", model, "--set", data,
                    "--set", out);
    }
}

static int open_vector(void **state)
{
    static char *text;
    size_t length = 0;

    (void) state;
    folder = test_folder();
    assert_int_equal(
        file_read(source_path("tests/vectors/wrong_files.txt"), 1 << 20, &text, &length, NULL),
        MPCF_OK);
    read_cases(text);
    *state = text;
    make_folders();
    return 0;
}

static int close_vector(void **state)
{
    mpcf_free(*state);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_is_refused_at_its_place),
        cmocka_unit_test(a_run_refuses_them_before_its_first_step),
        cmocka_unit_test(those_of_new_users),
    };

    return cmocka_run_group_tests(tests, open_vector, close_vector);
}
