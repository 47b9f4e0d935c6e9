/* SPDX-License-Identifier: Apache-2.0 */
/* Names, probabilities and lines of logits; probabilities from published values of softmax. */
#include "inference/prediction.h"

#include <math.h>
#include <string.h>

#include "support/support.h"

static void assert_line(struct predictor *p, const float *numbers, const char *want)
{
    struct text_buffer line = {0};
    struct prediction found;

    predictor_read(p, numbers, &found);
    found.index = 7;
    assert_int_equal(prediction_print(&found, &line, NULL), MPCF_OK);
    assert_string_equal(text_string(&line), want);
    text_clear(&line);
}

static struct predictor begun(const mpcf_task *task, json_t *config, size_t classes, bool is_label)
{
    struct predictor p;

    assert_int_equal(predictor_begin(&p, task, config, classes, is_label, NULL), MPCF_OK);
    return p;
}

static void names_are_the_tasks_then_the_networks(void **state)
{
    static const char *const names[] = {"bad", "good \"one\""};
    const mpcf_task named = {.struct_size = sizeof named, .classes = 2, .label_names = names};
    const mpcf_task bare = {.struct_size = sizeof bare, .classes = 2};
    json_t *config = json_loads("{\"id2label\": {\"0\": \"no\", \"1\": \"y\\u00e9s\"}}", 0, NULL);
    const float logits[] = {0, 0.5F};
    struct predictor p = begun(&named, config, 2, true);

    (void) state;
    assert_line(&p, (const float[]){1}, "{\"index\": 7, \"label\": \"good \\\"one\\\"\"}\n");
    predictor_clear(&p);
    p = begun(&bare, config, 2, true);
    assert_line(&p, (const float[]){1}, "{\"index\": 7, \"label\": \"y\xc3\xa9s\"}\n");
    predictor_clear(&p);
    p = begun(&bare, NULL, 2, false);
    assert_line(&p, logits,
                "{\"index\": 7, \"label\": \"LABEL_1\", \"probabilities\": [0.377540668798, "
                "0.622459331202], \"logits\": [0, 0.5]}\n");
    predictor_clear(&p);
    json_decref(config);
}

static void a_score_has_no_label(void **state)
{
    const mpcf_task task = {.struct_size = sizeof task, .classes = 1};
    struct predictor p = begun(&task, NULL, 1, false);

    (void) state;
    assert_line(&p, (const float[]){-1.25F},
                "{\"index\": 7, \"score\": -1.25, \"logits\": [-1.25]}\n");
    assert_line(&p, (const float[]){NAN}, "{\"index\": 7, \"score\": null, \"logits\": [null]}\n");
    p.has_marks = true;
    assert_line(&p, (const float[]){NAN}, "{\"index\": 7, \"out_of_range\": true}\n");
    p.has_marks = false;
    predictor_clear(&p);
}

/* Differences of 1000 are no infinities, and of equal logits the first counts. */
static void probabilities_are_of_differences(void **state)
{
    const mpcf_task task = {.struct_size = sizeof task, .classes = 3};
    const float far[] = {1000, -1000, 1000};
    struct predictor p = begun(&task, NULL, 3, false);
    struct prediction found;

    (void) state;
    predictor_read(&p, far, &found);
    assert_string_equal(found.label, "LABEL_0");
    assert_true(found.probabilities[0] == 0.5 && found.probabilities[1] == 0 &&
                found.probabilities[2] == 0.5);
    predictor_clear(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_are_the_tasks_then_the_networks),
        cmocka_unit_test(a_score_has_no_label),
        cmocka_unit_test(probabilities_are_of_differences),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
