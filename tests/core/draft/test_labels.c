/* SPDX-License-Identifier: Apache-2.0 */
/* Which label of a file is which class of config.json. */
#include "draft/labels.h"

#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "support/support.h"

static mpcf_error *err;

struct given {
    const char *text;
    size_t rows;
};

/* Labels LABELS, up to a NULL, beside a network of classes ID2LABEL; said as [list], or what is refused. */
static mpcf_status judge(struct sketch *s, const char *id2label, const struct given *labels)
{
    static const struct table_data d = {.files = {"x.csv", NULL}, .count = 1};
    struct column *column = mpcf_alloc_array(1, sizeof *column);
    mpcf_status status;

    *s = (struct sketch){.arena = arena_create()};
    s->config = json_pack("{s:o}", "id2label", json_loads(id2label, 0, NULL));
    column_begin(column);
    for (size_t line = 2; labels->text != NULL; labels++) {
        for (size_t i = 0; i < labels->rows; i++) {
            column_add(column, labels->text, line++, 0);
        }
    }
    column_end(column);
    mpcf_error_reset(err);
    status = draft_labels(s, &d, column, err);
    mpcf_free(column);
    return status;
}

static void end(struct sketch *s)
{
    json_decref(s->config);
    text_clear(&s->said);
    arena_destroy(s->arena);
}

#define LABELS(...) ((const struct given[]){__VA_ARGS__, {NULL, 0}})

static void are(const char *id2label, const struct given *labels, const char *key,
                const char *value, enum sketch_order order, bool is_other)
{
    struct sketch s;

    assert_was_ok(judge(&s, id2label, labels), err);
    assert_int_equal(s.option_count, 1);
    assert_string_equal(s.options[0].key, key);
    assert_string_equal(s.options[0].value, value);
    assert_int_equal(s.order, order);
    assert_int_equal(s.is_other_task, is_other);
    end(&s);
}

static void refused(const char *id2label, const struct given *labels, const char *why)
{
    struct sketch s;

    assert_int_not_equal(judge(&s, id2label, labels), MPCF_OK);
    assert_message_contains(err, why);
    end(&s);
}

#define TWO    "{\"0\": \"NEGATIVE\", \"1\": \"POSITIVE\"}"
#define TURNED "{\"0\": \"Positive\", \"1\": \"Negative\"}"
#define THREE  "{\"0\": \"entailment\", \"1\": \"neutral\", \"2\": \"contradiction\"}"
#define MADE   "{\"0\": \"LABEL_0\", \"1\": \"LABEL_1\", \"2\": \"LABEL_2\"}"
#define STARS  "{\"0\": \"1 star\", \"1\": \"2 stars\", \"2\": \"3 stars\"}"

static void named_labels(void **state)
{
    (void) state;
    are(TWO, LABELS({"positive", 50}, {"negative", 50}), "labels", "[negative, positive]",
        ORDER_BY_NAME, false);
    are(TURNED, LABELS({"pos", 50}, {"neg", 50}), "labels", "[pos, neg]", ORDER_BY_NAME, false);
    are(THREE, LABELS({"contra", 9}, {"entail", 9}), "labels", "[entail, neutral, contra]",
        ORDER_BY_NAME, false);
    are(STARS, LABELS({"3", 9}, {"1", 9}, {"2", 9}), "labels", "[1, 2, 3]", ORDER_BY_NAME, false);
    are(MADE, LABELS({"LABEL_2", 9}, {"LABEL_0", 9}), "labels", "[LABEL_0, LABEL_1, LABEL_2]",
        ORDER_BY_NAME, false);
    are(TWO, LABELS({"positive", 50}, {"Positive", 2}, {"negative", 50}), "labels",
        "[negative, positive]", ORDER_BY_NAME, false); /* the reader takes either */
    are(TWO, LABELS({"positiv", 50}, {"negativ", 50}), "labels", "[negativ, positiv]",
        ORDER_BY_NAME, false); /* so everywhere */
}

