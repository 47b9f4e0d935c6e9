/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The exit status of each command: 2 where nothing was begun, as the command line or what it names is wrong; 1 where
 * what was begun failed; 0 else. tests/vectors/wrong_files.txt has wrong pipeline files, which all end with 2.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/folder.h"
#include "base/memory.h"
#include "support/program.h"
#include "support/support.h"

#define HEAD "version: 1\noutput: %s\nmodel: {family: bert, path: example/model}\n"
#define BODY                                                                                       \
    "dataset: {reader: glue, task: SST-2, path: example/data, max_length: 16}\n"                   \
    "approximations: {activation: quad, normaliser: 2quad}\nstages: {convert: {}, infer: "         \
    "{examples: 2}}\n"

static const char *folder;

static char *in_folder(const char *name)
{
    char *path = file_join(folder, name);

    assert_non_null(path);
    return path;
}

static void write_file(const char *name, const char *text)
{
    char *path = in_folder(name);

    assert_int_equal(file_write_whole(path, text, strlen(text), NULL), MPCF_OK);
    mpcf_free(path);
}

/* A checkpoint that lost its weights. */
static void write_hollow(void)
{
    static const char *const names[] = {"config.json", "vocab.txt"};
    char *hollow = in_folder("hollow");

    assert_int_equal(mkdir(hollow, 0700), 0);
    for (size_t i = 0; i < 2; i++) {
        char *model = in_folder("example/model"), *from = file_join(model, names[i]);
        char *to = file_join(hollow, names[i]);

        assert_int_equal(file_copy(from, to, NULL), MPCF_OK);
        mpcf_free(model);
        mpcf_free(from);
        mpcf_free(to);
    }
    mpcf_free(hollow);
}

static int open_folder(void **state)
{
    char text[1024];

    (void) state;
    folder = test_folder();
    assert_program(0, "random weights", folder,
                   (const char *const[]){"example", "example", "--rows", "64", NULL});
    (void) snprintf(text, sizeof text, HEAD BODY, "out");
    write_file("whole.yaml", text);
    (void) snprintf(text, sizeof text, HEAD, "none");
    write_file("model.yaml", text);
    write_hollow();
    write_file("text", "no key, no checkpoint\n");
    return 0;
}

/* Words of a command line, and how it ends. */
struct line {
    int status;
    const char *part, *words[12];
};

static void each(const struct line *lines, size_t count)
{
    static struct program_result result;

    for (size_t i = 0; i < count; i++) {
        program_run(folder, lines[i].words, &result);
        if (result.status != lines[i].status || strstr(result.out, lines[i].part) == NULL) {
            fail_msg("line %zu (%s %s ..): status %d, expected %d with '%s': %s", i,
                     lines[i].words[0], lines[i].words[1] != NULL ? lines[i].words[1] : "",
                     result.status, lines[i].status, lines[i].part, result.out);
        }
    }
}

#define EACH(lines) each((lines), sizeof(lines) / sizeof((lines)[0]))

