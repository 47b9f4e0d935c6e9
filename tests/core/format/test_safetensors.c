/* SPDX-License-Identifier: Apache-2.0 */
#include "support/support.h"

#include <math.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>

#include "base/folder.h"
#include "base/memory.h"
#include "format/safetensors.h"
#include "format/safetensors_write.h"

static mpcf_error *err;

/* A file made of HEADER and DATA_LENGTH bytes that count up. */
struct made_file {
    unsigned char *bytes;
    size_t length;
};

static struct made_file make_file(const char *header, const void *data, size_t data_length)
{
    uint64_t header_length = strlen(header);
    struct made_file file = {.length = 8 + header_length + data_length};
    file.bytes = mpcf_alloc_array(file.length, 1);
    assert_non_null(file.bytes);
    memcpy(file.bytes, &header_length, 8);
    memcpy(file.bytes + 8, header, header_length);
    for (size_t i = 0; i < data_length; i++) {
        file.bytes[8 + header_length + i] =
            data == NULL ? (unsigned char) i : ((const unsigned char *) data)[i];
    }
    return file;
}

static void assert_refused(const char *header, size_t data_length, const char *part)
{
    struct safetensors *s = NULL;
    struct made_file file = make_file(header, NULL, data_length);
    assert_status(MPCF_E_FORMAT, safetensors_parse(file.bytes, file.length, "f", &s, err), err);
    assert_message_contains(err, part);
    assert_null(s);
    mpcf_free(file.bytes);
}

static void good_file_is_read(void **state)
{
    (void) state;
    struct safetensors *s = NULL;
    struct made_file file = make_file(
        "{\"__metadata__\":{\"a\":\"b\"},\"y\":{\"dtype\":\"U8\",\"shape\":[2,3],"
        "\"data_offsets\":[2,8]},\"x\":{\"dtype\":\"I16\",\"shape\":[],\"data_offsets\":[0,2]},"
        "\"none\":{\"dtype\":\"F32\",\"shape\":[0,9],\"data_offsets\":[2,2]}}   ",
        NULL, 8);
    assert_ok(safetensors_parse(file.bytes, file.length, "f", &s, err), err);
    assert_int_equal(safetensors_count(s), 3);
    const struct tensor *y = safetensors_find(s, "y");
    assert_non_null(y);
    assert_int_equal(y->type, TENSOR_U8);
    assert_int_equal(y->rank, 2);
    assert_int_equal(y->dim[1], 3);
    int64_t values[6] = {0};
    assert_ok(tensor_integers(y, values, err), err);
    assert_int_equal(values[5], 7);
    assert_ok(tensor_integers(safetensors_find(s, "x"), values, err), err);
    assert_int_equal(values[0], 0x0100);
    assert_int_equal(safetensors_find(s, "none")->count, 0);
    assert_null(safetensors_find(s, "z"));
    assert_status(MPCF_E_FORMAT, tensor_floats(y, (float[6]){0}, err), err);
    assert_status(MPCF_E_FORMAT, tensor_integers(safetensors_find(s, "none"), values, err), err);
    safetensors_close(s);
    mpcf_free(file.bytes);
}

#define ONE(dtype, shape, offsets)                                                                 \
    "{\"x\":{\"dtype\":\"" dtype "\",\"shape\":" shape ",\"data_offsets\":" offsets "}}"