static void numbered_labels(void **state)
{
    (void) state;
    are(TURNED, LABELS({"0", 9}, {"1", 9}), "classes", "2", ORDER_BY_NUMBER, false);
    are(MADE, LABELS({"0", 9}, {"2", 9}), "classes", "3", ORDER_BY_NUMBER, false);
    are(TWO, LABELS({"0", 9}, {"1", 9}, {"2", 9}), "classes", "3", ORDER_BY_NUMBER, true);
    are("{}", LABELS({"1", 9}, {"0", 9}), "classes", "2", ORDER_BY_NUMBER, false);
}

static void other_labels(void **state)
{
    (void) state;
    are(TWO, LABELS({"spam", 9}, {"ham", 9}), "labels", "[ham, spam]", ORDER_ASSUMED, false);
    are(MADE, LABELS({"b", 9}, {"a", 9}), "labels", "[a, b, LABEL_2]", ORDER_ASSUMED, false);
    are(THREE, LABELS({"spam", 9}, {"ham", 9}), "labels", "[ham, spam]", ORDER_OF_READER, true);
    are(TWO, LABELS({"a", 9}, {"b", 9}, {"c", 9}), "labels", "[a, b, c]", ORDER_OF_READER, true);
    are(TWO, LABELS({"positive", 50}, {"mixed", 50}, {"negative", 50}), "labels",
        "[mixed, negative, positive]", ORDER_OF_READER, true);
}

/* Leaving out a class is no advice. */
static void many_rows_are_no_mistakes(void **state)
{
    struct sketch s;

    (void) state;
    refused(TWO, LABELS({"1", 50}, {"-1", 50}),
            "in the order of config.json's classes (NEGATIVE, POSITIVE): --set "
            "'dataset.labels=[\"-1\", 1]'");
    assert_int_not_equal(judge(&s, TWO, LABELS({"positive", 50}, {"pos", 20}, {"negative", 50})),
                         MPCF_OK);
    assert_null(strstr(mpcf_error_text(err), "skip"));
    end(&s);
    refused(TWO, LABELS({"positive", 50}, {"postive", 1}, {"negative", 50}), "broken_rows=skip");
}

/* Line 1 was read as a row. */
static void a_line_of_names(void **state)
{
    static const struct table_data d = {.files = {"x.csv", NULL}, .count = 1};
    struct sketch s = {.arena = arena_create(),
                       .options = {{"header", "no", NULL}},
                       .option_count = 1,
                       .config = json_pack("{s:o}", "id2label", json_loads(TWO, 0, NULL))};
    struct column *column = mpcf_alloc_array(1, sizeof *column);

    (void) state;
    column_begin(column);
    column_add(column, "mood", 1, 0);
    for (size_t line = 2; line < 100; line++) {
        column_add(column, line % 2 == 0 ? "positive" : "negative", line, 0);
    }
    mpcf_error_reset(err);
    assert_int_not_equal(draft_labels(&s, &d, column, err), MPCF_OK);
    assert_message_contains(err, "the first line looks like column names: dataset.header: yes");
    mpcf_free(column);
    end(&s);
}

static void mistakes(void **state)
{
    (void) state;
    refused(TWO, LABELS({"positive", 50}, {"postive", 1}, {"negative", 50}),
            "x.csv:52: label 'postive', in 1 row; did you mean 'positive'?");
    refused(TWO, LABELS({"positive", 50}, {"n/a", 2}, {"negative", 50}),
            "x.csv:52: label 'n/a', in 2 rows\n");
    refused(TWO, LABELS({"positive", 50}, {"pos", 20}, {"negative", 50}),
            "x.csv:52: label 'pos', in 20 rows; did you mean 'positive'?");
    refused(TWO, LABELS({"yes", 50}), "one value in all rows");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(named_labels), cmocka_unit_test(numbered_labels),
        cmocka_unit_test(other_labels), cmocka_unit_test(a_line_of_names),
        cmocka_unit_test(mistakes),     cmocka_unit_test(many_rows_are_no_mistakes),
    };

    err = mpcf_error_create();
    const int failed = cmocka_run_group_tests(tests, NULL, NULL);
    mpcf_error_destroy(err);
    return failed;
}
