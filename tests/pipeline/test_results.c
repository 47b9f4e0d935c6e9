/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Results: that they cannot be written is found before anything is asked; answers are on the disk
 * as they come, and a run that broke off is gone on with.
 */
#include "support/support.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/folder.h"
#include "base/memory.h"
#include "format/json.h"
#include "inference/kept_answers.h"
#include "support/apart.h"
#include "support/run_folder.h"

enum { ROWS = 120 };

#define KEPT  "run/infer/user.partial.jsonl"
#define OLD   "run/infer/user.partial.old.jsonl"
#define LINES "run/infer/answers.jsonl"

static void start_all(const char *folder, const char *user_set, pid_t pids[ROLES])
{
    for (int r = 0; r < ROLES; r++) {
        pids[r] = apart_start(folder, r, NULL, r == USER ? user_set : NULL);
    }
}

static void run_to_end(const char *folder, const char *user_set)
{
    pid_t pids[ROLES];

    start_all(folder, user_set, pids);
    for (int r = 0; r < ROLES; r++) {
        assert_int_equal(test_host_wait(pids[r], 120), 0);
    }
}

static bool log_has(const char *folder, const char *log, const char *part)
{
    char *text = test_read(folder, log);
    const bool has = strstr(text, part) != NULL;

    if (!has) {
        print_message("%s: %s\n", log, text);
    }
    mpcf_free(text);
    return has;
}

/* --- Nowhere to write --- */

static void results_that_cannot_be_written_are_known_before(void **state)
{
    const char *folder = apart_create("preprocess: store, batch: 1", 3);
    char *infer = file_join(folder, "run/infer");

    (void) state;
    run_to_end(folder, "stages.infer.store_runs=2");
    assert_int_equal(file_remove_tree(infer, NULL), MPCF_OK);
    assert_int_equal(file_write_whole(infer, "", 0, NULL), MPCF_OK);
    for (int r = 0; r < ROLES; r++) {
        assert_int_equal(test_host_wait(apart_start(folder, r, NULL, NULL), 30), 2);
        assert_true(log_has(folder, apart_logs[r], "run/infer' is a file, and a folder is needed"));
    }
    /* A folder in the place of the file is found, too, and before anybody is called. */
    assert_int_equal(remove(infer), 0);
    for (int r = 0; r < ROLES; r++) {
        char *record = mpcf_format("%s/%s.json", infer, apart_names[r]);

        assert_int_equal(file_make_folder(record, NULL), MPCF_OK);
        assert_int_equal(test_host_wait(apart_start(folder, r, NULL, NULL), 30), 1);
        assert_true(log_has(folder, apart_logs[r], ".json': it is a folder"));
        assert_int_equal(remove(record), 0);
        mpcf_free(record);
    }
    /* What was dealt for the second run is all there. */
    run_to_end(folder, "stages.infer.store_runs=2");
    char *record = test_read(folder, "run/infer/user.json");

    assert_non_null(strstr(record, "\"taken_up\": 3"));
    mpcf_free(record);
    mpcf_free(infer);
}

static void check_looks_and_makes_nothing(void **state)
{
    const char *folder = apart_create("batch: 1", 3);
    const char *const words[] = {"run", "pipeline.yaml", "--role", "dealer", "--check", NULL};
    const char *const in_file[] = {"run",     "pipeline.yaml",
                                   "--role",  "user",
                                   "--set",   "stages.infer.store=data/dev.tsv/x",
                                   "--set",   "stages.infer.preprocess=store",
                                   "--check", NULL};
    const char *const all[] = {"pipeline.yaml", "--set", "output=data/dev.tsv", "--check", NULL};
    char *infer = file_join(folder, "run/infer");

    (void) state;
    assert_int_equal(test_host_wait(test_host_start(folder, "log", NULL, words), 30), 0);
    assert_false(file_exists(infer));
    assert_int_equal(test_host_wait(test_host_start(folder, "log", NULL, in_file), 30), 2);
    assert_true(log_has(folder, "log", "stages.infer.store: '"));
    assert_true(log_has(folder, "log", "data/dev.tsv' is a file, and a folder is needed"));
    assert_int_equal(test_host_wait(test_host_start(folder, "log", NULL, all), 30), 2);
    assert_true(log_has(folder, "log", "output: '"));
    mpcf_free(infer);
}

