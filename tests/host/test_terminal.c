/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What stands on a terminal: a message never beside how far the work is, and nothing that moves the
 * cursor elsewhere than to its line's begin.
 */
#include <pty.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "base/folder.h"
#include "base/memory.h"
#include "support/program.h"
#include "support/support.h"

enum { COLUMNS = 72, LINES_MAX = 4000 };

/* As much of a terminal as is needed: what each line shows in the end. */
struct screen {
    char lines[LINES_MAX][COLUMNS + 1];
    size_t line, column, widest;
    bool has_control;
};

static void screen_put(struct screen *s, char c)
{
    if (c == '\r') {
        s->column = 0;
    } else if (c == '\n') {
        s->line += s->line + 1 < LINES_MAX ? 1 : 0;
    } else if ((unsigned char) c < ' ' || c == 0x7f) {
        s->has_control = true;
    } else {
        s->widest = s->column + 1 > s->widest ? s->column + 1 : s->widest;
        if (s->column < COLUMNS) {
            s->lines[s->line][s->column] = c;
        }
        s->column++;
    }
}

/* Interrupts CHILD once FROM was seen, where that is not NULL. */
static int watch(int terminal, pid_t child, const char *from, struct screen *s)
{
    static char text[1 << 18];
    size_t length = 0;
    bool is_interrupted = from == NULL;
    int status = 0;
    ssize_t n;

    memset(s, 0, sizeof *s);
    while ((n = read(terminal, text + length, sizeof text - 1 - length)) > 0) {
        for (ssize_t i = 0; i < n; i++) {
            screen_put(s, text[length + (size_t) i]);
        }
        length += (size_t) n;
        text[length] = '\0';
        if (!is_interrupted && strstr(text, from) != NULL) {
            assert_null(strstr(text, " left")); /* the first steps say nothing of the last */
            assert_int_equal(write(terminal, "\x03", 1),
                             1); /* as a person: the terminal echoes it */
            is_interrupted = true;
        }
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static int run_on_terminal(const char *folder, const char *const *words, const char *from,
                           struct screen *s)
{
    struct winsize size = {.ws_row = 24, .ws_col = COLUMNS};
    const char *program = getenv("MPCF_HOST");
    int terminal = -1, status;
    const pid_t child = forkpty(&terminal, NULL, NULL, &size);

    assert_true(child >= 0);
    if (child == 0) {
        char *copy[16] = {strdup(program)};

        for (size_t i = 0; i < 14 && words[i] != NULL; i++) {
            copy[i + 1] = strdup(words[i]);
        }
        if (chdir(folder) == 0) {
            (void) execv(program, copy);
        }
        _exit(127);
    }
    status = watch(terminal, child, from, s);
    (void) close(terminal);
    return status;
}

static const char pipeline[] =
    "version: 1\noutput: out\nmodel: {family: bert, path: ex/model}\n"
    "dataset: {reader: glue, task: SST-2, path: ex/data, max_length: 32}\n"
    "approximations: {activation: quad, normaliser: 2quad}\n"
    "stages:\n  finetune: {epochs: 2}\n  convert: {}\n"
    "  distill: {layers: {epochs: 1}, prediction: {epochs: 1}}\n  infer: {examples: 8}\n";

static void write_all(void)
{
    char *folder = file_join(test_folder(), "ex"), *file = file_join(test_folder(), "p.yaml");

    ASSERT_HOST(0, "random weights", "example", folder, "--rows", "400");
    assert_int_equal(file_write_whole(file, pipeline, sizeof pipeline - 1, NULL), MPCF_OK);
    mpcf_free(folder);
    mpcf_free(file);
}

/* Every message stands at the begin of a line, and a stage has one line of its progress. */
static void check_lines(const struct screen *s)
{
    static const char *const stages[] = {"finetune, epoch ", "distill: layers, epoch ",
                                         "distill: prediction, epoch ", "infer: secure, "};
    size_t seen[4] = {0};

    assert_false(s->has_control);
    for (size_t i = 0; i <= s->line; i++) {
        const char *message = strstr(s->lines[i], "mpcf: ");

        if (message != NULL && message != s->lines[i]) {
            fail_msg("a message shares its line: %s", s->lines[i]);
        }
        assert_null(strstr(s->lines[i], "reading"));
        for (size_t k = 0; k < 4; k++) {
            seen[k] += strncmp(s->lines[i], stages[k], strlen(stages[k])) == 0;
        }
    }
    for (size_t k = 0; k < 4; k++) {
        assert_int_equal(seen[k], 1);
    }
}

static void a_message_has_a_line_of_its_own(void **state)
{
    static struct screen s;

    (void) state;
    write_all();
    assert_int_equal(
        run_on_terminal(test_folder(), (const char *const[]){"p.yaml", NULL}, NULL, &s), 0);
    check_lines(&s);
    assert_true(strncmp(s.lines[s.line - 1], "  report               out/report.html", 38) == 0);
}

/* The terminal's own "^C" may stand behind the progress, the program's words must not. */
static void so_has_what_is_said_of_an_interruption(void **state)
{
    static struct screen s;
    size_t found = 0;

    (void) state;
    assert_int_equal(
        run_on_terminal(test_folder(),
                        (const char *const[]){"p.yaml", "--set", "output=other", "--set",
                                              "stages.finetune.epochs=5000", NULL},
                        "finetune, epoch", &s),
        1);
    assert_false(s.has_control);
    for (size_t i = 0; i <= s.line; i++) {
        const char *said = strstr(s.lines[i], "mpcf-host: ");

        found += said != NULL;
        assert_true(said == NULL || said == s.lines[i]);
    }
    assert_int_equal(found, 1);
}

/* No returns, no controls: a file, a pipe. */
static void elsewhere_there_are_lines_only(void **state)
{
    static struct program_result result;

    (void) state;
    program_run(
        test_folder(),
        (const char *const[]){"p.yaml", "--set", "output=third", "--stage", "finetune", NULL},
        &result);
    assert_int_equal(result.status, 0);
    assert_null(strchr(result.out, '\r'));
    assert_null(strchr(result.out, '\x1b'));
    assert_non_null(strstr(result.out, "finetune, epoch 2 of 2"));
    assert_null(strstr(result.out, "reading"));
}

/* Names of files, values of a file, words of the command line. */
static void what_is_no_text_is_escaped(void **state)
{
    static struct screen s;
    char *folder = file_join(test_folder(), "a\x1b[31mb");
    static const char text[] = "version: 1\noutput: \"x\\e[2J\"\n\"k\\ey\": 1\n";
    char *file = file_join(folder, "p.yaml");

    (void) state;
    ASSERT_HOST(2, "there is no command '\\u001b[2Jx'", "\x1b[2Jx");
    ASSERT_HOST(2, "'\\xff.yaml'", "\xff.yaml");
    assert_int_equal(file_make_folder(folder, NULL), MPCF_OK);
    assert_int_equal(file_write_whole(file, text, sizeof text - 1, NULL), MPCF_OK);
    ASSERT_HOST(2, "has no option 'k\\u001by'", file);
    assert_int_equal(
        run_on_terminal(test_folder(),
                        (const char *const[]){"plugin", "list", "--plugin-dir", folder, NULL}, NULL,
                        &s),
        0);
    assert_false(s.has_control);
    assert_int_equal(run_on_terminal(folder, (const char *const[]){"p.yaml", NULL}, NULL, &s), 2);
    assert_false(s.has_control);
    mpcf_free(folder);
    mpcf_free(file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_message_has_a_line_of_its_own),
        cmocka_unit_test(so_has_what_is_said_of_an_interruption),
        cmocka_unit_test(elsewhere_there_are_lines_only),
        cmocka_unit_test(what_is_no_text_is_escaped),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
