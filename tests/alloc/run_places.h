/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A whole run, finetune to secure inference between three processes, in each of which the K-th
 * allocation fails, at PLACES values of K spread evenly by logarithm: it says so and ends, or gives
 * what the run without a failure gives; and what it leaves behind is no obstacle to the next run.
 * Blocks that are lost are the leak sanitizer's to find: it ends a process with status 23.
 */
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/digest.h"
#include "base/file.h"
#include "base/folder.h"
#include "base/memory.h"
#include "format/json.h"
#include "support/run_folder.h"
#include "support/support.h"

#define PIPELINE                                                                                   \
    "version: 1\noutput: out\nmodel: {family: bert, path: example/model}\n"                        \
    "dataset: {reader: glue, task: SST-2, path: example/data, max_length: 16}\n"                   \
    "approximations: {activation: quad, normaliser: {name: 2quad, options: {c: 5}}}\n"             \
    "stages:\n  finetune: {epochs: 1, batch: 8, learning_rate: 1e-3}\n  convert: {}\n"             \
    "  distill: {layers: {epochs: 1, batch: 8}, prediction: {epochs: 1, batch: 8}}\n"              \
    "  calibrate: {examples: 8}\n"                                                                 \
    "  infer: {examples: 2, length: full, timeout: 20s, connect_timeout: 20s}\n"

enum { SECONDS = 120, LOGIT_UNITS = 3 };

static const char *folder;

/* The program with an allocator that fails, beside the tests. */
static int run(const char *limit, const char *count, char **said)
{
    static const char *const words[] = {"run.yaml", NULL};
    int status;

    (void) setenv("MPCF_FAIL_ALLOC", limit, 1);
    (void) setenv("MPCF_COUNT_ALLOC", count, 1);
    status = test_host_wait(test_host_start(folder, "log", NULL, words), SECONDS);
    *said = test_read(folder, "log");
    return status;
}

/* What a run gives: the digest of the network, and logits, which truncation rounds as it likes. */
struct outcome {
    char student[FILE_DIGEST_SIZE];
    double logits[4];
};

static struct outcome outcome(void)
{
    struct outcome o;
    char *student = file_join(folder, "out/student/model.safetensors");
    char *user = file_join(folder, "out/infer/user.json");
    json_t *told = NULL;

    assert_int_equal(file_digest(student, o.student, NULL), MPCF_OK);
    assert_int_equal(json_read_file(user, &told, NULL), MPCF_OK);
    for (size_t i = 0; i < 4; i++) {
        const json_t *row = json_array_get(json_object_get(told, "logits"), i / 2);

        assert_true(json_is_real(json_array_get(row, i % 2)));
        o.logits[i] = json_real_value(json_array_get(row, i % 2));
    }
    json_decref(told);
    mpcf_free(student);
    mpcf_free(user);
    return o;
}

static bool is_same(const struct outcome *want, size_t k)
{
    struct outcome got = outcome();
    bool same = strcmp(want->student, got.student) == 0;

    for (size_t i = 0; i < 4; i++) {
        same = same && fabs(got.logits[i] - want->logits[i]) <= LOGIT_UNITS / 256.0;
    }
    if (!same) {
        print_error("after allocation %zu failed the student or its logits are others\n", k);
    }
    return same;
}

static void clear_output(void)
{
    char *out = file_join(folder, "out");

    assert_int_equal(file_remove_tree(out, NULL), MPCF_OK);
    mpcf_free(out);
}

static bool says_memory(const char *said)
{
    return strstr(said, "memory") != NULL;
}

struct tally {
    size_t stopped, wrong;
};

static void fail_once(size_t k, const struct outcome *want, struct tally *tally)
{
    char limit[32], *said = NULL;
    int status;

    (void) snprintf(limit, sizeof limit, "%zu", k);
    clear_output();
    status = run(limit, "/dev/null", &said);
    if (status == 0) {
        tally->wrong += !is_same(want, k);
        mpcf_free(said);
        return;
    }
    tally->stopped++;
    if ((status != 1 && status != 2) || !says_memory(said)) {
        print_error("allocation %zu: status %d; it said: %s\n", k, status, said);
        tally->wrong++;
    }
    mpcf_free(said);
    status = run("0", "/dev/null", &said);
    if (status != 0) {
        print_error("the run after allocation %zu failed: status %d: %s\n", k, status, said);
    }
    tally->wrong += status != 0 || !is_same(want, k);
    mpcf_free(said);
}

/* The most that a process of the run allocates. */
static size_t largest_count(void)
{
    char *text = test_read(folder, "counts"), *rest = NULL;
    size_t largest = 0;

    for (char *line = strtok_r(text, "\n", &rest); line != NULL;
         line = strtok_r(NULL, "\n", &rest)) {
        size_t count = strtoull(line, NULL, 10);

        largest = count > largest ? count : largest;
    }
    mpcf_free(text);
    return largest;
}

static void a_run_survives_each_failing_allocation(void **state)
{
    char *counts = file_join(folder, "counts"), *said = NULL;
    size_t last = 0, most;
    struct tally tally = {0};
    struct outcome want;

    (void) state;
    assert_int_equal(run("0", counts, &said), 0);
    mpcf_free(said);
    want = outcome();
    most = largest_count();
    print_message("%zu allocations in a process\n", most);
    assert_true(most > 1000);
    for (size_t i = 0; i < PLACES; i++) {
        size_t k = (size_t) exp(log((double) most) * (double) i / (PLACES - 1));

        last = k > last ? k : last + 1;
        fail_once(last, &want, &tally);
    }
    print_message("%d places, %zu in the way\n", PLACES, tally.stopped);
    mpcf_free(counts);
    assert_int_equal(tally.wrong, 0);
    /* libcrypto fills tables of some thousand entries at its first use, and does without those that fail. */
    assert_true(tally.stopped >= PLACES / 5);
}

static int make_run(void **state)
{
    static const char *const words[] = {"example", "example", "--rows", "16", NULL};
    const char *tests = getenv("MPCF_FAILING_HOST");
    char *file;

    (void) state;
    folder = test_folder();
    assert_int_equal(test_host_wait(test_host_start(folder, "log", NULL, words), SECONDS), 0);
    assert_non_null(tests);
    (void) setenv("MPCF_HOST", tests, 1);
    file = file_join(folder, "run.yaml");
    assert_int_equal(file_write_whole(file, PIPELINE, strlen(PIPELINE), NULL), MPCF_OK);
    mpcf_free(file);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(a_run_survives_each_failing_allocation)};

    return cmocka_run_group_tests(tests, make_run, NULL);
}
