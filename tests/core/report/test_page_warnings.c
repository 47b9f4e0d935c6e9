/* SPDX-License-Identifier: Apache-2.0 */
/* What a person has to know before the figures stands before them. */
#include "support/support.h"

#include <string.h>

#include "format/json.h"
#include "report/number.h"
#include "report/page.h"

static mpcf_error *err;

#define THIN NUMBER_SPACE

static struct text_buffer page_of_text(const char *text)
{
    struct text_buffer page = {0};
    json_t *root = NULL;

    assert_ok(json_read_text(text, strlen(text), "t", &root, err), err);
    assert_ok(report_render(root, &page, err), err);
    json_decref(root);
    return page;
}

static void assert_has(const struct text_buffer *page, const char *part)
{
    if (strstr(page->data, part) == NULL) {
        fail_msg("the page has no '%s'", part);
    }
}

static void warnings_come_first(void **state)
{
    struct text_buffer page =
        page_of_text("{\"warnings\": [{\"about\": \"teacher.order\", \"text\": \"labels [a<b]\"}, "
                     "3], \"teacher\": "
                     "{\"metrics\": {\"accuracy\": 0.62}, \"guessing\": 0.61, \"rows\": 500}}");

    (void) state;
    assert_has(&page, "<h2>Warnings</h2>\n<p class=\"warn\">labels [a&lt;b]</p>");
    assert_true(strstr(page.data, "<h2>Warnings") < strstr(page.data, "<div class=\"cards\">"));
    assert_has(&page, "<small>guessing 61.0" THIN "%</small>");
    assert_has(&page, "of the teacher; by guessing 61.0" THIN "%");
    text_clear(&page);
}

static void without_warnings_there_is_no_section(void **state)
{
    struct text_buffer page = page_of_text(
        "{\"warnings\": [], \"teacher\": {\"metrics\": {\"accuracy\": 0.62}, \"rows\": 500}}");

    (void) state;
    assert_has(&page, "of the teacher");
    assert_null(strstr(page.data, "<h2>Warnings"));
    assert_null(strstr(page.data, "guessing"));
    text_clear(&page);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(warnings_come_first),
        cmocka_unit_test(without_warnings_there_is_no_section),
    };
    int failed = 0;

    err = mpcf_error_create();
    failed = cmocka_run_group_tests(tests, NULL, NULL);
    mpcf_error_destroy(err);
    return failed;
}