static void what_is_wrong_before_anything_runs_is_two(void **state)
{
    static const struct line lines[] = {
        {2, "there is no file", {"nowhere.yaml"}},
        {2, "there is no stage 'distill' in it", {"whole.yaml", "--stage", "distill"}},
        {2, "there is nothing to run", {"model.yaml"}},
        {2, "is not there", {"whole.yaml", "--set", "model.path=nowhere"}},
        {2, "no column", {"whole.yaml", "--set", "dataset.task=RTE"}},
        {2, "there is no file", {"predict", "nowhere.yaml", "x"}},
        {2, "is not there", {"predict", "whole.yaml", "x"}},
        {2, "--input: cannot read", {"predict", "whole.yaml", "--plain", "--input", "nowhere"}},
        {2, "--input: cannot read", {"predict", "whole.yaml", "--input", "nowhere"}},
        {2, "is not given", {"predict", "whole.yaml", "--role", "user", "x"}},
        {2,
         "no weights are there",
         {"predict", "model.yaml", "--plain", "--set", "model.path=hollow", "x"}},
        {2, "there is no file", {"cost", "nowhere.yaml"}},
        {2, "is not there", {"cost", "whole.yaml"}},
        {2, "'nowhere' is no folder", {"bench", "secure", "--model", "nowhere"}},
        {2,
         "bench secure: there is no approximation 'no'",
         {"bench", "secure", "--model", "minilm", "--approximations", "no,2quad"}},
        {2,
         "bench secure: there is no transport 'no'",
         {"bench", "secure", "--model", "minilm", "--transport", "no"}},
        {2, "there is no file", {"bench", "train", "nowhere.yaml"}},
        {2, "is not there", {"bench", "repeats", "whole.yaml"}},
        {2, "'text' is not a folder", {"keys", "new", "text"}},
        {2, "cannot open 'nowhere'", {"keys", "show", "nowhere"}},
        {2, "there is no plug-in", {"plugin", "show", "nowhere"}},
        {2, "there is no plug-in", {"plugin", "check", "nowhere"}},
        {2, "there is no kind", {"plugin", "new", "nowhere", "x"}},
        {2, "is no folder", {"init", "nowhere", "example/data", "new.yaml"}},
        {2, "there is no", {"init", "example/model", "nowhere", "new.yaml"}},
        {2, "config.json", {"init", "example/data", "example/data", "new.yaml"}},
        {2, "there already", {"init", "example/model", "example/data", "whole.yaml"}},
        {2, "no example of a family", {"example", "new", "--family", "nowhere"}},
        {2, "cannot create folder", {"example", "text"}},
        {2, "one word too many", {"options", "x"}},
        {2, "there is no command", {"help", "nowhere"}},
    };

    (void) state;
    EACH(lines);
}

static void what_is_right_is_zero(void **state)
{
    static const struct line lines[] = {
        {0, "accepted", {"whole.yaml", "--check"}},
        {0, "predict model.yaml --plain", {"model.yaml", "--check"}},
        {0, "LABEL_", {"predict", "model.yaml", "--plain", "x"}},
        {0, "plug-in ABI", {"version"}},
        {0, "plug-in ABI", {"--version"}},
    };

    (void) state;
    EACH(lines);
}

/* The advice is a command that helps where the person is. */
static void advice_fits_the_file(void **state)
{
    static const struct line lines[] = {
        {2, "`mpcf-host whole.yaml` makes a student", {"predict", "whole.yaml", "x"}},
        {2, "nothing in this file makes a student", {"predict", "model.yaml", "x"}},
        {2,
         "`mpcf-host predict model.yaml --role user` needs no stage",
         {"model.yaml", "--check", "--role", "user"}},
        {2,
         "no stage of this file makes a student",
         {"whole.yaml", "--check", "--set", "stages={infer: {}}"}},
    };
    static const struct line at_users[] = {
        {2, "`mpcf-host predict whole.yaml --role user` asks", {"predict", "whole.yaml", "x"}},
        {2,
         "`mpcf-host whole.yaml --role user` (or dealer) is what runs here",
         {"whole.yaml", "--set", "model.path=nowhere"}},
    };
    char *public = in_folder("out/student/public"), *out = in_folder("out");

    (void) state;
    EACH(lines);
    assert_int_equal(file_make_folder(public, NULL), MPCF_OK);
    write_file("out/student/public/digest.json", "{}");
    EACH(at_users);
    assert_int_equal(file_remove_tree(out, NULL), MPCF_OK);
    mpcf_free(public);
    mpcf_free(out);
}

/* A variable that the example's file takes a path from is what a person sets. */
static void a_variable_is_named(void **state)
{
    static const struct line unset[] = {
        {2,
         "data' is not there; MPCF_TEST_DATA is not set: set `MPCF_TEST_DATA=FOLDER`, or give "
         "`--set dataset.path=PATH`",
         {"variable.yaml", "--check"}},
    };
    static const struct line elsewhere[] = {
        {2, "MPCF_TEST_DATA is '/nowhere': set", {"variable.yaml", "--check"}},
        {2,
         "--set parties: user: option 'keys': environment variable 'MPCF_TEST_KEYS' is not set",
         {"whole.yaml", "--check", "--set", "parties={user: {keys: \"${MPCF_TEST_KEYS}\"}}"}},
        {2,
         "--set parties.user.keys: cannot open 'nowhere'",
         {"whole.yaml", "--role", "user", "--check", "--set",
          "parties={provider: {listen: '127.0.0.1:1'}, dealer: {listen: '127.0.0.1:2'}}", "--set",
          "parties.user.keys=nowhere"}},
    };
    char text[1024];

    (void) state;
    (void) snprintf(text, sizeof text,
                    HEAD
                    "dataset: {reader: glue, task: SST-2, path: \"${MPCF_TEST_DATA:-no}/data\"}\n"
                    "stages: {convert: {}}\n",
                    "out");
    write_file("variable.yaml", text);
    assert_int_equal(unsetenv("MPCF_TEST_DATA"), 0);
    EACH(unset);
    assert_int_equal(setenv("MPCF_TEST_DATA", "/nowhere", 1), 0);
    EACH(elsewhere);
    assert_int_equal(unsetenv("MPCF_TEST_DATA"), 0);
}

