/* SPDX-License-Identifier: Apache-2.0 */
/* What is kept is found again, to the bit; what is damaged or of something else is not. */
#include "inference/kept_answers.h"

#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/descriptors.h"
#include "base/file.h"
#include "base/folder.h"
#include "base/memory.h"
#include "support/support.h"

enum { EXAMPLES = 9, WIDTH = 2 };

static const char *folder;
static struct corpus *corpus;
static float answers[EXAMPLES * WIDTH];

static int make_corpus(void **state)
{
    struct corpus_item items[EXAMPLES];
    int32_t ids[] = {1, 2}, types[] = {0, 0};
    struct test_random random = {3};

    (void) state;
    for (size_t i = 0; i < EXAMPLES; i++) {
        items[i] = (struct corpus_item){.ids = ids, .types = types, .length = 2, .id = 10 * i};
    }
    for (size_t i = 0; i < EXAMPLES * WIDTH; i++) {
        answers[i] = (float) test_random_normal(&random) * 1e-3F;
    }
    folder = test_folder();
    return corpus_from_items(items, EXAMPLES, 0, &corpus, NULL) == MPCF_OK ? 0 : -1;
}

static int free_corpus(void **state)
{
    (void) state;
    corpus_destroy(corpus);
    return 0;
}

static bool has_marks;

static mpcf_status try_open(const char *of, bool is_taken_over, struct kept_answers **k,
                            mpcf_error *err)
{
    struct kept_request request = {
        .folder = folder, .corpus = corpus, .width = WIDTH, .is_taken_over = is_taken_over};

    request.has_marks = has_marks;

    (void) snprintf(request.of, sizeof request.of, "%s", of);
    return kept_answers_open(&request, k, err);
}

static struct kept_answers *opened(const char *of)
{
    struct kept_answers *k = NULL;
    mpcf_error *err = mpcf_error_create();

    assert_ok(try_open(of, true, &k, err), err);
    mpcf_error_destroy(err);
    return k;
}

static char *path_of(const char *name)
{
    return file_join(folder, name);
}

static void forget(void)
{
    static const char *const names[] = {"user.partial.jsonl", "user.partial.old.jsonl"};

    for (size_t i = 0; i < 2; i++) {
        char *path = path_of(names[i]);

        (void) unlink(path);
        mpcf_free(path);
    }
}

/* COUNT answers from FIRST on, of a run that breaks off. */
static void keep(const char *of, uint32_t first, uint32_t count)
{
    struct kept_answers *k = opened(of);
    const uint32_t rows[EXAMPLES] = {first, first + 1, first + 2, first + 3};

    assert_int_equal(kept_answers_add(k, rows, count, answers, NULL), MPCF_OK);
    kept_answers_close(k, false);
}

static void what_was_kept_is_there_again(void **state)
{
    float back[EXAMPLES * WIDTH] = {0};
    struct kept_answers *k = NULL;

    (void) state;
    forget();
    keep("a", 0, 3);
    keep("a", 5, 2);
    k = opened("a");
    assert_int_equal(kept_answers_count(k), 5);
    kept_answers_copy(k, back);
    for (size_t i = 0; i < EXAMPLES; i++) {
        const bool is_there = i < 3 || i == 5 || i == 6;

        assert_int_equal(kept_answers_have(k, i), is_there);
        for (size_t c = 0; c < WIDTH; c++) {
            assert_true(back[i * WIDTH + c] == (is_there ? answers[i * WIDTH + c] : 0));
        }
    }
    kept_answers_close(k, true);
    assert_int_equal(kept_answers_in(kept_answers_path(k = opened("a"))), 0);
    kept_answers_close(k, false);
}

/* An answer that is no number is one where marks are agreed, and is asked again where they are not. */
static void marked_answers_are_kept(void **state)
{
    float back[EXAMPLES * WIDTH] = {0}, kept = answers[0];

    (void) state;
    for (int marks = 0; marks < 2; marks++) {
        struct kept_answers *k = NULL;

        has_marks = marks == 1;
        forget();
        for (size_t c = 0; c < WIDTH; c++) {
            answers[c] = NAN;
        }
        keep("a", 0, 2);
        k = opened("a");
        assert_int_equal(kept_answers_count(k), 1 + marks);
        assert_int_equal(kept_answers_have(k, 0), marks);
        kept_answers_copy(k, back);
        assert_true(marks == 0 || isnan(back[0]));
        kept_answers_close(k, true);
    }
    has_marks = false;
    for (size_t c = 0; c < WIDTH; c++) {
        answers[c] = kept;
    }
}

