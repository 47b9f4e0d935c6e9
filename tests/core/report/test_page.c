/* SPDX-License-Identifier: Apache-2.0 */
/* The page as a whole: what each section shows, and that it is not there without its part of the tree. */
#include "support/support.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "format/json.h"
#include "report/number.h"
#include "report/page.h"
#include "report/report.h"

static mpcf_error *err;

static void put_networks_of_report(json_t *root)
{
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
}

static void put_secure(json_t *root)
{
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
}

static void put_task(json_t *root)
{
    assert_ok(report_set_text(root, "task.name", "SST-2", err), err);
    assert_ok(report_set(root, "task.labels", json_pack("[s, s]", "negative", "positive"), err),
              err);
    assert_ok(
        report_set(root, "student.confusion", json_pack("[[i, i], [i, i]]", 390, 38, 51, 393), err),
        err);
    assert_ok(report_set_count(root, "teacher.rows", 872, err), err);
    assert_ok(report_set_count(root, "student.rows", 872, err), err);
    assert_ok(report_set_count(root, "secure.rows", 64, err), err);
    assert_ok(
        report_set(root, "student.intervals.accuracy", json_pack("[f, f]", 0.876, 0.9164), err),
        err);
    assert_ok(report_set_real(root, "training.finetune.epochs.1.accuracy", 0.85, err), err);
    assert_ok(report_set_real(root, "training.finetune.epochs.2.accuracy", 0.9025, err), err);
    assert_ok(
        report_set(root, "secure.networks",
                   json_pack("[{s:s, s:f, s:f, s:f}, {s:s, s:f, s:f, s:f}, "
                             "{s:s, s:f, s:f, s:f}]",
                             "name", "lan", "delay_seconds", 1e-4, "bytes_per_second", 1.25e9,
                             "online_seconds_per_example", 0.0168, "name", "campus",
                             "delay_seconds", 1e-3, "bytes_per_second", 125e6,
                             "online_seconds_per_example", 0.168, "name", "wan", "delay_seconds",
                             0.02, "bytes_per_second", 12.5e6, "online_seconds_per_example", 4.2),
                   err),
        err);
}

static void put_functions_and_losses(json_t *root)
{
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
}

static void put_settings(json_t *root)
{
    assert_ok(report_set_text(root, "privacy.length", "bucket", err), err);
    assert_ok(report_set_text(root, "privacy.embedding", "private", err), err);
    assert_ok(report_set(root, "privacy.transport",
                         json_pack("{s:s, s:b, s:b, s:b}", "name", "tcp", "encrypted", 0,
                                   "authenticated", 0, "local", 1),
                         err),
              err);
    assert_ok(report_set_text(root, "settings.model.path", "/models/minilm-l6-h384", err), err);
    assert_ok(
        report_set(root, "before",
                   json_pack("{s:{s:s}, s:{s:{s:f}}, s:{s:{s:{s:i}, s:{}}}}", "run", "started",
                             "2026-01-02T03:04:05Z", "student", "metrics", "accuracy", 0.8,
                             "settings", "stages", "finetune", "epochs", 2, "convert"),
                   err),
        err);
    assert_ok(report_set(root, "settings.stages.finetune",
                         json_pack("{s:i, s:f, s:[i,i]}", "epochs", 3, "learning_rate", 5e-5,
                                   "layers", 0, 5),
                         err),
              err);
    assert_ok(report_set_text(root, "settings.dataset.reader", "glue", err), err);
    assert_ok(report_add_plugin(root, "approximation", "quad", "0.1.0", NULL, err), err);
}