static void bad_headers_are_refused(void **state)
{
    (void) state;
    assert_refused("", 4, "'{'");
    assert_refused("[1]", 4, "'{'");
    assert_refused("{\"x\":", 4, "f");
    assert_refused("{\"x\":3}", 4, "not an object");
    assert_refused("{\"__metadata__\":{\"a\":1}}", 0, "not a text");
    assert_refused("{\"__metadata__\":3}", 0, "not an object");
    assert_refused(ONE("F8_E4M3", "[1]", "[0,4]"), 4, "need 1");
    assert_refused(ONE("F4", "[1]", "[0,8]"), 4, "truncated");
    assert_refused(ONE("F32", "1", "[0,4]"), 4, "shape");
    assert_refused(ONE("F32", "[-1]", "[0,4]"), 4, "dimension");
    assert_refused(ONE("F32", "[1.0]", "[0,4]"), 4, "dimension");
    assert_refused(ONE("F32", "[1,1,1,1,1,1,1,1,1]", "[0,4]"), 4, "9 dimensions");
    assert_refused(ONE("F32", "[4294967296,4294967296]", "[0,4]"), 4, "overflow");
    assert_refused(ONE("F32", "[4611686018427387904]", "[0,4]"), 4, "memory");
    assert_refused(ONE("F32", "[99999999999999999999]", "[0,4]"), 4, "f");
    assert_refused(ONE("F32", "[1]", "[0]"), 4, "data_offsets");
    assert_refused(ONE("F32", "[1]", "[4,0]"), 4, "data_offsets");
    assert_refused(ONE("F32", "[1]", "[-4,0]"), 4, "data_offsets");
    assert_refused(ONE("F32", "[1]", "[0,8]"), 8, "need 4");
    assert_refused(ONE("F32", "[1]", "[0,4]"), 3, "truncated");
    assert_refused(ONE("F32", "[1]", "[0,4]"), 5, "1 bytes after the last");
    assert_refused(ONE("F32", "[1]", "[4,8]"), 8, "belong to no tensor");
    assert_refused("{\"x\":{\"shape\":[1],\"data_offsets\":[0,4]}}", 4, "dtype");
}

static void tensors_may_not_overlap_or_repeat(void **state)
{
    (void) state;
    assert_refused("{\"x\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]},"
                   "\"y\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,8]}}",
                   8, "overlap");
    assert_refused("{\"x\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]},"
                   "\"x\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,8]}}",
                   8, "uplicate");
}

static void lengths_are_checked_first(void **state)
{
    (void) state;
    struct safetensors *s = NULL;
    unsigned char bytes[16] = {0};
    assert_status(MPCF_E_FORMAT, safetensors_parse(bytes, 7, "f", &s, err), err);
    assert_message_contains(err, "too short");
    memset(bytes, 0xff, 8);
    assert_status(MPCF_E_FORMAT, safetensors_parse(bytes, 16, "f", &s, err), err);
    assert_message_contains(err, "at most 100000000");
    memset(bytes, 0, 8);
    bytes[0] = 9;
    assert_status(MPCF_E_FORMAT, safetensors_parse(bytes, 16, "f", &s, err), err);
    assert_message_contains(err, "truncated");
    assert_status(MPCF_E_IO, safetensors_open("/no/such/file", &s, err), err);
}

/* What a half means, by the formula of IEEE 754: (-1)^s 2^(e-15) (1 + m/1024). */
static double half_by_formula(unsigned half)
{
    int exponent = (int) (half >> 10 & 31);
    double mantissa = (double) (half & 1023);
    double sign = half & 0x8000 ? -1.0 : 1.0;
    if (exponent == 0) {
        return sign * ldexp(mantissa, -24);
    }
    return sign * ldexp(1.0 + mantissa / 1024.0, exponent - 15);
}

static void every_half_is_its_formula(void **state)
{
    (void) state;
    for (unsigned half = 0; half < 0x10000; half++) {
        uint16_t bits = (uint16_t) half;
        float value = 0;
        struct tensor t = {.name = "h", .type = TENSOR_F16, .count = 1, .data = &bits};
        assert_ok(tensor_floats(&t, &value, err), err);
        if ((half >> 10 & 31) == 31) {
            assert_true((half & 1023) == 0 ? isinf(value) : isnan(value));
        } else {
            assert_true((double) value == half_by_formula(half));
        }
        assert_int_equal(signbit(value) != 0, half >> 15);
    }
}