static void nobody_else_reads_it_and_one_run_writes_it(void **state)
{
    struct kept_answers *k = NULL, *other = NULL;
    mpcf_error *err = mpcf_error_create();
    struct stat facts;

    (void) state;
    forget();
    k = opened("a");
    assert_int_equal(stat(kept_answers_path(k), &facts), 0);
    assert_int_equal(facts.st_mode & 0777, 0600);
    assert_status(MPCF_E_INVALID, try_open("a", true, &other, err), err);
    assert_message_contains(err, "another run of the user writes '");
    kept_answers_close(k, false);
    mpcf_error_destroy(err);
}

static void check_refused(const char *path)
{
    struct kept_answers *k = NULL;
    mpcf_error *err = mpcf_error_create();
    struct stat facts;

    assert_status(MPCF_E_IO, try_open("a", true, &k, err), err);
    assert_message_contains(err, path);
    assert_int_equal(stat(path, &facts), 0);
    assert_int_equal(facts.st_size, 0);
    mpcf_error_destroy(err);
}

static void make_empty(const char *path, mode_t mode)
{
    const int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, mode);

    assert_true(fd >= 0);
    assert_int_equal(fchmod(fd, mode), 0);
    assert_int_equal(close(fd), 0);
}

/* In such files others would read the answers, or a pipe would be waited for. */
static void what_others_may_have_put_there_is_refused(void **state)
{
    char *path = path_of("user.partial.jsonl"), *second = path_of("second");

    (void) state;
    forget();
    make_empty(path, 0604);
    check_refused(path);
    make_empty(path, 0640);
    check_refused(path);
    make_empty(path, 0600);
    if (geteuid() == 0) { /* nobody else can give a file away */
        assert_int_equal(chown(path, 12345, (gid_t) -1), 0);
        check_refused(path);
        assert_int_equal(chown(path, 0, (gid_t) -1), 0);
    }
    assert_int_equal(link(path, second), 0);
    check_refused(path);
    assert_int_equal(unlink(second), 0);
    forget();
    assert_int_equal(mkfifo(path, S_IRUSR | S_IWUSR), 0);
    check_refused(path);
    forget();
    mpcf_free(path);
    mpcf_free(second);
}

static void without_an_answer_nothing_stays(void **state)
{
    char *path = path_of("user.partial.jsonl");

    (void) state;
    forget();
    kept_answers_close(opened("a"), false);
    assert_false(file_exists(path));
    mpcf_free(path);
}

static void answers_of_something_else_are_set_aside(void **state)
{
    struct kept_answers *k = NULL;
    char *old = path_of("user.partial.old.jsonl");

    (void) state;
    forget();
    keep("a", 0, 3);
    k = opened("b");
    assert_int_equal(kept_answers_count(k), 0);
    assert_int_equal(kept_answers_in(old), 3);
    kept_answers_close(k, false);
    keep("b", 0, 2);
    assert_int_equal(try_open("b", false, &k, NULL), MPCF_OK);
    assert_int_equal(kept_answers_count(k), 0);
    assert_int_equal(kept_answers_in(old), 2);
    kept_answers_close(k, false);
    mpcf_free(old);
}

static void no_number_is_no_answer(void **state)
{
    struct kept_answers *k = NULL;
    const uint32_t rows[] = {0, 1};
    float odd[EXAMPLES * WIDTH] = {NAN, 1, 2, 3};

    (void) state;
    forget();
    k = opened("a");
    assert_int_equal(kept_answers_add(k, rows, 2, odd, NULL), MPCF_OK);
    kept_answers_close(k, false);
    k = opened("a");
    assert_false(kept_answers_have(k, 0));
    assert_true(kept_answers_have(k, 1));
    kept_answers_close(k, true);
}