/* A run with everything in it. */
static json_t *full_report(void)
{
    json_t *root = json_object();

    put_networks_of_report(root);
    put_secure(root);
    put_task(root);
    put_functions_and_losses(root);
    put_settings(root);
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

static struct text_buffer page_of(const json_t *root)
{
    struct text_buffer page = {0};

    assert_ok(report_render(root, &page, err), err);
    return page;
}

/* The page of TEXT, a report. */
static struct text_buffer page_of_text(const char *text)
{
    struct text_buffer page;
    json_t *root = NULL;

    assert_ok(json_read_text(text, strlen(text), "t", &root, err), err);
    page = page_of(root);
    json_decref(root);
    return page;
}

#define THIN NUMBER_SPACE

static void page_shows_what_the_tree_has(void **state)
{
    json_t *root = full_report();
    struct text_buffer page = page_of(root);

    (void) state;
    assert_has(&page, "<h1>SST-2: sentiment with minilm-l6-h384</h1>");
    assert_has(&page, "<h2>Exact beside approximated</h2>");
    assert_has(&page, "90.2" THIN "%");
    assert_has(&page, "87.6 " NUMBER_DASH " 91.6"); /* the interval */
    assert_has(&page, NUMBER_MINUS "0.5 points");   /* student against teacher */
    assert_has(&page, "<small>other rows</small>"); /* the secure run's are fewer */
    assert_has(&page, "64 of 64");                  /* answers as in the clear */
    assert_has(&page, "230" THIN "kB");             /* 14691356 bytes of 64 examples */
    assert_has(&page, ">148<");
    assert_has(&page, "Less than one bit");
    assert_has(&page, "<polyline");
    assert_has(&page, "others");
    assert_has(&page, "<caption>finetune</caption>");
    assert_has(&page, "5" THIN "×" THIN "10⁻⁵"); /* its learning rate */
    assert_has(&page, "padded to");
    assert_has(&page, "<a href=\"#training\">");
    assert_has(&page, "<section id=\"training\">");
    assert_has(&page, "/<wbr>models/<wbr>");
    assert_lacks(&page, "nan");
    assert_lacks(&page, "inf,");
    assert_lacks(&page, "src=");
    assert_lacks(&page, "<script");
    text_clear(&page);
    json_decref(root);
}

/* Nothing of a number's digits is there that no person reads. */
static void long_numbers_are_short(void **state)
{
    struct text_buffer page = page_of_text(
        "{\"student\": {\"metrics\": {\"accuracy\": 0.92142857142857}}, \"teacher\": {\"metrics\": "
        "{\"accuracy\": 0.91}}, \"secure\": {\"examples\": 3, \"online\": "
        "{\"seconds_per_example\": "
        "0.06712345678, \"bytes_sent\": {\"provider\": 1234567, \"user\": 2345678}}}}");

    (void) state;
    assert_has(&page, "92.1" THIN "%");
    assert_has(&page, "0.067" THIN "s");
    assert_has(&page, "1.2" THIN "MB"); /* of an example: 3580245 / 3 */
    assert_lacks(&page, "0.92142");
    assert_lacks(&page, "3580245");
    text_clear(&page);
}

static void classes_have_their_names_and_shares(void **state)
{
    struct text_buffer page = page_of_text(
        "{\"task\": {\"labels\": [\"<no>\"]}, \"student\": {\"confusion\": [[3, 1], [0, 0]]}}");

    (void) state;
    assert_has(&page, "<h2>Predictions</h2>");
    assert_has(&page, "&lt;no&gt;");
    assert_has(&page, "class 1"); /* no name */
    assert_has(&page, "75.0" THIN "% right");
    assert_has(&page, "25.0" THIN "%");
    text_clear(&page);
}

static void scores_lie_over_their_labels(void **state)
{
    struct text_buffer page = page_of_text(
        "{\"student\": {\"scatter\": {\"low\": 0, \"high\": 5, \"bins\": 50, \"counts\": "
        "[[0, 0, 1], [49, 49, 4], [50, 3, 1], [1, -1, 1], [\"x\"], null]}}}");

    (void) state;
    assert_has(&page, "<h2>Predictions</h2>");
    assert_has(&page, "r=\"2.6\"");
    assert_has(&page, "r=\"5.2\""); /* four examples have four times the area */
    assert_lacks(&page, "cy=\"-");
    text_clear(&page);
}

static void a_run_is_compared_with_the_one_before(void **state)
{
    json_t *root = full_report();
    struct text_buffer page = page_of(root);

    (void) state;
    assert_has(&page, "<h2>Since the run before</h2>");
    assert_has(&page, "2 January 2026, 03:04 UTC");
    assert_has(&page, "accuracy of student");
    assert_has(&page, "+9.8 points");
    assert_has(&page, "stages.<wbr>finetune.<wbr>epochs");
    assert_has(&page, "stages.<wbr>convert"); /* the run before had it */
    text_clear(&page);
    assert_ok(report_set(root, "before", json_pack("{s:{s:s}}", "run", "started", "x"), err), err);
    report_drop(root, "settings");
    page = page_of(root);
    assert_lacks(&page, "Since the run before"); /* nothing differs */
    text_clear(&page);
    json_decref(root);
}

/* One role knows what the dealer sent to it, and nothing of what another got. */
static void a_role_says_no_offline_cost_of_all(void **state)
{
    json_t *root = full_report();
    struct text_buffer page = page_of(root);

    (void) state;
    assert_has(&page, "an example, both ways; 1.5" THIN "MB before the text is known");
    assert_has(&page, "offline, the link");
    text_clear(&page);
    assert_ok(report_set_text(root, "run.role", "provider", err), err);
    page = page_of(root);
    assert_lacks(&page, "an example, both ways; ");
    assert_lacks(&page, "offline, the link");
    text_clear(&page);
    json_decref(root);
}

static void one_epoch_is_said_and_not_drawn(void **state)
{
    static const char text[] =
        "{\"teacher\": {\"metrics\": {\"accuracy\": 0.9}}, \"losses\": [{\"stage\": \"finetune\", "
        "\"step\": [1, 2], \"epoch\": [0.5, 1], \"loss\": [2, 1]}], "
        "\"training\": {\"finetune\": {\"epochs\": {\"1\": {\"accuracy\": 0.9}}}}}";
    struct text_buffer page = page_of_text(text);

    (void) state;
    assert_has(&page, "accuracy 90.0" THIN "% after one epoch");
    assert_has(&page, "loss over epochs");
    assert_lacks(&page, "accuracy over epochs");
    text_clear(&page);
}

static void titles_say_the_task(void **state)
{
    static const struct {
        const char *report, *title;
    } cases[] = {
        {"{}", "<h1>Private inference</h1>"},
        {"{\"run\": {\"pipeline\": \"/a/b.yaml\"}}", "<h1>/a/b.yaml</h1>"},
        {"{\"task\": {\"name\": \"STS-B\", \"classes\": 1}}",
         "<h1>STS-B: how alike two sentences are</h1>"},
        {"{\"task\": {\"name\": \"MNLI-mm\", \"classes\": 3}}", "<h1>MNLI-mm: entailment</h1>"},
        {"{\"task\": {\"name\": \"prices\", \"classes\": 1}}", "<h1>prices: a score</h1>"},
        {"{\"task\": {\"name\": \"table\", \"classes\": 3, \"labels\": [\"food\", \"<b>\", "
         "\"sport\"]}, "
         "\"settings\": {\"dataset\": {\"reader\": \"table\", \"path\": \"/d/topics.csv\"}}}",
         "<h1>topics.csv: food, &lt;b&gt; or sport</h1>"},
        {"{\"task\": {\"name\": \"table\", \"classes\": 5, \"labels\": [\"1\", \"2\", \"3\", "
         "\"4\", "
         "\"5\"]}, \"settings\": {\"dataset\": {\"reader\": \"table\"}}}",
         "<h1>table: one of 5 classes</h1>"},
        {"{\"task\": {\"name\": \"a<b\", \"classes\": 7}, \"settings\": {\"model\": {\"path\": "
         "\"/m/x&y/\"}}}",
         "<h1>a&lt;b: one of 7 classes with x&amp;y</h1>"},
    };

    (void) state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct text_buffer page = page_of_text(cases[i].report);

        assert_has(&page, cases[i].title);
        text_clear(&page);
    }
}