/* Of another run, which this process is for it. */
static void one_run_at_a_time_has_a_folder(void **state)
{
    static const struct line taken[] = {
        {1, "another run (process 4711) writes into 'out'", {"whole.yaml", "--quiet"}},
        {0, "accepted", {"whole.yaml", "--check"}},
    };
    static const struct line free_again[] = {{0, "", {"whole.yaml", "--quiet"}}};
    char *stages = in_folder("out/stages"), *path = in_folder("out/stages/run.lock");
    int fd;

    (void) state;
    assert_int_equal(file_make_folder(stages, NULL), MPCF_OK);
    write_file("out/stages/run.lock", "4711\n");
    fd = open(path, O_RDWR | O_CLOEXEC);
    assert_int_equal(flock(fd, LOCK_EX | LOCK_NB), 0);
    EACH(taken);
    assert_int_equal(close(fd), 0);
    EACH(free_again);
    mpcf_free(stages);
    mpcf_free(path);
}

/* Behind the run of before: what convert made is there, and its record is of another version. */
static void records_of_before_are_found_without_the_data(void **state)
{
    static const struct line lines[] = {
        {2, "rm 'out/stages/convert.json' && mpcf-host whole.yaml", {"whole.yaml", "--check"}},
        {2, "--set output=out-anew` makes it anew", {"whole.yaml"}},
        {2, "of an earlier version of mpcf", {"whole.yaml", "--stage", "convert"}},
        {0, "", {"whole.yaml", "--stage", "infer", "--quiet"}},
    };

    (void) state;
    write_file("out/stages/convert.json", "{\"key\": \"of another form\"}");
    EACH(lines);
}

/* Begun, and failed: nobody is there to be called. */
static void what_was_begun_and_failed_is_one(void **state)
{
    static const struct line lines[] = {
        {1,
         "nobody answers at",
         {"predict", "whole.yaml", "--role", "user", "--set",
          "parties={provider: {listen: '@nobody-p'}, dealer: {listen: '@nobody-d'}}", "--set",
          "transport=loopback", "--set", "stages.infer.connect_timeout=1s", "x"}},
        {1,
         "units of 0.25",
         {"whole.yaml", "--set", "output=other", "--set",
          "stages={convert: {}, infer: {logit_fraction: 2}}"}},
    };

    (void) state;
    EACH(lines);
}

/* What it made it makes anew; what is another's it leaves. */
static void an_example_replaces_its_own_alone(void **state)
{
    static const struct line lines[] = {
        {0, "random weights", {"example", "example", "--rows", "64"}},
        {2, "did not make", {"example", "others"}},
        {0, "random weights", {"example", "others", "--rows", "64", "--force"}},
        {0, "random weights", {"example", "others", "--rows", "64"}},
    };
    char *data = in_folder("others/data");

    (void) state;
    assert_int_equal(file_make_folder(data, NULL), MPCF_OK);
    EACH(lines);
    mpcf_free(data);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_wrong_before_anything_runs_is_two),
        cmocka_unit_test(what_is_right_is_zero),
        cmocka_unit_test(advice_fits_the_file),
        cmocka_unit_test(a_variable_is_named),
        cmocka_unit_test(one_run_at_a_time_has_a_folder),
        cmocka_unit_test(records_of_before_are_found_without_the_data),
        cmocka_unit_test(what_was_begun_and_failed_is_one),
        cmocka_unit_test(an_example_replaces_its_own_alone),
    };

    return cmocka_run_group_tests(tests, open_folder, NULL);
}
