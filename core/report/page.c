/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The page: its frame, its title, and its parts in the order in which they are read.
 */
#include "report/page.h"

#include <string.h>

#include "base/memory.h"
#include "report/html.h"
#include "report/page_style.h"
#include "report/report_tree.h"
#include "report/section_before.h"
#include "report/section_cost.h"
#include "report/section_functions.h"
#include "report/section_machine.h"
#include "report/section_metrics.h"
#include "report/section_predictions.h"
#include "report/section_privacy.h"
#include "report/section_settings.h"
#include "report/section_summary.h"
#include "report/section_training.h"
#include "report/task_title.h"

/* A key of "run" that is said in its own words. */
static bool put_known(struct text_buffer *page, const char *key, const json_t *value)
{
    if (strcmp(key, "started") == 0 && json_is_string(value)) {
        html_time(page, json_string_value(value));
    } else if (strcmp(key, "seconds") == 0) {
        text_append(page, "took ");
        html_value(page, value, UNIT_SECONDS);
    } else if (strcmp(key, "pipeline") == 0 && json_is_string(value)) {
        text_append(page, "<span title=\"");
        html_text(page, json_string_value(value));
        text_append(page, "\">");
        html_file_name(page, json_string_value(value));
        text_append(page, "</span>");
    } else if (strcmp(key, "version") == 0) {
        text_append(page, "mpcf ");
        html_value(page, value, UNIT_PLAIN);
    } else {
        return false;
    }
    return true;
}

/* The scalars of "run" in one line under the title. */
static void put_run(struct text_buffer *page, json_t *run)
{
    const char *key;
    json_t *value;

    text_append(page, "<p class=\"run\">");
    json_object_foreach(run, key, value)
    {
        if (json_is_object(value)) {
            continue;
        }
        text_append(page, "<span>");
        if (!put_known(page, key, value)) {
            html_text(page, key);
            text_append(page, " ");
            html_value(page, value, UNIT_PLAIN);
        }
        text_append(page, "</span> ");
    }
    text_append(page, "</p>\n");
}

static void put_head(struct text_buffer *page, const json_t *root)
{
    text_append(page, "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
                      "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">"
                      "<meta name=\"color-scheme\" content=\"light dark\"><title>");
    task_title(page, root);
    text_append(page, " - mpcf</title><style>");
    for (size_t i = 0; page_style[i] != NULL; i++) {
        text_append(page, page_style[i]);
    }
    text_append(page, "</style></head>\n<body><header><h1>");
    task_title(page, root);
    text_append(page, "</h1>\n");
    put_run(page, report_get(root, "run"));
    text_append(page, "</header><main>\n");
}

typedef void section(struct text_buffer *page, const json_t *root);

static section *const sections[] = {
    section_summary, section_metrics,  section_predictions, section_before,
    section_cost,    section_links,    section_functions,   section_training,
    section_privacy, section_settings, section_machine,     section_plugins,
};

mpcf_status report_render(const json_t *root, struct text_buffer *page, mpcf_error *err)
{
    put_head(page, root);
    for (size_t i = 0; i < sizeof sections / sizeof sections[0]; i++) {
        sections[i](page, root);
    }
    text_append(page, "</main><footer>Made of <code>report.json</code> beside this page, which has "
                      "every digit.</footer></body></html>\n");
    if (page->failed) {
        return mpcf_fail_memory(err, page->length, "the report's page");
    }
    return MPCF_OK;
}