/* With labels alone the page promises no logits, and figures of logits can be forgotten. */
static void labels_alone_are_said_to_be_all(void **state)
{
    json_t *root = full_report();
    struct text_buffer page = page_of(root);

    (void) state;
    assert_has(&page, "The logits of its examples; the network");
    assert_has(&page, "No weight.");
    assert_has(&page, "logits within 0.0123");
    assert_lacks(&page, "out of range");
    text_clear(&page);
    assert_ok(report_set_text(root, "privacy.reveal", "label", err), err);
    assert_ok(report_set_text(root, "privacy.embedding", "public", err), err);
    assert_ok(report_set_text(root, "privacy.check_ranges", "rows", err), err);
    assert_ok(report_set_count(root, "secure.out_of_range", 1, err), err);
    report_drop(root, "secure.max_logit_error");
    report_drop(root, "secure.none.at.all");
    report_drop(root, "run");
    page = page_of(root);
    assert_has(&page, "The labels of its examples, and no logit, or that values of an "
                      "example left their ranges; the network");
    assert_has(&page, "No other weight.");
    assert_has(&page, "are marked out of range");
    assert_lacks(&page, "logits within");
    assert_null(report_get(root, "run"));
    text_clear(&page);
    json_decref(root);
}

static void links_are_said_in_words(void **state)
{
    struct text_buffer page =
        page_of_text("{\"privacy\": {\"transport\": {\"name\": \"tcp\", \"encrypted\": false, "
                     "\"authenticated\": "
                     "true, \"authenticated_by\": \"keys\", \"local\": false}}}");

    (void) state;
    assert_has(&page, "tcp, between machines, not encrypted; each role proved who it is by keys");
    assert_has(&page, "every text, every weight and every result");
    text_clear(&page);
}