static void bfloats_and_doubles_are_converted(void **state)
{
    (void) state;
    const uint16_t bfloats[] = {0x3f80, 0xc049, 0x0001, 0xff80};
    const float expected[] = {1.0F, -3.140625F, 0x1p-133F, -INFINITY};
    float values[4] = {0};
    struct tensor t = {.name = "b", .type = TENSOR_BF16, .count = 4, .data = bfloats};
    assert_ok(tensor_floats(&t, values, err), err);
    assert_memory_equal(values, expected, sizeof(values));
    double doubles[] = {0.1, -1e-50, INFINITY, 1e300};
    t = (struct tensor){.name = "d", .type = TENSOR_F64, .count = 3, .data = doubles};
    assert_ok(tensor_floats(&t, values, err), err);
    assert_true(values[0] == 0.1F && values[1] == 0.0F && isinf(values[2]));
    t.count = 4;
    assert_status(MPCF_E_FORMAT, tensor_floats(&t, values, err), err);
    assert_message_contains(err, "element 3");
}

static void written_file_is_read_back(void **state)
{
    (void) state;
    const float a[] = {1.0F, -2.5F, 0x1p-149F};
    const float b[] = {INFINITY, 7.0F, 8.0F, 9.0F};
    const struct tensor_out tensors[] = {
        {.name = "z \"\xc3\xa9\"", .rank = 1, .dim = {3}, .data = a},
        {.name = "b", .rank = 2, .dim = {2, 2}, .data = b},
        {.name = "empty", .rank = 1, .dim = {0}, .data = NULL},
    };
    struct safetensors *s = NULL;
    char *path = file_join(test_folder(), "w.safetensors");
    assert_ok(safetensors_write(path, tensors, 3, err), err);
    assert_ok(safetensors_open(path, &s, err), err);
    assert_int_equal(safetensors_count(s), 3);
    const struct tensor *t = safetensors_find(s, tensors[0].name);
    assert_memory_equal(t->data, a, sizeof(a));
    assert_int_equal((uintptr_t) t->data % 8, 0);
    t = safetensors_find(s, "b");
    assert_int_equal(t->rank, 2);
    assert_memory_equal(t->data, b, sizeof(b));
    safetensors_close(s);
    mpcf_free(path);
}

static void names_are_written_once(void **state)
{
    (void) state;
    const float a[] = {1.0F};
    const struct tensor_out twice[] = {{.name = "a", .rank = 1, .dim = {1}, .data = a},
                                       {.name = "a", .rank = 1, .dim = {1}, .data = a}};
    char *path = file_join(test_folder(), "twice.safetensors");
    assert_status(MPCF_E_INVALID, safetensors_write(path, twice, 2, err), err);
    assert_false(file_exists(path));
    mpcf_free(path);
}

/* A limit on file sizes fails writes as a full disk does. */
static void full_disk_leaves_the_old_file(void **state)
{
    (void) state;
    static const float many[65536];
    const float one = 1.0F;
    struct tensor_out t = {.name = "a", .rank = 1, .dim = {1}, .data = &one};
    struct safetensors *s = NULL;
    char *path = file_join(test_folder(), "full.safetensors");
    assert_ok(safetensors_write(path, &t, 1, err), err);

    struct rlimit old, small;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
    small = (struct rlimit){.rlim_cur = 8192, .rlim_max = old.rlim_max};
    (void) signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
    t.dim[0] = 65536;
    t.data = many;
    mpcf_status status = safetensors_write(path, &t, 1, err);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
    assert_status_was(MPCF_E_IO, status, err);

    assert_ok(safetensors_open(path, &s, err), err);
    assert_int_equal(safetensors_find(s, "a")->count, 1);
    safetensors_close(s);
    mpcf_free(path);
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
        cmocka_unit_test(good_file_is_read),
        cmocka_unit_test(bad_headers_are_refused),
        cmocka_unit_test(tensors_may_not_overlap_or_repeat),
        cmocka_unit_test(lengths_are_checked_first),
        cmocka_unit_test(every_half_is_its_formula),
        cmocka_unit_test(bfloats_and_doubles_are_converted),
        cmocka_unit_test(written_file_is_read_back),
        cmocka_unit_test(names_are_written_once),
        cmocka_unit_test(full_disk_leaves_the_old_file),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
