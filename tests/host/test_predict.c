/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `predict`: a checkpoint's answers beside those of the library that wrote it, a student's in the clear
 * beside the same asked of three roles, and what of a run stays as it was.
 */
#include "support/support.h"

#include <fcntl.h>
#include <jansson.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/digest.h"
#include "base/file.h"
#include "base/folder.h"
#include "base/memory.h"
#include "support/apart.h"
#include "support/datasets.h"
#include "support/heard.h"
#include "support/program.h"
#include "support/run_folder.h"

enum { LINES_MAX = 64 };

#define TEXTS                                                                                      \
    "t7 t8 t9\nt10\n\nt11 t12 t13 t14 t15 t16 t17 t18 t19 t20 t21 t22 t23 t24 t25\tt26\nt7"
enum { TEXT_COUNT = 5 };

/* --- Lines of JSON --- */

struct lines {
    json_t *items[LINES_MAX];
    size_t count;
};

static struct lines parse(const char *text)
{
    struct lines l = {.count = 0};

    while (*text != '\0') {
        const char *end = strchr(text, '\n');

        assert_non_null(end);
        assert_true(l.count < LINES_MAX);
        l.items[l.count] = json_loadb(text, (size_t) (end - text), JSON_REJECT_DUPLICATES, NULL);
        assert_non_null(l.items[l.count++]);
        text = end + 1;
    }
    return l;
}

static void drop(struct lines *l)
{
    for (size_t i = 0; i < l->count; i++) {
        json_decref(l->items[i]);
    }
}

static void assert_close_lists(const json_t *want, const json_t *got, double limit)
{
    assert_int_equal(json_array_size(want), json_array_size(got));
    for (size_t i = 0; i < json_array_size(want); i++) {
        const double a = json_number_value(json_array_get(want, i));
        const double b = json_number_value(json_array_get(got, i));

        if (!(fabs(a - b) <= limit)) {
            fail_msg("%.9g, expected %.9g", b, a);
        }
    }
}

/* A label may be another where two logits are within twice LIMIT. */
static bool is_tie(const json_t *logits, double limit)
{
    const double a = json_number_value(json_array_get(logits, 0));
    const double b = json_number_value(json_array_get(logits, 1));

    return json_array_size(logits) == 2 && fabs(a - b) <= 2 * limit;
}

static void assert_same_answers(const struct lines *want, const struct lines *got, double limit)
{
    assert_int_equal(want->count, got->count);
    for (size_t i = 0; i < want->count; i++) {
        const json_t *w = want->items[i], *g = got->items[i];
        const json_t *logits = json_object_get(w, "logits");

        assert_int_equal(json_integer_value(json_object_get(g, "index")), i);
        assert_int_equal(json_object_get(w, "label") == NULL, json_object_get(g, "label") == NULL);
        if (json_object_get(w, "label") != NULL && !is_tie(logits, limit)) {
            assert_string_equal(json_string_value(json_object_get(g, "label")),
                                json_string_value(json_object_get(w, "label")));
        }
        assert_close_lists(logits, json_object_get(g, "logits"), limit);
        assert_close_lists(json_object_get(w, "probabilities"), json_object_get(g, "probabilities"),
                           limit);
        if (json_object_get(w, "score") != NULL) {
            assert_true(fabs(json_number_value(json_object_get(w, "score")) -
                             json_number_value(json_object_get(g, "score"))) <= limit);
            assert_null(json_object_get(g, "probabilities"));
        }
    }
}

/* --- A checkpoint and nothing else --- */

static const char *checkpoint_folder(const char *kind)
{
    const char *folder = test_folder();
    char text[4400];

    (void) snprintf(text, sizeof text, "version: 1\noutput: run\nmodel: {path: %s/%s}\n",
                    source_path("tests/vectors/predict"), kind);
    test_write(folder, "p.yaml", text);
    return folder;
}

static void a_checkpoint_answers_as_where_it_was_made(void **state)
{
    static const char *const kinds[] = {"classes", "score", "unnamed"};
    char input[4200];

    (void) state;
    (void) snprintf(input, sizeof input, "%s", source_path("tests/vectors/predict/texts.txt"));
    for (size_t i = 0; i < 3; i++) {
        const char *folder = checkpoint_folder(kinds[i]);
        char vectors[4200], *expected;
        struct heard h =
            HEARD(folder, NULL, "predict", "p.yaml", "--plain", "--json", "--input", input);
        struct lines want, got;

        (void) snprintf(vectors, sizeof vectors, "%s/%s", source_path("tests/vectors/predict"),
                        kinds[i]);
        expected = test_read(vectors, "answers.jsonl");
        assert_heard(&h, 0, NULL, "the checkpoint '");
        want = parse(expected);
        got = parse(h.out);
        assert_same_answers(&want, &got, 1e-5);
        drop(&want);
        drop(&got);
        heard_forget(&h);
        mpcf_free(expected);
    }
}