/* What finds no room is not half there, and the file goes on. */
static void a_full_disk_leaves_whole_lines(void **state)
{
    const uint32_t rows[] = {4, 5, 6, 7};
    mpcf_error *err = mpcf_error_create();
    struct rlimit limit, small;

    (void) state;
    forget();
    keep("a", 0, 4);
    descriptors_outlive_writes();
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
    for (rlim_t room = 300; room < 700; room += 7) {
        struct kept_answers *k = opened("a");
        const size_t before = kept_answers_count(k);

        small = limit;
        small.rlim_cur = room;
        assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
        mpcf_error_reset(err);
        const mpcf_status status = kept_answers_add(k, rows, 4, answers, err);

        assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
        if (status != MPCF_OK) {
            assert_status_was(MPCF_E_IO, status, err);
            assert_message_contains(err, "user.partial.jsonl': File too large");
            assert_int_equal(kept_answers_in(kept_answers_path(k)), before);
        }
        kept_answers_close(k, false);
    }
    keep("a", 4, 4);
    struct kept_answers *k = opened("a");

    assert_int_equal(kept_answers_count(k), 8);
    kept_answers_close(k, true);
    mpcf_error_destroy(err);
}

/* --- Damage --- */

/* Without waiting for the disk, as file_write_whole() does. */
static void put(const char *path, const char *text, size_t length)
{
    FILE *file = fopen(path, "wb");

    assert_non_null(file);
    assert_int_equal(fchmod(fileno(file), S_IRUSR | S_IWUSR), 0);
    assert_int_equal(fwrite(text, 1, length, file), length);
    assert_int_equal(fclose(file), 0);
}

/* Cut off anywhere: what is whole before the cut counts, and more can be added. */
static void a_file_cut_off_goes_on(void **state)
{
    char *path = path_of("user.partial.jsonl"), *text = NULL;
    size_t length = 0;

    (void) state;
    forget();
    keep("a", 0, 4);
    assert_int_equal(file_read(path, 1 << 20, &text, &length, NULL), MPCF_OK);
    for (size_t cut = 0; cut <= length; cut++) {
        size_t whole = 0;

        forget();
        for (size_t i = 0; i < cut; i++) {
            whole += text[i] == '\n';
        }
        put(path, text, cut);
        keep("a", 5, 1);
        struct kept_answers *k = opened("a");

        assert_int_equal(kept_answers_count(k), whole > 0 ? whole : 1);
        assert_true(kept_answers_have(k, 5));
        kept_answers_close(k, true);
    }
    mpcf_free(text);
    mpcf_free(path);
}

/* Any bytes are answers or none; what is taken is a number for an example that there is. */
static void damaged_files_do_no_harm(void **state)
{
    char *path = path_of("user.partial.jsonl"), *text = NULL;
    size_t length = 0;
    struct test_random random = {17};

    (void) state;
    forget();
    keep("a", 0, 4);
    assert_int_equal(file_read(path, 1 << 20, &text, &length, NULL), MPCF_OK);
    for (unsigned round = 0; round < 2000; round++) {
        float back[EXAMPLES * WIDTH] = {0};
        char *copy = mpcf_alloc_array(length, 1);
        struct kept_answers *k = NULL;

        memcpy(copy, text, length);
        for (unsigned i = 0; i < 1 + round % 4; i++) {
            copy[test_random_u64(&random) % length] = (char) test_random_u64(&random);
        }
        forget();
        put(path, copy, length);
        k = opened("a");
        assert_true(kept_answers_count(k) <= EXAMPLES);
        kept_answers_copy(k, back);
        for (size_t i = 0; i < EXAMPLES * WIDTH; i++) {
            assert_true(isfinite(back[i]));
        }
        kept_answers_close(k, true);
        mpcf_free(copy);
    }
    mpcf_free(text);
    mpcf_free(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_kept_is_there_again),
        cmocka_unit_test(marked_answers_are_kept),
        cmocka_unit_test(nobody_else_reads_it_and_one_run_writes_it),
        cmocka_unit_test(what_others_may_have_put_there_is_refused),
        cmocka_unit_test(without_an_answer_nothing_stays),
        cmocka_unit_test(answers_of_something_else_are_set_aside),
        cmocka_unit_test(no_number_is_no_answer),
        cmocka_unit_test(a_full_disk_leaves_whole_lines),
        cmocka_unit_test(a_file_cut_off_goes_on),
        cmocka_unit_test(damaged_files_do_no_harm),
    };

    return cmocka_run_group_tests(tests, make_corpus, free_corpus);
}
