/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tokenized once: the same rows come from the file, whatever changes makes another, and a file that is
 * not whole or not its user's alone is made again.
 */
#include "corpus/corpus_cache.h"

#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/build_id.h"
#include "base/file.h"
#include "base/folder.h"
#include "base/memory.h"
#include "base/text.h"
#include "corpus/corpus.h"
#include "support/datasets.h"
#include "support/fake_reader.h"
#include "support/support.h"

static mpcf_error *err;

enum { ROWS = 20 };

static struct fake_reader usual(void)
{
    static const char *const texts[] = {"the the the", "a the", "a", "the a the a the a", NULL};

    return (struct fake_reader){
        .rows = ROWS, .classes = 2, .texts = texts, .text_b = "a", .id_step = 3, .odd = SIZE_MAX};
}

/* --- Loading --- */

static const char *cache_folder(void)
{
    static char path[512];

    (void) snprintf(path, sizeof path, "%s/out/cache", test_folder());
    return path;
}

/* Where nothing else is in the folder: the one file. */
static const char *cache_file(void)
{
    static char path[1024];
    DIR *folder = opendir(cache_folder());
    struct dirent *d = NULL;

    assert_non_null(folder);
    path[0] = '\0';
    while ((d = readdir(folder)) != NULL) {
        if (d->d_name[0] != '.') {
            assert_int_equal(path[0], '\0');
            assert_true(text_starts_with(d->d_name, "tokens-"));
            (void) snprintf(path, sizeof path, "%s/%s", cache_folder(), d->d_name);
        }
    }
    (void) closedir(folder);
    return path;
}

static size_t count_files(void)
{
    DIR *folder = opendir(cache_folder());
    size_t count = 0;

    for (struct dirent *d = folder != NULL ? readdir(folder) : NULL; d != NULL;
         d = readdir(folder)) {
        count += d->d_name[0] != '.';
    }
    if (folder != NULL) {
        (void) closedir(folder);
    }
    return count;
}

struct wish {
    size_t max_tokens, limit;
    bool unlabelled;
    const char *words;
};

static const struct wish usual_wish = {8, 0, false, "[PAD]\n[UNK]\n[CLS]\n[SEP]\nthe\na\n"};

/* Whether all rows were read twice: they were tokenized. */
static bool load(struct fake_reader *f, const struct wish *w, struct corpus **out)
{
    const mpcf_tokenizer_spec spec = {.struct_size = sizeof spec,
                                      .kind = MPCF_TOKENIZER_WORDPIECE,
                                      .vocab_size = 8,
                                      .type_count = 2,
                                      .pair_separators = 1};
    struct tokenizer *t = NULL;
    struct corpus_request q = {.dataset = &fake_dataset,
                               .config = &f,
                               .path = "nowhere",
                               .split = "train",
                               .max_tokens = w->max_tokens,
                               .limit = w->limit,
                               .unlabelled = w->unlabelled,
                               .cache_folder = cache_folder()};

    test_write(test_folder(), "vocab.txt", w->words);
    assert_ok(tokenizer_open(test_folder(), &spec, &t, err), err);
    q.tokenizer = t;
    assert_ok(corpus_load(&q, out, err), err);
    tokenizer_close(t);
    return f->read == 2 * ROWS;
}

static void assert_same(const struct corpus *a, const struct corpus *b)
{
    char x[FILE_DIGEST_SIZE], y[FILE_DIGEST_SIZE];

    assert_int_equal(corpus_cut(a), corpus_cut(b));
    corpus_digest(a, x);
    corpus_digest(b, y);
    assert_string_equal(x, y);
    assert_int_equal(a->count, b->count);
    assert_int_equal(a->rows, b->rows);
    assert_int_equal(a->longest, b->longest);
    assert_int_equal(a->pad_id, b->pad_id);
    for (size_t i = 0; i < a->count; i++) {
        assert_int_equal(a->items[i].length, b->items[i].length);
        assert_int_equal(a->items[i].has_label, b->items[i].has_label);
    }
}

static bool is_tokenized(struct fake_reader f, const struct wish *w)
{
    struct corpus *c = NULL;
    const bool tokenized = load(&f, w, &c);

    corpus_destroy(c);
    return tokenized;
}

/* --- Tests --- */

static void test_once(void **state)
{
    struct fake_reader f = usual();
    struct corpus *first = NULL, *second = NULL;
    struct stat facts;

    (void) state;
    assert_true(load(&f, &usual_wish, &first));
    assert_int_equal(stat(cache_file(), &facts), 0);
    assert_int_equal(facts.st_mode & 07777, 0600);
    assert_int_equal(stat(cache_folder(), &facts), 0);
    assert_int_equal(facts.st_mode & 07777, 0700);
    assert_false(load(&f, &usual_wish, &second));
    assert_same(first, second);
    assert_int_equal(second->items[0].types[1], 0);
    assert_int_equal(second->items[0].types[second->items[0].length - 1], 1);
    corpus_destroy(first);
    corpus_destroy(second);
    assert_int_equal(file_remove_tree(cache_folder(), err), MPCF_OK);
}