/* Names that the library makes, exchanged: without a dataset they are what the file says. */
static void a_checkpoints_own_names_are_taken(void **state)
{
    static const char *const files[] = {"model.safetensors", "tokenizer.json",
                                        "tokenizer_config.json", "config.json"};
    const char *folder = test_folder();
    char *config, *end, *swapped, from[4300];
    struct heard h;

    (void) state;
    (void) snprintf(from, sizeof from, "%s/unnamed", source_path("tests/vectors/predict"));
    config = test_read(from, files[3]);
    end = strrchr(config, '}');
    assert_non_null(end);
    *end = '\0';
    swapped = mpcf_format("%s, \"id2label\": {\"0\": \"LABEL_1\", \"1\": \"LABEL_0\"}}", config);
    test_write(folder, "model/config.json", swapped);
    for (size_t i = 0; i < 3; i++) {
        char *source = file_join(from, files[i]),
             *to = mpcf_format("%s/model/%s", folder, files[i]);

        assert_int_equal(file_copy(source, to, NULL), MPCF_OK);
        mpcf_free(source);
        mpcf_free(to);
    }
    test_write(folder, "p.yaml", "version: 1\noutput: run\nmodel: {path: model}\n");
    h = HEARD(folder, NULL, "predict", "p.yaml", "--plain", "the film was good");
    assert_heard(&h, 0, "LABEL_0\t0.8426\t[-0.8613, 0.8160]\n", NULL);
    heard_forget(&h);
    mpcf_free(config);
    mpcf_free(swapped);
}

static void texts_come_from_words_files_and_pipes_alike(void **state)
{
    const char *folder = checkpoint_folder("classes");
    struct heard words, file, pipe;

    (void) state;
    test_write(folder, "texts", "the film\na story\tgood\n-x\n");
    words = HEARD(folder, NULL, "predict", "p.yaml", "--plain", "--json", "the film",
                  "a story\tgood", "--", "-x");
    file = HEARD(folder, NULL, "predict", "p.yaml", "--plain", "--json", "--input=texts");
    pipe = HEARD(folder, "texts", "predict", "p.yaml", "--plain", "--json");
    assert_heard(&words, 0, file.out, NULL);
    assert_heard(&pipe, 0, file.out, NULL);
    assert_int_equal(strncmp(file.out, "{\"index\": 0, \"label\": \"", 23), 0);
    heard_forget(&words);
    heard_forget(&file);
    heard_forget(&pipe);
    pipe = HEARD(folder, NULL, "predict", "p.yaml", "--plain");
    assert_heard(&pipe, 0, "", NULL);
    heard_forget(&pipe);
    words = HEARD(folder, NULL, "predict", "p.yaml", "--plain", "--quiet", "the film was good");
    assert_heard(&words, 0, "no\t0.3974\t[-0.1080, -0.3503, -0.4209]\n", NULL);
    assert_string_equal(words.log, "");
    heard_forget(&words);
}

/* An answer is there before the next line is. */
static void lines_of_a_pipe_are_answered_as_they_come(void **state)
{
    const char *folder = checkpoint_folder("classes");
    char *fifo = file_join(folder, "fifo"), *out = file_join(folder, "out");
    const struct timespec pause = {0, 10000000};
    int64_t began_ns;
    struct heard h;
    struct stat facts;
    pid_t pid;
    int to;

    (void) state;
    assert_int_equal(mkfifo(fifo, 0600), 0);
    pid = heard_start(folder, "fifo",
                      (const char *const[]){"predict", "p.yaml", "--plain", "-", NULL});
    to = open(fifo, O_WRONLY);
    (void) close(to);
    h = heard_wait(folder, pid);
    assert_heard(&h, 0, NULL, NULL); /* "-" alone is a text */
    heard_forget(&h);
    pid = heard_start(folder, "fifo",
                      (const char *const[]){"predict", "p.yaml", "--plain", "--input", "-", NULL});
    to = open(fifo, O_WRONLY);
    assert_int_equal(write(to, "the film\n", 9), 9);
    began_ns = clock_now_ns();
    while (stat(out, &facts) != 0 || facts.st_size == 0) {
        assert_true(clock_seconds_since(began_ns) < 60);
        (void) nanosleep(&pause, NULL);
    }
    assert_int_equal(write(to, "good", 4), 4);
    (void) close(to);
    h = heard_wait(folder, pid);
    assert_heard(&h, 0, NULL, NULL);
    assert_int_equal(strlen(h.out) > (size_t) facts.st_size, 1);
    heard_forget(&h);
    mpcf_free(fifo);
    mpcf_free(out);
}

