/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Files that PyTorch wrote (tests/vectors/torch/make.py), against what it says of their tensors, and
 * damaged copies of them.
 */
#include "support/support.h"

#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/memory.h"
#include "format/safetensors.h"
#include "format/tensor_convert.h"
#include "format/torch_file.h"

enum { ELEMENTS_MAX = 512 };

static mpcf_error *err;

static char *vector_path(const char *name)
{
    return mpcf_format("%s/tests/vectors/torch/%s", getenv("MPCF_SOURCE_DIR"), name);
}

static struct safetensors *open_expected(const char *name)
{
    struct safetensors *s = NULL;
    char *path = vector_path(name);

    assert_ok(safetensors_open(path, &s, err), err);
    mpcf_free(path);
    return s;
}

/* T's elements are WANT's, bit by bit, as floats or whole numbers. */
static void assert_tensor(const char *file, const struct tensor *t, const struct tensor *want)
{
    float floats[2][ELEMENTS_MAX] = {{0}};
    int64_t integers[2][ELEMENTS_MAX] = {{0}};

    assert_true(t->count <= ELEMENTS_MAX);
    if (t->rank != want->rank || memcmp(t->dim, want->dim, t->rank * sizeof t->dim[0]) != 0) {
        fail_msg("%s: %s has another shape", file, t->name);
    }
    if (want->type == TENSOR_F32) {
        assert_ok(tensor_floats(t, floats[0], err), err);
        assert_ok(tensor_floats(want, floats[1], err), err);
    } else {
        assert_ok(tensor_integers(t, integers[0], err), err);
        assert_ok(tensor_integers(want, integers[1], err), err);
    }
    if (memcmp(floats[0], floats[1], sizeof floats[0]) != 0 ||
        memcmp(integers[0], integers[1], sizeof integers[0]) != 0) {
        fail_msg("%s: %s has other elements", file, t->name);
    }
}

/* Every tensor of WANT is in F, and OTHERS more. */
static void assert_same(const char *name, const struct torch_file *f,
                        const struct safetensors *want, size_t others)
{
    size_t found = 0;

    for (size_t i = 0; i < torch_file_count(f); i++) {
        const struct tensor *t = torch_file_tensor(f, i);
        const struct tensor *w = safetensors_find(want, t->name);

        if (w != NULL) {
            assert_tensor(name, t, w);
            found++;
        }
    }
    assert_int_equal(found, safetensors_count(want));
    assert_int_equal(torch_file_count(f), found + others);
}

static void assert_file(const char *name, const struct safetensors *want, size_t others)
{
    struct torch_file *f = NULL;
    char *path = vector_path(name);

    assert_ok(torch_file_open(path, &f, err), err);
    assert_same(name, f, want, others);
    torch_file_close(f);
    mpcf_free(path);
}

static const char *const forms[] = {
    "zip-2.bin",        "zip-3.bin",      "zip-4.bin",    "zip-5.bin",
    "stream-2.bin",     "stream-3.bin",   "stream-4.bin", "stream-5.bin",
    "metadata.bin",     "checkpoint.bin", "dict.bin",     "checkpoint-stream.bin",
    "no-checksums.bin", "compressed.bin",
};
#define FORMS (sizeof forms / sizeof forms[0])

static void every_form_has_the_same_tensors(void **state)
{
    struct safetensors *want = open_expected("expected.safetensors");

    (void) state;
    for (size_t i = 0; i < FORMS; i++) {
        assert_file(forms[i], want, 1); /* the complex one */
    }
    safetensors_close(want);
}

/* Every finite number that 8 bits hold. */
static void eight_bits_are_the_librarys(void **state)
{
    struct safetensors *want = open_expected("f8-expected.safetensors");
    struct safetensors *same = open_expected("f8.safetensors");

    (void) state;
    assert_file("f8.bin", want, 0);
    assert_file("f8-stream.bin", want, 0);
    assert_tensor("f8.safetensors", safetensors_find(same, "e4m3"), safetensors_find(want, "e4m3"));
    assert_tensor("f8.safetensors", safetensors_find(same, "e5m2"), safetensors_find(want, "e5m2"));
    assert_tensor("f8.safetensors", safetensors_find(same, "wide"), safetensors_find(want, "wide"));
    safetensors_close(want);
    safetensors_close(same);
}

static void other_types_are_named_by_who_needs_them(void **state)
{
    struct torch_file *f = NULL;
    char *path = vector_path("zip-2.bin");
    float values[4];

    (void) state;
    assert_ok(torch_file_open(path, &f, err), err);
    for (size_t i = 0; i < torch_file_count(f); i++) {
        const struct tensor *t = torch_file_tensor(f, i);

        if (strcmp(t->name, "complex") == 0) {
            assert_status(MPCF_E_FORMAT, tensor_floats(t, values, err), err);
            assert_message_contains(err, "torch.ComplexFloatStorage");
        }
    }
    torch_file_close(f);
    mpcf_free(path);
}