static void missing_parts_do_not_appear(void **state)
{
    struct text_buffer page = page_of_text("{}");

    (void) state;
    assert_lacks(&page, "<h2>");
    assert_lacks(&page, "<nav");
    assert_lacks(&page, "<div");
    text_clear(&page);
}

#define EVIL "<script>alert(\"1\" & '2')</script>"

static json_t *evil_report(void)
{
    const struct report_function f = {EVIL, 1, 1, 1, 1};
    json_t *root = json_object();

    assert_ok(report_set_text(root, "run.pipeline", EVIL, err), err);
    assert_ok(report_set_text(root, "run.started", EVIL, err), err);
    assert_ok(report_set_text(root, "run.<b>", EVIL, err), err);
    assert_ok(report_set_text(root, "task.name", EVIL, err), err);
    assert_ok(report_set(root, "task.labels", json_pack("[s, s]", EVIL, EVIL), err), err);
    assert_ok(report_set(root, "model.new_weights", json_pack("[s]", EVIL), err), err);
    assert_ok(report_set_text(root, "settings.<b>", EVIL, err), err);
    assert_ok(report_set_text(root, "settings.<b>x.<b>y", EVIL, err), err);
    assert_ok(report_set_text(root, "settings.model.path", EVIL "x", err), err);
    assert_ok(report_set_text(root, "before.settings.<b>z", EVIL, err), err);
    assert_ok(report_set_text(root, "before.run.started", EVIL, err), err);
    assert_ok(report_set_real(root, "teacher.metrics.<b>", 1, err), err);
    assert_ok(report_set(root, "secure.confusion", json_pack("[[i, i], [i, i]]", 1, 2, 3, 4), err),
              err);
    assert_ok(report_set_text(root, "ranges.node", EVIL, err), err);
    assert_ok(report_set_real(root, "ranges.smallest_margin_bits", 3, err), err);
    assert_ok(report_set_text(root, "machine.processor", EVIL, err), err);
    assert_ok(report_set_real(root, "stages.<b>.seconds", 1, err), err);
    assert_ok(report_set_real(root, "secure.peak_rss_bytes.<b>", 1, err), err);
    assert_ok(report_set(root, "privacy.notes", json_pack("[s]", EVIL), err), err);
    assert_ok(report_set_text(root, "privacy.transport.name", EVIL, err), err);
    assert_ok(report_add_loss(root, EVIL, 1, 1, 1, err), err);
    assert_ok(report_add_function(root, &f, err), err);
    assert_ok(report_add_plugin(root, EVIL, EVIL, EVIL, NULL, err), err);
    return root;
}