static void what_cannot_be_asked_is_said(void **state)
{
    static const struct {
        const char *words[8];
        int status;
        const char *log;
    } cases[] = {
        {{"predict", "p.yaml", "x"}, 2, "asks without one"},
        {{"predict", "p.yaml", "--plain", "--input", "none"}, 2, "cannot read 'none': No such"},
        {{"predict", "p.yaml", "--plain", "--input", "."}, 2, "cannot read '.': Is a directory"},
        {{"predict", "p.yaml", "--input", "none"}, 2, "cannot read 'none': No such"},
        {{"predict", "p.yaml", "--input", "."}, 2, "cannot read '.': Is a directory"},
        {{"predict", "p.yaml", "--plain", "--input", "tabs"}, 1, "tabs:2: more than one tab"},
        {{"predict", "p.yaml", "--plain", "--input", "latin"}, 1, "latin:2"},
        {{"predict", "p.yaml", "--plain", "--input", "tabs", "x"}, 2, "not both"},
        {{"predict", "p.yaml", "--plain", "--role", "user"}, 2, "--plain asks no role"},
        {{"predict", "p.yaml", "--role", "dealer", "x"}, 2, "the dealer has no texts"},
        {{"predict", "p.yaml", "--role", "usr"}, 2, "roles are provider, user, dealer"},
        {{"predict", "p.yaml", "--plain", "--set", "model.max_length=33"},
         2,
         "model.max_length: 33, and the model has positions for 32"},
        {{"predict", "p.yaml", "--plain", "--set", "model.path=nowhere"}, 2, "no config.json"},
        {{"run", "p.yaml", "--set", "stages.convert={}"}, 2, "convert measures ranges on its rows"},
        {{"run", "p.yaml", "--set", "stages.finetune={}"}, 2, "finetune learns from its rows"},
        {{"run", "p.yaml", "--set", "stages.infer={}"}, 2, "infer asks the rows of a dataset"},
        {{"predict", "p.yaml", "--plain", "--set", "stages.infer.reveal=label", "x"}, 0, NULL},
    };
    const char *folder = checkpoint_folder("classes");

    (void) state;
    test_write(folder, "tabs", "a\tb\na whisper\tb\tc\n");
    test_write(folder, "latin", "caf\xc3\xa9\ncaf\xe9 whisper\n");
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct heard h = heard_run(folder, NULL, cases[i].words);

        assert_heard(&h, cases[i].status, NULL, cases[i].log);
        assert_null(strstr(h.log, "whisper"));
        heard_forget(&h);
    }
}

/* --- A student --- */

/* Of all that a run left. */
static void digest_run(const char *folder, char digest[FILE_DIGEST_SIZE])
{
    char command[4400], *list;

    (void) snprintf(command, sizeof command,
                    "cd '%s' && find run -type f ! -path '*/store/*' | sort | xargs sha256sum "
                    ">digests",
                    folder);
    assert_int_equal(system(command), 0); /* NOLINT(cert-env33-c): of this test alone */
    list = file_join(folder, "digests");
    assert_int_equal(file_digest(list, digest, NULL), MPCF_OK);
    mpcf_free(list);
}

static struct lines ask(const char *folder, const char *more, const char *value)
{
    struct heard h = HEARD(folder, NULL, "predict", "pipeline.yaml", "--json", "--input", "texts",
                           "--quiet", more, value);
    struct lines l;

    assert_heard(&h, 0, NULL, NULL);
    l = parse(h.out);
    heard_forget(&h);
    return l;
}

/* Labels alone, which say nothing else. */
static void assert_labels(const char *folder)
{
    struct lines labels = ask(folder, "--set", "stages.infer.reveal=label");

    for (size_t k = 0; k < labels.count; k++) {
        assert_int_equal(json_object_size(labels.items[k]), 2);
    }
    assert_int_equal(labels.count, TEXT_COUNT);
    drop(&labels);
}

