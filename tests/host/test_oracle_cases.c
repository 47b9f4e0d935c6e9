/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Folders and situations that real users met ($MPCF_SHARED/cases): the reference's logits, which
 * each folder's README has, or a refusal that says what is in the way. A case that is a script says
 * itself whether it went well.
 */
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "base/file.h"
#include "base/folder.h"
#include "base/memory.h"
#include "support/program.h"
#include "support/support.h"

#define EXPECTED "Logits, expected" /* then "(version): [[..], ..]" or ": [[..], ..]" */
#define CLOSE    0.005 /* what the cases call right; wrong tokens or positions give 0.1 and more */

/* The list of lists behind the WORDS of a README; NULL: it has none. */
static json_t *list_behind(const char *text, const char *words)
{
    const char *line = strstr(text, words), *list = line != NULL ? strstr(line, "[[") : NULL;

    return list != NULL ? json_loads(list, JSON_DISABLE_EOF_CHECK, NULL) : NULL;
}

static json_t *expected_logits(const char *folder)
{
    char *path = file_join(folder, "README.md"), *text = NULL;
    size_t length = 0;
    json_t *logits = NULL;

    assert_int_equal(file_read(path, 1 << 20, &text, &length, NULL), MPCF_OK);
    logits = list_behind(text, "Logits, expected");
    if (logits == NULL) {
        logits = list_behind(text, "Expected logits");
    }
    if (logits == NULL) {
        logits = list_behind(text, "Expected: exit status 0, logits");
    }
    assert_non_null(logits);
    mpcf_free(text);
    mpcf_free(path);
    return logits;
}

static void assert_logits(const char *name, const json_t *want, const json_t *got)
{
    assert_int_equal(json_array_size(got), json_array_size(want));
    for (size_t i = 0; i < json_array_size(want); i++) {
        const json_t *row = json_array_get(want, i), *mine = json_array_get(got, i);

        assert_int_equal(json_array_size(mine), json_array_size(row));
        for (size_t k = 0; k < json_array_size(row); k++) {
            double expected = json_number_value(json_array_get(row, k));
            double found = json_number_value(json_array_get(mine, k));

            if (!(fabs(expected - found) < CLOSE)) {
                fail_msg("%s: text %zu: %g, expected %g", name, i, found, expected);
            }
        }
    }
}

/* Runs case.yaml of FOLDER with its output in a folder of this test's own. */
static void run_case(const char *folder, struct program_result *result, char output[4300])
{
    static int number;
    char setting[4400];
    char *pipeline = file_join(folder, "case.yaml");

    (void) snprintf(output, 4300, "%s/%d", test_folder(), number++);
    (void) snprintf(setting, sizeof setting, "output=%s", output);
    program_run(NULL, (const char *const[]){pipeline, "--quiet", "--set", setting, NULL}, result);
    mpcf_free(pipeline);
}

static void is_right(const char *name, const char *folder)
{
    static struct program_result result;
    char output[4300];
    json_t *want = expected_logits(folder), *got = NULL;

    run_case(folder, &result, output);
    if (result.status != 0) {
        fail_msg("%s: exit status %d: %s", name, result.status, result.out);
    }
    char *path = file_join(output, "infer/user.json");
    got = json_load_file(path, 0, NULL);
    assert_logits(name, want, json_object_get(got, "logits"));
    json_decref(got);
    json_decref(want);
    mpcf_free(path);
}

static void is_refused(const char *name, const char *folder, const char *because)
{
    static struct program_result result;
    char output[4300];

    run_case(folder, &result, output);
    if (result.status == 0 || strstr(result.out, because) == NULL) {
        fail_msg("%s: exit status %d, not with '%s': %s", name, result.status, because, result.out);
    }
}

static void script_ends_well(const char *name, const char *folder)
{
    char command[9000];
    const char *host = getenv("MPCF_HOST");
    char *bin = file_folder_of(host);

    /* In a copy: some write where they are. MPCF_HOST stands in the environment. */
    (void) snprintf(command, sizeof command,
                    "cp -r '%s/..' '%s/cases' 2>/dev/null; chmod -R u+w '%s/cases'; "
                    "PATH='%s':\"$PATH\"; cd '%s/cases/%s' && bash run.sh >&2",
                    folder, test_folder(), test_folder(), bin, test_folder(), name);
    int status = system(command);
    mpcf_free(bin);
    if (WIFEXITED(status) && WEXITSTATUS(status) == 77) {
        print_message("%s: something that it needs is not there: skipped\n", name);
        skip();
    }
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
        fail_msg("%s: run.sh ended with %d", name, WEXITSTATUS(status));
    }
}

