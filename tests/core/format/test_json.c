/* SPDX-License-Identifier: Apache-2.0 */
#include "format/json.h"

#include <string.h>

#include "base/folder.h"
#include "base/memory.h"
#include "support/support.h"

struct fixture {
    json_t *value;
    mpcf_json json;
    mpcf_error *err;
};

static struct fixture parsed(const char *text)
{
    struct fixture f = {.err = mpcf_error_create()};

    assert_ok(json_read_text(text, strlen(text), "config.json", &f.value, f.err), f.err);
    f.json = (mpcf_json){.value = f.value, .name = "config.json"};
    return f;
}

static void done(struct fixture *f)
{
    json_decref(f->value);
    mpcf_error_destroy(f->err);
}

static void getters_read_what_is_there(void **state)
{
    struct fixture f = parsed("{\"n\": 12, \"eps\": 1e-12, \"yes\": true, \"act\": \"gelu\","
                              " \"labels\": {\"0\": \"a\", \"1\": \"b\"}, \"none\": null}");
    int64_t n = 0, kept = 7;
    double eps = 0;
    bool yes = false;
    const char *act = NULL;

    (void) state;
    assert_ok(mpcf_json_int(&f.json, "n", 1, 100, &n, f.err), f.err);
    assert_int_equal(n, 12);
    assert_ok(mpcf_json_optional_real(&f.json, "eps", 0, 1, &eps, f.err), f.err);
    assert_true(eps == 1e-12);
    assert_ok(mpcf_json_optional_bool(&f.json, "yes", &yes, f.err), f.err);
    assert_true(yes);
    assert_ok(mpcf_json_string(&f.json, "act", &act, f.err), f.err);
    assert_string_equal(act, "gelu");
    assert_int_equal(mpcf_json_count(&f.json, "labels"), 2);
    assert_false(mpcf_json_has(&f.json, "none"));
    assert_ok(mpcf_json_optional_int(&f.json, "none", 0, 1, &kept, f.err), f.err);
    assert_int_equal(kept, 7);
    done(&f);
}

/* huggingface/transformers writes "no limit" as int(1e30). */
static void whole_numbers_beyond_64_bits_are_real_ones(void **state)
{
    struct fixture f = parsed("{\"model_max_length\": 1000000000000000019884624838656, \"n\": 12,"
                              " \"list\": [7, -9223372036854775809], \"in\": {\"k\": 0.5}}");
    int64_t n = 0;
    const json_t *list = json_object_get(f.value, "list");

    (void) state;
    assert_true(json_real_value(json_object_get(f.value, "model_max_length")) == 1e30);
    assert_ok(mpcf_json_int(&f.json, "n", 1, 100, &n, f.err), f.err);
    assert_int_equal(n, 12);
    assert_int_equal(json_integer_value(json_array_get(list, 0)), 7);
    assert_true(json_real_value(json_array_get(list, 1)) == -9223372036854775808.0);
    assert_true(json_real_value(json_object_get(json_object_get(f.value, "in"), "k")) == 0.5);
    done(&f);
    assert_status(MPCF_E_FORMAT, json_read_text("[1e999]", 7, "x.json", &f.value, NULL), NULL);
}

static void getters_name_file_key_found_and_expected(void **state)
{
    struct fixture f = parsed("{\"n\": 12, \"act\": 3}");
    int64_t n = 0;
    const char *act = NULL;

    (void) state;
    assert_status(MPCF_E_FORMAT, mpcf_json_int(&f.json, "n", 1, 4, &n, f.err), f.err);
    assert_string_equal(mpcf_error_text(f.err), "config.json: 'n' is 12, expected 1 to 4");
    assert_status(MPCF_E_FORMAT, mpcf_json_string(&f.json, "act", &act, f.err), f.err);
    assert_string_equal(mpcf_error_text(f.err),
                        "config.json: 'act' is a whole number, expected a string");
    assert_status(MPCF_E_FORMAT, mpcf_json_int(&f.json, "m", 1, 4, &n, f.err), f.err);
    assert_string_equal(mpcf_error_text(f.err), "config.json: 'm' is missing");
    done(&f);
}

static void refuses_what_is_not_json(void **state)
{
    static const char *const texts[] = {
        "", "{", "{\"a\": 1} x", "{\"a\": 1, \"a\": 2}", "\"\xff\"", "{\"a\": 1e999}"};
    mpcf_error *err = mpcf_error_create();
    json_t *value = NULL;

    (void) state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        assert_status(MPCF_E_FORMAT,
                      json_read_text(texts[i], strlen(texts[i]), "x.json", &value, err), err);
        assert_message_contains(err, "x.json:");
    }
    mpcf_error_destroy(err);
}

static void a_written_file_reads_back(void **state)
{
    struct fixture f = parsed("{\"b\": [1, 2.5], \"a\": \"\\u00e4\"}");
    char *path = file_join(test_folder(), "out.json");
    json_t *again = NULL;

    (void) state;
    assert_ok(json_write_file(path, f.value, f.err), f.err);
    assert_ok(json_read_file(path, &again, f.err), f.err);
    assert_true(json_equal(f.value, again));
    json_decref(again);
    assert_status(MPCF_E_IO, json_write_file("/nowhere/at/all.json", f.value, f.err), f.err);
    mpcf_free(path);
    done(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(getters_read_what_is_there),
        cmocka_unit_test(whole_numbers_beyond_64_bits_are_real_ones),
        cmocka_unit_test(getters_name_file_key_found_and_expected),
        cmocka_unit_test(refuses_what_is_not_json),
        cmocka_unit_test(a_written_file_reads_back),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