static void three_processes_answer_as_the_student(void **state)
{
    static const char *const infer[] = {"batch: 1", "batch: 3, length: full", "preprocess: store",
                                        "length: exact"};
    char before[FILE_DIGEST_SIZE], after[FILE_DIGEST_SIZE];

    (void) state;
    for (size_t i = 0; i < 4; i++) {
        const struct test_run shape = {.family = "bert",
                                       .task = "SST-2",
                                       .transport = "loopback",
                                       .infer = infer[i],
                                       .parties = "",
                                       .rows = 2};
        const char *folder = test_run_create(&shape);
        struct lines plain, secure;

        if (i == 0) {
            json_decref(test_run_infer(folder)); /* an evaluation, whose results stay */
        }
        test_write(folder, "texts", TEXTS);
        digest_run(folder, before);
        plain = ask(folder, "--plain", NULL);
        secure = ask(folder, NULL, NULL);
        assert_int_equal(plain.count, TEXT_COUNT);
        assert_same_answers(&plain, &secure, 0.02);
        if (i == 0) {
            assert_labels(folder);
        }
        digest_run(folder, after);
        assert_string_equal(before, after);
        drop(&plain);
        drop(&secure);
    }
}

/* No text needs nobody, and ends well. */
static void nothing_to_ask_is_no_failure(void **state)
{
    const struct test_run shape = {.family = "bert",
                                   .task = "SST-2",
                                   .transport = "tcp",
                                   .infer = "",
                                   .parties = "",
                                   .rows = 2};
    const char *folder = test_run_create(&shape);
    struct heard h = HEARD(folder, NULL, "predict", "pipeline.yaml", "--quiet");

    (void) state;
    assert_heard(&h, 0, "", NULL);
    heard_forget(&h);
}

static void start_others(const char *folder, const char *const *sets, pid_t pids[ROLES])
{
    pids[PROVIDER] = apart_start_with(folder, PROVIDER, sets);
    pids[DEALER] = apart_start_with(folder, DEALER, sets);
}

static void end_others(pid_t pids[ROLES])
{
    assert_int_equal(test_host_wait(pids[PROVIDER], 60), 0);
    assert_int_equal(test_host_wait(pids[DEALER], 60), 0);
}

/* The user's machine has no data, and the others' file may have no dataset either. */
static void the_users_role_asks_roles_elsewhere(void **state)
{
    static const char *const sets[] = {NULL};
    const char *folder = apart_create("batch: 1", 2);
    char *data = file_join(folder, "data");
    struct lines plain, secure;
    struct heard h;
    pid_t pids[ROLES];

    (void) state;
    test_write(folder, "texts", TEXTS);
    assert_int_equal(file_remove_tree(data, NULL), MPCF_OK);
    plain = ask(folder, "--plain", NULL);
    start_others(folder, sets, pids);
    h = HEARD(folder, NULL, "predict", "pipeline.yaml", "--role", "user", "--json", "--input",
              "texts");
    assert_heard(&h, 0, NULL, NULL);
    end_others(pids);
    secure = parse(h.out);
    assert_same_answers(&plain, &secure, 0.02);
    drop(&plain);
    drop(&secure);
    heard_forget(&h);
    mpcf_free(data);
}

/* The file without its dataset and what needs one: all that those have who only use the student. */
static pid_t serve_bare(const char *folder, int role)
{
    const char *const words[] = {"predict", "bare.yaml", "--role", apart_names[role], NULL};

    return test_host_start(folder, apart_logs[role], NULL, words);
}

static void roles_of_predict_need_no_dataset_and_leave_no_record(void **state)
{
    const char *folder = apart_create("", 2);
    char before[FILE_DIGEST_SIZE], after[FILE_DIGEST_SIZE];
    pid_t pids[ROLES];
    struct heard h, plain;
    struct lines want, got;

    (void) state;
    apart_write_bare(folder);
    test_write(folder, "texts", TEXTS);
    json_decref(test_run_infer(folder));
    digest_run(folder, before);
    pids[PROVIDER] = serve_bare(folder, PROVIDER);
    pids[DEALER] = serve_bare(folder, DEALER);
    h = HEARD(folder, "texts", "predict", "bare.yaml", "--role", "user", "--json");
    assert_heard(&h, 0, NULL, NULL);
    end_others(pids);
    digest_run(folder, after);
    assert_string_equal(before, after);
    plain = HEARD(folder, "texts", "predict", "bare.yaml", "--plain", "--json");
    assert_heard(&plain, 0, NULL, "the student in '");
    want = parse(plain.out);
    got = parse(h.out);
    assert_same_answers(&want, &got, 0.02);
    assert_string_equal(json_string_value(json_object_get(want.items[0], "label"))[0] == 'p'
                            ? "positive"
                            : "negative",
                        json_string_value(json_object_get(want.items[0], "label")));
    drop(&want);
    drop(&got);
    heard_forget(&h);
    heard_forget(&plain);
}