/* Wherever a report has a word of somebody else's. */
static void texts_are_escaped(void **state)
{
    json_t *root = evil_report();
    struct text_buffer page = page_of(root);

    (void) state;
    assert_has(&page, "&lt;script&gt;alert(&quot;1&quot; &amp; &#39;2&#39;)&lt;/script&gt;");
    assert_lacks(&page, "<script");
    assert_lacks(&page, "alert(\"");
    assert_lacks(&page, "<b>x");
    assert_lacks(&page, "<b>y");
    assert_lacks(&page, "<b>z");
    assert_has(&page, "&lt;b&gt;");
    text_clear(&page);
    json_decref(root);
}

/* Trees that no run makes must not break the page. */
static void odd_trees_are_shown_as_far_as_they_go(void **state)
{
    static const char *const texts[] = {
        "{\"losses\": [{\"stage\": \"s\", \"step\": [], \"loss\": []}, 3]}",
        "{\"losses\": [{\"stage\": \"s\", \"step\": [1, 1], \"epoch\": [null, null],"
        " \"loss\": [0, null]}]}",
        "{\"losses\": [{\"stage\": \"s\", \"step\": [5], \"epoch\": [0], \"loss\": [-3]}]}",
        "{\"losses\": {}, \"secure\": {\"functions\": [{}, 3, {\"name\": \"x\", \"bytes\": -1}]}}",
        "{\"teacher\": 3, \"run\": [], \"settings\": [[1]], \"plugins\": [null], \"privacy\": 1}",
        "{\"student\": {\"metrics\": {\"f1\": null}}, \"secure\": {\"online\": 3}}",
        "{\"student\": {\"metrics\": {\"f1\": 1}, \"intervals\": {\"f1\": [1, 0]}}, \"before\": 3}",
        "{\"student\": {\"metrics\": {\"f1\": 1}, \"intervals\": {\"f1\": [null]}, \"rows\": -1}}",
        "{\"student\": {\"confusion\": [[1, 2], [3]]}, \"secure\": {\"confusion\": [[0, 0], [0, "
        "0]]}}",
        "{\"student\": {\"confusion\": [1, 2]}, \"teacher\": {\"confusion\": [[-1, 2], [3, 4]]}}",
        "{\"student\": {\"scatter\": {\"low\": 1, \"high\": 1, \"bins\": 5, \"counts\": [[0, 0, "
        "1]]}}}",
        "{\"student\": {\"scatter\": {\"low\": 0, \"high\": 1, \"bins\": 0, \"counts\": [[0, 0, "
        "1]]}}}",
        "{\"secure\": {\"examples\": 0, \"agreement\": 1, \"online\": {\"seconds_per_example\": "
        "1}}}",
        "{\"secure\": {\"examples\": 1, \"online\": {\"seconds_per_example\": 1}, \"networks\": "
        "[3, null, {}]}}",
        "{\"before\": {\"settings\": 3}, \"settings\": {\"a\": [[1], {}]}, \"stages\": {\"x\": 3}}",
        "{\"ranges\": {}, \"machine\": {\"threads\": null}, \"task\": {\"name\": 3}, \"plugins\": "
        "[{}]}",
        "{\"training\": {\"finetune\": {\"epochs\": {\"1\": 3, \"2\": {\"f1\": 1}}}}, \"losses\": "
        "[{\"stage\": \"finetune\"}], \"teacher\": {\"metrics\": {\"f1\": 1}}}",
    };

    (void) state;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        struct text_buffer page = page_of_text(texts[i]);

        assert_lacks(&page, "nan");
        assert_lacks(&page, "inf ");
        text_clear(&page);
    }
}

/* --- What a metric's axis, a setting and the links say --- */