static void what_would_run_is_refused_by_name(void **state)
{
    static const struct {
        const char *file, *part;
    } refused[] = {
        {"refused-call.bin", "'posix.getpid'"},
        {"refused-call-stream.bin", "'posix.getpid'"},
        {"refused-module.bin", "'torch.nn.modules.linear.Linear'"},
        {"refused-numpy.bin", "'numpy._core.multiarray.scalar'"},
        {"refused-script.bin", "'__torch__.Sum'"},
    };

    (void) state;
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
        struct torch_file *f = NULL;
        char *path = vector_path(refused[i].file);

        assert_status(MPCF_E_UNSUPPORTED, torch_file_open(path, &f, err), err);
        assert_message_contains(err, refused[i].part);
        assert_message_contains(err, path);
        assert_null(f);
        mpcf_free(path);
    }
}

/* --- Damage --- */

enum { PLACES = 200 };

/* In a block of its own, so that a sanitizer sees the byte behind it. WANT: whatever is read is that;
 * NULL: it may be anything that lies in the file. */
static void try_damaged(const char *name, const char *data, size_t length,
                        const struct safetensors *want)
{
    char *copy = malloc(length > 0 ? length : 1);
    struct torch_file *f = NULL;

    assert_non_null(copy);
    memcpy(copy, data, length);
    mpcf_error_reset(err);
    if (torch_file_parse(copy, length, name, &f, err) != MPCF_OK) {
        assert_string_not_equal(mpcf_error_text(err), "");
    } else if (want != NULL) {
        assert_same(name, f, want, 1);
    } else {
        for (size_t i = 0; i < torch_file_count(f); i++) {
            float values[ELEMENTS_MAX];

            if (torch_file_tensor(f, i)->count <= ELEMENTS_MAX) {
                (void) tensor_floats(torch_file_tensor(f, i), values, NULL);
            }
        }
    }
    torch_file_close(f);
    free(copy);
}

/* The archive's checksums find what is changed; of the stream's elements nobody can tell. */
static void damaged_files_are_refused_or_the_same(void **state)
{
    struct safetensors *want = open_expected("expected.safetensors");

    (void) state;
    for (size_t i = 0; i < FORMS; i++) {
        const int is_checked =
            strstr(forms[i], "stream") == NULL && strcmp(forms[i], "no-checksums.bin") != 0;
        char *path = vector_path(forms[i]), *data = NULL;
        size_t length = 0;

        assert_ok(file_read(path, 1 << 20, &data, &length, err), err);
        for (size_t k = 0; k < PLACES; k++) {
            try_damaged(forms[i], data, length * k / PLACES, is_checked ? want : NULL);
        }
        for (size_t at = 0; at < length; at += is_checked ? 1 : 3) {
            const char old = data[at];

            data[at] = (char) (old ^ (1 << (at % 8)));
            try_damaged(forms[i], data, length, is_checked ? want : NULL);
            data[at] = old;
        }
        mpcf_free(data);
        mpcf_free(path);
    }
    safetensors_close(want);
}

/* A part of a file is never a file: its end says what is missing. */
static void every_cut_is_an_error(void **state)
{
    (void) state;
    for (size_t i = 0; i < FORMS; i++) {
        char *path = vector_path(forms[i]), *data = NULL;
        size_t length = 0;

        assert_ok(file_read(path, 1 << 20, &data, &length, err), err);
        for (size_t k = 0; k < PLACES; k++) {
            struct torch_file *f = NULL;

            mpcf_error_reset(err);
            if (torch_file_parse(data, length * k / PLACES, "cut", &f, err) == MPCF_OK) {
                fail_msg("%s: %zu of %zu bytes are read", forms[i], length * k / PLACES, length);
            }
        }
        mpcf_free(data);
        mpcf_free(path);
    }
}

static int setup(void **state)
{
    (void) state;
    err = mpcf_error_create();
    return err == NULL ? -1 : 0;
}

static int teardown(void **state)
{
    (void) state;
    mpcf_error_destroy(err);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_form_has_the_same_tensors),
        cmocka_unit_test(eight_bits_are_the_librarys),
        cmocka_unit_test(other_types_are_named_by_who_needs_them),
        cmocka_unit_test(what_would_run_is_refused_by_name),
        cmocka_unit_test(damaged_files_are_refused_or_the_same),
        cmocka_unit_test(every_cut_is_an_error),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