/* --- Answers as they come --- */

/* Waits until FOLDER's run has COUNT answers on the disk. */
static void wait_for_answers(const char *folder, size_t count)
{
    const struct timespec pause = {0, 5000000};
    const int64_t began_ns = clock_now_ns();
    char *path = file_join(folder, KEPT);

    while (kept_answers_in(path) < count) {
        assert_true(clock_seconds_since(began_ns) < 60);
        (void) nanosleep(&pause, NULL);
    }
    mpcf_free(path);
}

/* A run of which ROLE is killed when some answers are there; how many there are at its end. */
static size_t break_off(const char *folder, int role, int user_status)
{
    pid_t pids[ROLES];
    char *path = file_join(folder, KEPT);

    start_all(folder, NULL, pids);
    wait_for_answers(folder, 4);
    assert_int_equal(kill(pids[role], SIGKILL), 0);
    for (int r = 0; r < ROLES; r++) {
        const int status = test_host_wait(pids[r], 60);

        assert_int_equal(status, r == role ? -1 : r == USER ? user_status : 1);
    }
    const size_t count = kept_answers_in(path);
    struct stat facts;

    assert_true(count >= 4 && count < ROWS);
    assert_int_equal(stat(path, &facts), 0);
    assert_int_equal(facts.st_mode & 0777, 0600);
    mpcf_free(path);
    return count;
}

static json_t *read_result(const char *folder, size_t rows)
{
    char *path = file_join(folder, "run/infer/user.json");
    json_t *result = NULL;

    assert_int_equal(json_read_file(path, &result, NULL), MPCF_OK);
    assert_int_equal(json_array_size(json_object_get(result, "logits")), rows);
    mpcf_free(path);
    return result;
}

/* Each of the lines in TEXT is, number by number, what RESULT has of its example. */
static void assert_merged(const char *text, const json_t *result, size_t count)
{
    const json_t *logits = json_object_get(result, "logits");
    size_t seen = 0;

    for (text = strchr(text, '\n') + 1; *text != '\0'; text = strchr(text, '\n') + 1) {
        const size_t length = (size_t) (strchr(text, '\n') - text);
        json_t *line = NULL;

        assert_int_equal(json_read_text(text, length, "line", &line, NULL), MPCF_OK);
        const json_t *answer = json_object_get(line, "answer");
        const size_t i = (size_t) json_integer_value(json_object_get(line, "example"));
        const json_t *row = json_array_get(logits, i);

        assert_int_equal(json_array_size(answer), json_array_size(row));
        for (size_t c = 0; c < json_array_size(row); c++) {
            assert_true((float) json_number_value(json_array_get(answer, c)) ==
                        (float) json_number_value(json_array_get(row, c)));
        }
        json_decref(line);
        seen++;
    }
    assert_int_equal(seen, count);
}

/* What people read is there after a kill, too; one answer may be on its way to it. */
static void assert_readable(const char *folder, size_t least, size_t most)
{
    char *path = file_join(folder, LINES), *text = test_read(folder, LINES);
    struct stat facts;
    size_t count = 0;

    for (const char *c = text; *c != '\0'; c++) {
        count += *c == '\n';
    }
    assert_in_range(count, least, most);
    assert_int_equal(stat(path, &facts), 0);
    assert_int_equal(facts.st_mode & 0777, 0600);
    mpcf_free(path);
    mpcf_free(text);
}

/* And has all of RESULT in the end, in order. */
static void assert_lines(const char *folder, const json_t *result)
{
    char *text = test_read(folder, LINES);
    size_t i = 0;

    assert_readable(folder, ROWS, ROWS);
    for (const char *at = text; *at != '\0'; at = strchr(at, '\n') + 1, i++) {
        const json_t *row = json_array_get(json_object_get(result, "logits"), i);
        json_t *line = NULL;

        assert_int_equal(json_read_text(at, strcspn(at, "\n"), "line", &line, NULL), MPCF_OK);
        assert_int_equal(json_integer_value(json_object_get(line, "index")), i);
        assert_int_equal(json_integer_value(json_object_get(line, "row")),
                         json_integer_value(json_array_get(json_object_get(result, "rows"), i)));
        assert_string_equal(
            json_string_value(json_object_get(line, "label")),
            json_number_value(json_array_get(json_object_get(result, "predictions"), i)) > 0
                ? "positive"
                : "negative");
        for (size_t c = 0; c < json_array_size(row); c++) {
            assert_true(
                (float) json_number_value(json_array_get(json_object_get(line, "logits"), c)) ==
                (float) json_number_value(json_array_get(row, c)));
        }
        json_decref(line);
    }
    mpcf_free(text);
}

