/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What --check says of memory beside what a run then takes, of a training whose buffers are most of it: within a
 * factor of two.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "base/file.h"
#include "base/folder.h"
#include "base/memory.h"
#include "base/text.h"
#include "support/program.h"
#include "support/support.h"

enum { ROWS = 256, WORDS = 58 };

static const char *folder;

/* Each text is as long as the file allows: the estimate is for those. */
static void write_rows(const char *name)
{
    struct text_buffer text = {0};
    char *path = file_join(folder, name);

    text_append(&text, "sentence\tlabel\n");
    for (size_t i = 0; i < ROWS; i++) {
        for (size_t j = 0; j < WORDS; j++) {
            text_append(&text, j % 2 == 0 ? "film " : "good ");
        }
        text_printf(&text, "film\t%zu\n", i % 2);
    }
    assert_int_equal(file_write_whole(path, text.data, text.length, NULL), MPCF_OK);
    text_clear(&text);
    mpcf_free(path);
}

static int open_folder(void **state)
{
    static const char text[] =
        "version: 1\noutput: out\nmodel: {family: bert, path: example/model}\n"
        "dataset: {reader: glue, task: SST-2, path: example/data, max_length: 61}\n"
        "approximations: {activation: quad, normaliser: 2quad}\n"
        "stages: {finetune: {epochs: 1, batch: 256, learning_rate: 1e-4}}\n";
    char *path;

    (void) state;
    folder = test_folder();
    assert_program(0, "random weights", folder,
                   (const char *const[]){"example", "example", "--rows", "64", NULL});
    write_rows("example/data/train.tsv");
    write_rows("example/data/dev.tsv");
    path = file_join(folder, "file.yaml");
    assert_int_equal(file_write_whole(path, text, strlen(text), NULL), MPCF_OK);
    mpcf_free(path);
    return 0;
}

/* Of the child that took the most. */
static double most_bytes(void)
{
    struct rusage usage;

    assert_int_equal(getrusage(RUSAGE_CHILDREN, &usage), 0);
    return (double) usage.ru_maxrss * 1024;
}

static void a_training_takes_what_check_says(void **state)
{
    static struct program_result result;
    const char *said;
    double estimate, idle, taken;

    (void) state;
    program_run(folder, (const char *const[]){"file.yaml", "--check", NULL}, &result);
    assert_int_equal(result.status, 0);
    said = strstr(result.out, "memory  about ");
    assert_non_null(said);
    assert_non_null(strstr(said, "for finetune"));
    estimate = strtod(said + strlen("memory  about "), NULL) * 1e9;
    idle = most_bytes(); /* the program, its libraries, the network as a graph */
    program_run(folder, (const char *const[]){"file.yaml", "--quiet", NULL}, &result);
    assert_int_equal(result.status, 0);
    taken = most_bytes();
    print_message("estimate %.0f MB, taken %.0f MB, the check took %.0f MB\n", estimate / 1e6,
                  taken / 1e6, idle / 1e6);
    assert_true(estimate > 4 * idle); /* else it would be the program that is measured */
    assert_true(taken > estimate / 2 && taken < 2 * estimate);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(a_training_takes_what_check_says)};

    return cmocka_run_group_tests(tests, open_folder, NULL);
}
