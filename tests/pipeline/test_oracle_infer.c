/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Checkpoints that another implementation wrote, run securely between three processes: equal
 * to plaintext.
 */
#include "support/support.h"

#include <jansson.h>
#include <string.h>

#include "base/file.h"
#include "base/memory.h"
#include "format/json.h"
#include "support/run_folder.h"

/* The first network of FAMILY with two classes. */
static const char *find_network(const char *family)
{
    static const char *const names[] = {"bert-gelu", "roberta-gelu", NULL};

    for (size_t i = 0; names[i] != NULL; i++) {
        char relative[128];

        (void) snprintf(relative, sizeof relative, "oracle/networks/%s", names[i]);
        if (strncmp(names[i], family, strlen(family)) == 0 &&
            file_is_folder(shared_path(relative))) {
            return shared_path(relative);
        }
    }
    return NULL;
}

static void check(const char *family, const char *task, const char *transport)
{
    const struct test_run run = {.family = family,
                                 .checkpoint = find_network(family),
                                 .task = task,
                                 .transport = transport,
                                 .infer = "batch: 2",
                                 .parties = "",
                                 .rows = 6};
    json_t *report = NULL;

    if (run.checkpoint == NULL) {
        skip();
    }
    report = test_run_infer(test_run_create(&run));
    assert_true(test_report_number(report, "secure.agreement") == 1);
    assert_true(test_report_number(report, "secure.max_logit_error") <= 0.02);
    json_decref(report);
}

static void bert_over_zmq(void **state)
{
    (void) state;
    check("bert", "SST-2", "zmq");
}

static void roberta_over_tcp(void **state)
{
    (void) state;
    check("roberta", "SST-2", "tcp");
}

static void roberta_pairs_over_zmq(void **state)
{
    (void) state;
    check("roberta", "RTE", "zmq");
}

int main(void)
{
    require_shared("oracle/networks");
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bert_over_zmq),
        cmocka_unit_test(roberta_over_tcp),
        cmocka_unit_test(roberta_pairs_over_zmq),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
