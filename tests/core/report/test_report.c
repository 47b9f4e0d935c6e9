/* SPDX-License-Identifier: Apache-2.0 */
#include "support/support.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "base/folder.h"
#include "base/memory.h"
#include "format/json.h"
#include "report/page.h"
#include "report/report.h"

static mpcf_error *err;

/* A run with everything in it. */
static json_t *full_report(void)
{
    json_t *root = json_object();
    assert_ok(report_set_text(root, "run.pipeline", "sst2-minilm.yaml", err), err);
    assert_ok(report_set_text(root, "run.version", "0.1.0", err), err);
    assert_ok(report_set_real(root, "run.seconds", 4321, err), err);
    const char *const networks[] = {"teacher", "converted", "student", "fixed", "secure"};
    const double accuracies[] = {0.9025, 0.509174, 0.8979, 0.8979, 0.921875};
    for (size_t i = 0; i < 5; i++) {
        char path[64];
        (void) snprintf(path, sizeof(path), "%s.metrics.accuracy", networks[i]);
        assert_ok(report_set_real(root, path, accuracies[i], err), err);
    }
    assert_ok(report_set_count(root, "secure.examples", 64, err), err);
    assert_ok(report_set_real(root, "secure.agreement", 1, err), err);
    assert_ok(report_set_real(root, "secure.max_logit_error", 0.0123, err), err);
    assert_ok(report_set_real(root, "secure.online.seconds_per_example", 0.312, err), err);
    assert_ok(report_set_count(root, "secure.online.rounds", 148, err), err);
    assert_ok(report_set_count(root, "secure.online.bytes_sent.provider", 12345678, err), err);
    assert_ok(report_set_count(root, "secure.online.bytes_sent.user", 2345678, err), err);
    assert_ok(report_set_real(root, "secure.offline.seconds", 1.5, err), err);
    assert_ok(report_set_count(root, "secure.offline.bytes", 99000111, err), err);
    assert_ok(report_set_real(root, "ranges.smallest_margin_bits", 0.7, err), err);
    assert_ok(report_set_text(root, "ranges.node", "encoder.layer.3.attention.scores", err), err);
    const char *const functions[] = {"linear",    "matmul",     "2quad", "quad",  "layer_norm",
                                     "embedding", "truncation", "tanh",  "output"};
    for (size_t i = 0; i < 9; i++) {
        struct report_function f = {functions[i], 0.2 / (double) (i + 1), 9000000 / (i * i + 1),
                                    100000 * i, 12 * i};
        assert_ok(report_add_function(root, &f, err), err);
    }
    for (uint64_t i = 1; i <= 1000; i++) {
        double x = (double) i;
        assert_ok(report_add_loss(root, "finetune", i, x / 500,
                                  0.1 + 0.6 * exp(-x / 200) + 0.1 * fabs(sin(x * x)), err),
                  err);
        assert_ok(report_add_loss(root, "distill.layers", i, x / 250, 90 * exp(-x / 90) + 0.2, err),
                  err);
    }
    assert_ok(report_set_text(root, "privacy.length", "bucket", err), err);
    assert_ok(report_set_text(root, "privacy.embedding", "private", err), err);
    assert_ok(report_set(root, "privacy.transport",
                         json_pack("{s:s, s:b, s:b, s:b}", "name", "tcp", "encrypted", 0,
                                   "authenticated", 0, "local", 1),
                         err),
              err);
    assert_ok(report_set(root, "settings.stages.finetune",
                         json_pack("{s:i, s:f, s:[i,i]}", "epochs", 3, "learning_rate", 5e-5,
                                   "layers", 0, 5),
                         err),
              err);
    assert_ok(report_set_text(root, "settings.dataset.reader", "glue", err), err);
    assert_ok(report_add_plugin(root, "approximation", "quad", "0.1.0", NULL, err), err);
    return root;
}

static void assert_has(const struct text_buffer *page, const char *part)
{
    if (strstr(page->data, part) == NULL) {
        fail_msg("the page has no '%s'", part);
    }
}

static void assert_lacks(const struct text_buffer *page, const char *part)
{
    if (strstr(page->data, part) != NULL) {
        fail_msg("the page has '%s'", part);
    }
}