static double number(const json_t *value, const char *key)
{
    assert_true(json_is_number(json_object_get(value, key)));
    return json_number_value(json_object_get(value, key));
}

/* The provider is killed, then the user itself; each time the next run goes on. */
static void check_broken_off(const char *infer)
{
    const char *folder = apart_create(infer, ROWS);
    char *kept = file_join(folder, KEPT), *text = NULL, expected[160];

    for (int killed = PROVIDER; killed <= USER; killed++) {
        const size_t count = break_off(folder, killed, 1);
        json_t *result = NULL;

        if (killed == PROVIDER) {
            (void) snprintf(expected, sizeof expected, "ended with %zu of %d answers, kept in '",
                            count, ROWS);
            assert_true(log_has(folder, apart_logs[USER], expected));
        }
        text = test_read(folder, KEPT);
        assert_readable(folder, count - 1, count);
        run_to_end(folder, NULL);
        assert_true(log_has(folder, apart_logs[USER], LINES "\n"));
        (void) snprintf(expected, sizeof expected, "user: %zu of %d answers are those", count,
                        ROWS);
        assert_true(log_has(folder, apart_logs[USER], expected));
        result = read_result(folder, ROWS);
        assert_merged(text, result, count);
        assert_lines(folder, result);
        assert_true(number(result, "kept") == (double) count);
        assert_true(number(result, "examples") == (double) (ROWS - count));
        assert_false(file_exists(kept));
        json_decref(result);
        mpcf_free(text);
    }
    mpcf_free(kept);
}

static void a_run_that_broke_off_is_gone_on_with(void **state)
{
    (void) state;
    check_broken_off("batch: 1, timeout: 20s");
}

/* With what was dealt for what is still to be asked. */
static void so_is_one_with_a_store(void **state)
{
    (void) state;
    check_broken_off("batch: 1, preprocess: store, timeout: 20s");
}

/* Answers to other questions, or that shall be asked again, are neither used nor lost. */
static void what_does_not_fit_is_set_aside(void **state)
{
    static const char *const sets[] = {"stages.infer.resume=false", "stages.infer.examples=60"};
    const char *folder = apart_create("batch: 1, timeout: 20s, connect_timeout: 6s", ROWS);
    char *old = file_join(folder, OLD);

    (void) state;
    for (size_t i = 0; i < 2; i++) {
        const size_t count = break_off(folder, DEALER, 1);
        json_t *result = NULL;

        run_to_end(folder, sets[i]);
        assert_true(log_has(folder, apart_logs[USER], "answers of an earlier run are "));
        result = read_result(folder, i == 0 ? ROWS : ROWS / 2);
        assert_null(json_object_get(result, "kept"));
        assert_int_equal(kept_answers_in(old), count);
        json_decref(result);
    }
    mpcf_free(old);
}

/* In a run on one machine the parent names them, whoever was the cause. */
static void a_run_of_all_roles_names_them_too(void **state)
{
    static const char *const words[] = {"pipeline.yaml", "--stage", "infer", NULL};
    const char *folder = apart_create("batch: 1, fixed: false", 2000);
    pid_t pid = 0;

    (void) state;
    pid = test_host_start(folder, "all.log", NULL, words);
    wait_for_answers(folder, 4);
    assert_int_equal(kill(pid, SIGTERM), 0);
    assert_int_equal(test_host_wait(pid, 30), 1);
    assert_true(log_has(folder, "all.log", " answers, kept in '"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(results_that_cannot_be_written_are_known_before),
        cmocka_unit_test(check_looks_and_makes_nothing),
        cmocka_unit_test(a_run_that_broke_off_is_gone_on_with),
        cmocka_unit_test(so_is_one_with_a_store),
        cmocka_unit_test(what_does_not_fit_is_set_aside),
        cmocka_unit_test(a_run_of_all_roles_names_them_too),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
