/* SPDX-License-Identifier: Apache-2.0 */
#include "pipeline/model_family.h"
#include "support/support.h"

#include <stdlib.h>
#include <string.h>

#include "format/json.h"

static struct plugins *plugins;
static mpcf_error *err;

static mpcf_status ask(const char *text, const char **family)
{
    json_t *config = NULL;
    mpcf_status status;

    assert_ok(json_read_text(text, strlen(text), "config.json", &config, err), err);
    status = model_family_of(config, "config.json", plugins, family, err);
    json_decref(config);
    return status;
}

static void model_type_or_class_says_the_family(void **state)
{
    static const char *const cases[][2] = {
        {"{\"model_type\": \"bert\"}", "bert"},
        {"{\"model_type\": \"xlm-roberta\"}", "xlm-roberta"},
        {"{\"model_type\": \"electra\", \"architectures\": [\"BertModel\"]}", "electra"},
        {"{\"architectures\": [\"DistilBertForMaskedLM\"]}", "distilbert"},
        {"{\"architectures\": [\"XLMRobertaForSequenceClassification\"]}", "xlm-roberta"},
        {"{\"architectures\": [\"CamembertModel\"]}", "camembert"},
        {"{\"architectures\": [\"RobertaForTokenClassification\"]}", "roberta"},
        {"{\"model_type\": \"toy\"}", "toy"},
    };

    (void) state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const char *family = NULL;

        assert_ok(ask(cases[i][0], &family), err);
        assert_string_equal(family, cases[i][1]);
    }
}

static void others_are_refused_with_what_they_need(void **state)
{
    static const char *const cases[][2] = {
        {"{\"model_type\": \"distlbert\"}", "did you mean 'distilbert'?"},
        {"{\"model_type\": \"deberta-v2\"}", "relative positions (disentangled)"},
        {"{\"model_type\": \"modernbert\"}", "rotary positions"},
        {"{\"model_type\": \"xlm-roberta-xl\"}", "norms in front of the layers"},
        {"{\"model_type\": \"something\"}", "bert, camembert, distilbert, electra, roberta"},
        /* plug-ins, and paths: nothing that a checkpoint says is loaded */
        {"{\"model_type\": \"tcp\"}", "there is no family for model_type 'tcp'"},
        {"{\"model_type\": \"../quad\"}", "model_type '../quad'"},
        {"{\"architectures\": [\"BertweetModel\"]}", "takes its architecture 'BertweetModel'"},
        {"{\"architectures\": [7], \"model_type\": 3}", "has no model_type:"},
        {"{}", "has no model_type:"},
    };

    (void) state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const char *family = NULL;
        const size_t loaded = plugins_count(plugins);

        assert_status(MPCF_E_CONFIG, ask(cases[i][0], &family), err);
        assert_message_contains(err, cases[i][1]);
        assert_null(family);
        assert_int_equal(plugins_count(plugins), loaded);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(model_type_or_class_says_the_family),
        cmocka_unit_test(others_are_refused_with_what_they_need),
    };
    int failed = 1;

    err = mpcf_error_create();
    if (plugins_create(getenv("MPCF_TEST_PLUGINS"), &plugins, err) == MPCF_OK &&
        plugins_load(plugins, "toy", err) == MPCF_OK) {
        failed = cmocka_run_group_tests(tests, NULL, NULL);
    }
    plugins_destroy(plugins);
    mpcf_error_destroy(err);
    return failed;
}