static void values_are_put_at_paths(void **state)
{
    (void) state;
    json_t *root = json_object();
    assert_ok(report_set_count(root, "a.b.c", 3, err), err);
    assert_ok(report_set_real(root, "a.b.d", NAN, err), err);
    assert_ok(report_set_text(root, "a.x", "t", err), err);
    assert_ok(report_set_text(root, "a.x.y", "u", err), err);
    assert_int_equal(json_integer_value(report_get(root, "a.b.c")), 3);
    assert_true(json_is_null(report_get(root, "a.b.d")));
    assert_string_equal(json_string_value(report_get(root, "a.x.y")), "u");
    assert_null(report_get(root, "a.b.c.d"));
    assert_null(report_get(root, "z.b"));
    assert_status(MPCF_E_NOMEM, report_set(root, "z.b", NULL, err), err);
    json_decref(root);
}

static void functions_are_summed_by_name(void **state)
{
    (void) state;
    json_t *root = json_object();
    struct report_function f = {"quad", 0.5, 10, 20, 3};
    assert_ok(report_add_function(root, &f, err), err);
    assert_ok(report_add_function(root, &f, err), err);
    json_t *list = report_get(root, "secure.functions");
    assert_int_equal(json_array_size(list), 1);
    json_t *entry = json_array_get(list, 0);
    assert_true(json_real_value(json_object_get(entry, "seconds")) == 1.0);
    assert_int_equal(json_integer_value(json_object_get(entry, "bytes")), 20);
    assert_int_equal(json_integer_value(json_object_get(entry, "offline_bytes")), 40);
    assert_int_equal(json_integer_value(json_object_get(entry, "rounds")), 6);
    json_decref(root);
}

static void dropped_losses_make_room_for_a_resumed_stage(void **state)
{
    (void) state;
    json_t *root = json_object();
    for (uint64_t i = 0; i < 10; i++) {
        assert_ok(report_add_loss(root, "s", i, NAN, 1, err), err);
        assert_ok(report_add_loss(root, "t", i, 0, 1, err), err);
    }
    report_drop_losses(root, "s", 4);
    report_drop_losses(root, "none", 0);
    json_t *list = report_get(root, "losses");
    assert_int_equal(json_array_size(json_object_get(json_array_get(list, 0), "step")), 4);
    assert_int_equal(json_array_size(json_object_get(json_array_get(list, 0), "loss")), 4);
    assert_int_equal(json_array_size(json_object_get(json_array_get(list, 1), "loss")), 10);
    json_decref(root);
}