/* Twice all right, or all wrong: no tick is above 100 %. */
static void an_axis_ends_at_all(void **state)
{
    static const double values[] = {1, 0.5, 0};

    (void) state;
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        json_t *root = json_object();
        struct text_buffer page = {0};

        for (uint64_t step = 1; step <= 2; step++) {
            assert_ok(report_add_loss(root, "finetune", step, (double) step, 0.5, err), err);
        }
        assert_ok(report_set_real(root, "teacher.metrics.accuracy", values[i], err), err);
        assert_ok(report_set_real(root, "training.finetune.epochs.1.accuracy", values[i], err),
                  err);
        assert_ok(report_set_real(root, "training.finetune.epochs.2.accuracy", values[i], err),
                  err);
        assert_ok(report_render(root, &page, err), err);
        assert_has(&page, "accuracy over epochs");
        for (int over = 101; over <= 120; over++) {
            char tick[32];

            (void) snprintf(tick, sizeof tick, ">%d" NUMBER_SPACE "%%<", over);
            assert_lacks(&page, tick);
        }
        assert_lacks(&page, "\">" NUMBER_MINUS);
        assert_lacks(&page, "nan");
        assert_int_equal(values[i] == 1,
                         strstr(page.data, "\">100" NUMBER_SPACE "%</text>") != NULL);
        text_clear(&page);
        json_decref(root);
    }
}

static void settings_say_what_ran(void **state)
{
    json_t *root = json_object();
    struct text_buffer page = {0};

    (void) state;
    assert_ok(report_set_count(root, "settings.stages.infer.examples", 99999, err), err);
    assert_ok(report_set_count(root, "settings.stages.finetune.examples", 0, err), err);
    assert_ok(report_set_count(root, "settings.stages.calibrate.reference", 16, err), err);
    assert_ok(report_set_count(root, "secure.examples", 20, err), err);
    assert_ok(report_set_count(root, "training.finetune.examples", 100, err), err);
    assert_ok(report_set_count(root, "calibration.examples", 16, err), err);
    assert_ok(report_render(root, &page, err), err);
    assert_has(&page, "<td>99" NUMBER_SPACE "999<small>20 ran</small></td>");
    assert_has(&page, "<td>0<small>100 ran</small></td>");
    assert_has(&page, "<td>16</td>");
    text_clear(&page);
    json_decref(root);
}

/* Where nothing is encrypted nothing says so, and what hides the texts is named. */
static void links_within_a_machine_hide_nothing(void **state)
{
    json_t *root = json_object();
    struct text_buffer page = {0};

    (void) state;
    assert_ok(report_set(root, "privacy.transport",
                         json_pack("{s:s, s:b, s:b, s:s, s:b}", "name", "loopback", "encrypted", 0,
                                   "authenticated", 1, "authenticated_by", "keys", "local", 1),
                         err),
              err);
    assert_ok(report_render(root, &page, err), err);
    assert_has(&page, "Links: loopback, within this machine, not encrypted; each role proved");
    assert_has(&page, "go over them as shares");
    assert_lacks(&page, ", encrypted");
    assert_lacks(&page, "left this machine");
    text_clear(&page);
    json_decref(root);
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
        cmocka_unit_test(an_axis_ends_at_all),
        cmocka_unit_test(settings_say_what_ran),
        cmocka_unit_test(links_within_a_machine_hide_nothing),
        cmocka_unit_test(page_shows_what_the_tree_has),
        cmocka_unit_test(long_numbers_are_short),
        cmocka_unit_test(classes_have_their_names_and_shares),
        cmocka_unit_test(scores_lie_over_their_labels),
        cmocka_unit_test(a_run_is_compared_with_the_one_before),
        cmocka_unit_test(a_role_says_no_offline_cost_of_all),
        cmocka_unit_test(one_epoch_is_said_and_not_drawn),
        cmocka_unit_test(titles_say_the_task),
        cmocka_unit_test(labels_alone_are_said_to_be_all),
        cmocka_unit_test(links_are_said_in_words),
        cmocka_unit_test(missing_parts_do_not_appear),
        cmocka_unit_test(texts_are_escaped),
        cmocka_unit_test(odd_trees_are_shown_as_far_as_they_go),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