enum outcome { RIGHT, REFUSED, SCRIPT };

struct one {
    const char *name;
    enum outcome outcome;
    const char *because;
};

static void check(void **state)
{
    const struct one *c = *state;
    char relative[128], folder[4200];

    (void) snprintf(relative, sizeof relative, "cases/%s", c->name);
    (void) snprintf(folder, sizeof folder, "%s", shared_path(relative));
    if (!file_exists(folder)) {
        print_message("%s is not there: skipped\n", folder);
        skip();
    }
    switch (c->outcome) {
    case RIGHT:
        is_right(c->name, folder);
        break;
    case REFUSED:
        is_refused(c->name, folder, c->because);
        break;
    case SCRIPT:
        script_ends_well(c->name, folder);
        break;
    }
}

static struct one cases[] = {
    {"added-token-order", RIGHT, NULL},
    {"added-tokens-decoder", RIGHT, NULL},
    {"added-tokens-json", RIGHT, NULL},
    {"added-tokens-normalized", SCRIPT, NULL},
    {"bert-japanese", REFUSED, "BertJapaneseTokenizer"},
    {"bert-processing-in-roberta", RIGHT, NULL},
    {"big-model-max-length", RIGHT, NULL},
    {"byte-without-token", RIGHT, NULL},
    {"convert-without-approximations", RIGHT, NULL},
    {"dtype-left-over", SCRIPT, NULL},
    {"head-missing-silently", RIGHT, NULL},
    {"layer-norm-27-octaves", SCRIPT, NULL},
    {"logit-fraction-late", REFUSED, "case.yaml:8:27: logit_fraction: 16, at most value_fraction"},
    {"lower-case-of-tokenizer-config", RIGHT, NULL},
    {"roberta-pad-id-in-text", RIGHT, NULL},
    {"small-weights-vanish", SCRIPT, NULL},
    {"special-tokens-map", RIGHT, NULL},
    {"table-row-beyond-range", SCRIPT, NULL},
    {"tokenizer-change-unnoticed", SCRIPT, NULL},
    {"truncation-side", RIGHT, NULL},
    {"peer-unnamed", SCRIPT, NULL},
    {"silent-callers", SCRIPT, NULL},
    {"addresses-unchecked", SCRIPT, NULL},
    {"busy-is-not-silent", SCRIPT, NULL},
    {"result-checked-late", SCRIPT, NULL},
    {"stopped-while-waiting", SCRIPT, NULL},
    {"environment-in-flow-mapping", SCRIPT, NULL},
};

/* A file of a case that is not accepted, and how that is said, from line and column on. */
static struct wrong_file {
    const char *name, *because;
} wrong_files[] = {
    {"new-user/04-tab.yaml", ":4:1: a tab stands here"},
    {"new-user/12-noval.yaml", ":7:3: 'convert' lacks its colon"},
};

static void check_file(void **state)
{
    const struct wrong_file *w = *state;
    static struct program_result result;
    char relative[128];

    (void) snprintf(relative, sizeof relative, "cases/%s", w->name);
    const char *path = shared_path(relative);
    if (!file_exists(path)) {
        print_message("%s is not there: skipped\n", path);
        skip();
    }
    program_run(NULL, (const char *const[]){path, "--check", NULL}, &result);
    if (result.status != 2 || strstr(result.out, w->because) == NULL) {
        fail_msg("%s: exit status %d, not with '%s': %s", w->name, result.status, w->because,
                 result.out);
    }
}

int main(void)
{
    enum { CASES = sizeof cases / sizeof *cases, FILES = sizeof wrong_files / sizeof *wrong_files };
    struct CMUnitTest tests[CASES + FILES];

    require_shared("cases");
    for (size_t i = 0; i < CASES; i++) {
        tests[i] = (struct CMUnitTest){
            .name = cases[i].name, .test_func = check, .initial_state = &cases[i]};
    }
    for (size_t i = 0; i < FILES; i++) {
        tests[CASES + i] = (struct CMUnitTest){
            .name = wrong_files[i].name, .test_func = check_file, .initial_state = &wrong_files[i]};
    }
    return _cmocka_run_group_tests("cases", tests, CASES + FILES, NULL, NULL);
}
