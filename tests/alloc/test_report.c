/* SPDX-License-Identifier: Apache-2.0 */
/* A report read, changed, shown and written: each of its allocations fails in turn. */
#include <string.h>

#include "alloc/fail_alloc.h"
#include "base/folder.h"
#include "base/memory.h"
#include "format/json.h"
#include "report/report.h"
#include "report/report_before.h"
#include "support/support.h"

/* Of what makes the page ask for memory. */
#define REPORT                                                                                     \
    "{\"run\": {\"started\": \"2026-01-02T03:04:05Z\"}, \"settings\": {\"stages\": {\"infer\": "   \
    "{\"examples\": 2}}}, \"student\": {\"metrics\": {\"accuracy\": 0.5}, \"intervals\": "         \
    "{\"accuracy\": [0.1, 0.9]}, \"confusion\": [[1, 0], [1, 0]], \"scatter\": {\"low\": 0, "      \
    "\"high\": 1, "                                                                                \
    "\"bins\": 2, \"counts\": [[0, 1, 3]]}}, \"secure\": {\"examples\": 2, \"agreement\": 1, "     \
    "\"online\": "                                                                                 \
    "{\"seconds_per_example\": 1}, \"networks\": [{\"name\": \"lan\", \"bytes_per_second\": 1e9, " \
    "\"delay_seconds\": 0.1}, {}, {}], \"functions\": [{\"name\": \"linear\", \"seconds\": 1, "    \
    "\"bytes\": 1}]}, \"plugins\": [{\"name\": \"tcp\"}], \"machine\": {\"threads\": 2}, "         \
    "\"privacy\": {}}"

static mpcf_status change_report(json_t *root, const char *folder_of_it, mpcf_error *err)
{
    json_t *earlier = NULL;
    mpcf_status status = report_before_take(root, &earlier, err);

    if (status == MPCF_OK) {
        status = report_set_count(root, "settings.stages.infer.examples", 3, err);
    }
    if (status == MPCF_OK) {
        status = report_before_settle(root, earlier, err);
    }
    if (status == MPCF_OK) {
        status = report_write(folder_of_it, root, err);
    }
    json_decref(earlier);
    return status;
}

static mpcf_status render_report(void *context, mpcf_error *err)
{
    json_t *root = NULL;
    mpcf_status status = json_read_text(REPORT, strlen(REPORT), "report.json", &root, err);

    MPCF_TRY(status);
    status = change_report(root, context, err);
    json_decref(root);
    return status;
}

static mpcf_status write_and_read_report(void *context, mpcf_error *err)
{
    json_t *root = NULL;
    mpcf_status status = report_read(context, &root, err);

    MPCF_TRY(status);
    report_drop_losses(root, "finetune", 0);
    status = report_set_real(root, "secure.online.seconds", 1.5, err);
    if (status == MPCF_OK) {
        status = report_add_loss(root, "finetune", 1, 0.5, 0.25, err);
    }
    if (status == MPCF_OK) {
        status = report_write(context, root, err);
    }
    json_decref(root);
    return status;
}

static void a_report_says_memory_is_short(void **state)
{
    char *path = file_join(test_folder(), "reported");

    (void) state;
    assert_survives("a report", write_and_read_report, path);
    assert_survives("a report's page", render_report, path);
    mpcf_free(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(a_report_says_memory_is_short)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