/* Each change makes it anew, and leaves what was before. */
static void test_changes(void **state)
{
    struct fake_reader f[6];
    struct wish w[4] = {usual_wish, usual_wish, usual_wish, usual_wish};

    (void) state;
    assert_true(is_tokenized(usual(), &usual_wish));
    for (size_t i = 0; i < 6; i++) {
        f[i] = usual();
    }
    f[0].odd = 19;
    f[0].odd_text = "the"; /* another last row */
    f[0].odd_label = 1;
    f[1].odd = 4;
    f[1].odd_label = 1; /* another label */
    f[2].text_b = NULL;
    f[3].has_no_labels = true;
    f[4].classes = 3;
    f[5].text_b = "";
    w[0].max_tokens = 7;
    w[1].limit = 5;
    w[2].unlabelled = true;
    w[3].words = "[PAD]\n[UNK]\n[CLS]\n[SEP]\na\nthe\n";
    for (size_t i = 0; i < 10; i++) {
        assert_true(is_tokenized(i < 6 ? f[i] : usual(), i < 6 ? &usual_wish : &w[i - 6]));
        assert_false(is_tokenized(i < 6 ? f[i] : usual(), i < 6 ? &usual_wish : &w[i - 6]));
    }
    assert_int_equal(count_files(), CORPUS_CACHE_FILES);
    assert_int_equal(file_remove_tree(cache_folder(), err), MPCF_OK);
}

static void damage(const char *path, size_t at)
{
    char *data = NULL;
    size_t length = 0;

    assert_ok(file_read(path, 1 << 20, &data, &length, err), err);
    assert_true(length > 0);
    data[at % length] ^= 1;
    assert_ok(file_write_whole_private(path, data, length, err), err);
    mpcf_free(data);
}

static void test_damage(void **state)
{
    struct fake_reader f = usual();
    struct corpus *first = NULL, *again = NULL;
    struct stat facts;
    char path[1024];

    (void) state;
    assert_true(load(&f, &usual_wish, &first));
    (void) snprintf(path, sizeof path, "%s", cache_file());
    assert_int_equal(stat(path, &facts), 0);
    for (size_t at = 0; at < (size_t) facts.st_size; at += 37) {
        damage(path, at);
        assert_true(load(&f, &usual_wish, &again));
        assert_same(first, again);
        corpus_destroy(again);
    }
    assert_int_equal(truncate(path, facts.st_size - 1), 0);
    assert_true(is_tokenized(usual(), &usual_wish));
    assert_int_equal(truncate(path, 0), 0);
    assert_true(is_tokenized(usual(), &usual_wish));
    assert_int_equal(chmod(path, 0640), 0);
    assert_true(is_tokenized(usual(), &usual_wish));
    assert_int_equal(stat(path, &facts), 0);
    assert_int_equal(facts.st_mode & 07777, 0600);
    assert_false(is_tokenized(usual(), &usual_wish));
    corpus_destroy(first);
    assert_int_equal(file_remove_tree(cache_folder(), err), MPCF_OK);
}

/* A link in its place is not followed, and a folder that cannot be made ends nothing. */
static void test_places(void **state)
{
    char path[1024], other[1024], above[512];

    (void) state;
    assert_true(is_tokenized(usual(), &usual_wish));
    (void) snprintf(path, sizeof path, "%s", cache_file());
    (void) snprintf(other, sizeof other, "%s/other.bin", test_folder());
    assert_int_equal(rename(path, other), 0);
    assert_int_equal(symlink(other, path), 0);
    assert_true(is_tokenized(usual(), &usual_wish));
    assert_true(file_exists(other));
    assert_int_equal(file_remove_tree(cache_folder(), err), MPCF_OK);
    (void) snprintf(above, sizeof above, "%s/out", test_folder());
    assert_int_equal(file_remove_tree(above, err), MPCF_OK);
    test_write(test_folder(), "out", "a file");
    assert_true(is_tokenized(usual(), &usual_wish));
    assert_true(is_tokenized(usual(), &usual_wish));
}

static void test_build(void **state)
{
    char text[BUILD_ID_SIZE];

    (void) state;
    build_id(text);
    assert_true(strlen(text) >= 16);
    assert_int_equal(strspn(text, "0123456789abcdef"), strlen(text));
}

static int set_up(void **state)
{
    (void) state;
    err = mpcf_error_create();
    return err != NULL ? 0 : -1;
}

static int tear_down(void **state)
{
    (void) state;
    mpcf_error_destroy(err);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_once),   cmocka_unit_test(test_changes),
        cmocka_unit_test(test_damage), cmocka_unit_test(test_places),
        cmocka_unit_test(test_build),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