static void plugins_have_their_digest(void **state)
{
    (void) state;
    json_t *root = json_object();
    char *path = file_join(test_folder(), "abc");
    assert_ok(file_write_whole(path, "abc", 3, err), err);
    assert_ok(report_add_plugin(root, "transport", "x", "1", path, err), err);
    assert_ok(report_add_plugin(root, "transport", "x", "1", path, err), err);
    assert_status(MPCF_E_IO, report_add_plugin(root, "model", "y", "1", "/no/such", err), err);
    json_t *list = report_get(root, "plugins");
    assert_int_equal(json_array_size(list), 1);
    /* FIPS 180-2, appendix B.1 */
    assert_string_equal(json_string_value(json_object_get(json_array_get(list, 0), "sha256")),
                        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    json_decref(root);
    mpcf_free(path);
}

static void both_files_are_written_and_read_again(void **state)
{
    (void) state;
    json_t *root = full_report();
    json_t *again = NULL;
    char *folder = mpcf_format("%s/run", test_folder());
    assert_ok(report_read(folder, &again, err), err);
    assert_int_equal(json_object_size(again), 0);
    json_decref(again);
    assert_ok(report_write(folder, root, err), err);
    assert_ok(report_read(folder, &again, err), err);
    assert_true(json_equal(root, again));
    char *page = file_join(folder, "report.html");
    assert_true(file_exists(page));
    mpcf_free(page);
    json_decref(again);
    json_decref(root);
    mpcf_free(folder);
}

static void page_shows_what_the_tree_has(void **state)
{
    (void) state;
    json_t *root = full_report();
    struct text_buffer page = {0};
    assert_ok(report_render(root, &page, err), err);
    assert_has(&page, "<h2>Metrics</h2>");
    assert_has(&page, ">0.9025<");
    assert_has(&page, "12.3&nbsp;MB");
    assert_has(&page, ">148<");
    assert_has(&page, "Less than one bit");
    assert_has(&page, "<polyline");
    assert_has(&page, "others");
    assert_has(&page, "stages.finetune.learning_rate");
    assert_has(&page, "padded to");
    assert_lacks(&page, "nan");
    assert_lacks(&page, "inf,");
    assert_lacks(&page, "src=");
    text_clear(&page);
    json_decref(root);
}

/* With labels alone the page promises no logits, and figures of logits can be forgotten. */
static void labels_alone_are_said_to_be_all(void **state)
{
    (void) state;
    json_t *root = full_report();
    struct text_buffer page = {0};
    assert_ok(report_render(root, &page, err), err);
    assert_has(&page, "The logits of its examples; the network");
    assert_has(&page, "No weight.");
    assert_has(&page, "max_logit_error");
    text_clear(&page);
    assert_ok(report_set_text(root, "privacy.reveal", "label", err), err);
    assert_ok(report_set_text(root, "privacy.embedding", "public", err), err);
    report_drop(root, "secure.max_logit_error");
    report_drop(root, "secure.none.at.all");
    report_drop(root, "run");
    assert_ok(report_render(root, &page, err), err);
    assert_has(&page, "The labels of its examples, and no logit; the network");
    assert_has(&page, "No other weight.");
    assert_lacks(&page, "max_logit_error");
    assert_null(report_get(root, "run"));
    text_clear(&page);
    json_decref(root);
}

static void missing_parts_do_not_appear(void **state)
{
    (void) state;
    json_t *root = json_object();
    struct text_buffer page = {0};
    assert_ok(report_render(root, &page, err), err);
    assert_lacks(&page, "<h2>");
    text_clear(&page);
    json_decref(root);
}

static void texts_are_escaped(void **state)
{
    (void) state;
    json_t *root = json_object();
    struct text_buffer page = {0};
    const char *evil = "<script>alert(\"1\" & '2')</script>";
    const struct report_function f = {evil, 1, 1, 1, 1};
    assert_ok(report_set_text(root, "run.pipeline", evil, err), err);
    assert_ok(report_set_text(root, "settings.<b>", evil, err), err);
    assert_ok(report_set_real(root, "teacher.metrics.<i>", 1, err), err);
    assert_ok(report_add_loss(root, evil, 1, 1, 1, err), err);
    assert_ok(report_add_function(root, &f, err), err);
    assert_ok(report_render(root, &page, err), err);
    assert_has(&page, "&lt;script&gt;alert(&quot;1&quot; &amp; &#39;2&#39;)&lt;/script&gt;");
    assert_lacks(&page, "<script");
    assert_lacks(&page, "<b>.");
    assert_lacks(&page, "<i>");
    text_clear(&page);
    json_decref(root);
}

/* Trees that no run makes must not break the page. */
static void odd_trees_are_shown_as_far_as_they_go(void **state)
{
    (void) state;
    const char *const texts[] = {
        "{\"losses\": [{\"stage\": \"s\", \"step\": [], \"loss\": []}, 3]}",
        "{\"losses\": [{\"stage\": \"s\", \"step\": [1, 1], \"epoch\": [null, null],"
        " \"loss\": [0, null]}]}",
        "{\"losses\": [{\"stage\": \"s\", \"step\": [5], \"epoch\": [0], \"loss\": [-3]}]}",
        "{\"losses\": {}, \"secure\": {\"functions\": [{}, 3, {\"name\": \"x\", \"bytes\": -1}]}}",
        "{\"teacher\": 3, \"run\": [], \"settings\": [[1]], \"plugins\": [null], \"privacy\": 1}",
        "{\"student\": {\"metrics\": {\"f1\": null}}, \"secure\": {\"online\": 3}}",
    };
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        json_t *root = NULL;
        struct text_buffer page = {0};
        assert_ok(json_read_text(texts[i], strlen(texts[i]), "t", &root, err), err);
        assert_ok(report_render(root, &page, err), err);
        assert_lacks(&page, "nan");
        text_clear(&page);
        json_decref(root);
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
        cmocka_unit_test(values_are_put_at_paths),
        cmocka_unit_test(functions_are_summed_by_name),
        cmocka_unit_test(dropped_losses_make_room_for_a_resumed_stage),
        cmocka_unit_test(plugins_have_their_digest),
        cmocka_unit_test(both_files_are_written_and_read_again),
        cmocka_unit_test(page_shows_what_the_tree_has),
        cmocka_unit_test(labels_alone_are_said_to_be_all),
        cmocka_unit_test(missing_parts_do_not_appear),
        cmocka_unit_test(texts_are_escaped),
        cmocka_unit_test(odd_trees_are_shown_as_far_as_they_go),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