/* Lines that come late are asked in the session of those before. */
static void later_lines_are_asked_in_the_same_session(void **state)
{
    static const char *const sets[] = {NULL};
    const char *folder = apart_create("batch: 1", 2);
    char *fifo = file_join(folder, "fifo"), *record;
    const struct timespec pause = {0, 300000000};
    struct lines got;
    struct heard h;
    pid_t pids[ROLES];
    json_t *user;
    int to;

    (void) state;
    assert_int_equal(mkfifo(fifo, 0600), 0);
    start_others(folder, sets, pids);
    pids[USER] = heard_start(
        folder, "fifo",
        (const char *const[]){"predict", "pipeline.yaml", "--role", "user", "--json", NULL});
    to = open(fifo, O_WRONLY);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(write(to, "t7 t8\nt9\n", 9), 9);
        (void) nanosleep(&pause, NULL);
    }
    (void) close(to);
    h = heard_wait(folder, pids[USER]);
    assert_heard(&h, 0, NULL, NULL);
    end_others(pids);
    got = parse(h.out);
    assert_int_equal(got.count, 6);
    record = test_read(folder, "run/infer/provider.json");
    user = json_loads(record, 0, NULL);
    assert_int_equal(json_integer_value(json_object_get(user, "runs")), 6);
    json_decref(user);
    drop(&got);
    heard_forget(&h);
    mpcf_free(record);
    mpcf_free(fifo);
}

/* What was begun is never asked with the same corrections again. */
static void an_interrupted_predict_uses_no_correction_twice(void **state)
{
    static const char *const sets[] = {"stages.infer.preprocess=store",
                                       "stages.infer.store_runs=40", NULL};
    const char *folder = apart_create("batch: 1", 2);
    const char *const words[] = {"predict", "pipeline.yaml", "--role", "user",  "--input", "texts",
                                 "--json",  "--set",         sets[0],  "--set", sets[1],   NULL};
    const struct timespec pause = {0, 2000000};
    char *out = file_join(folder, "out"), many[4096] = "";
    pid_t pids[ROLES];
    struct stat facts;
    struct heard h;
    int64_t began_ns;

    (void) state;
    for (size_t i = 0; i < 50; i++) {
        (void) strcat(many, "t7 t8 t9\n");
    }
    test_write(folder, "texts", many);
    start_others(folder, sets, pids);
    pids[USER] = heard_start(folder, NULL, words);
    began_ns = clock_now_ns();
    while (stat(out, &facts) != 0 || facts.st_size == 0) {
        assert_true(clock_seconds_since(began_ns) < 60);
        (void) nanosleep(&pause, NULL);
    }
    assert_int_equal(kill(pids[USER], SIGINT), 0);
    h = heard_wait(folder, pids[USER]);
    (void) test_host_wait(pids[PROVIDER], 60);
    (void) test_host_wait(pids[DEALER], 60);
    if (h.status == 0) {
        skip(); /* it was faster */
    }
    assert_heard(&h, 1, NULL, "stopped");
    heard_forget(&h);
    start_others(folder, sets, pids);
    h = heard_run(folder, NULL, words);
    assert_heard(&h, 0, NULL, "is taken up at inference");
    assert_null(strstr(h.log, "taken up at inference 0"));
    end_others(pids);
    heard_forget(&h);
    mpcf_free(out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_checkpoint_answers_as_where_it_was_made),
        cmocka_unit_test(a_checkpoints_own_names_are_taken),
        cmocka_unit_test(texts_come_from_words_files_and_pipes_alike),
        cmocka_unit_test(lines_of_a_pipe_are_answered_as_they_come),
        cmocka_unit_test(what_cannot_be_asked_is_said),
        cmocka_unit_test(three_processes_answer_as_the_student),
        cmocka_unit_test(nothing_to_ask_is_no_failure),
        cmocka_unit_test(the_users_role_asks_roles_elsewhere),
        cmocka_unit_test(roles_of_predict_need_no_dataset_and_leave_no_record),
        cmocka_unit_test(later_lines_are_asked_in_the_same_session),
        cmocka_unit_test(an_interrupted_predict_uses_no_correction_twice),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
