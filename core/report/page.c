/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The page: its frame, its title, and its parts in the order in which they are read.
 */
#include "report/page.h"

#include <string.h>

#include "base/memory.h"
#include "report/html.h"
#include "report/networks.h"
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
#include "report/section_warnings.h"
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
}

static const struct section {
    const char *id, *title; /* NULL: without a heading, at the top */
    const char *word;       /* in the list of them all */
    void (*put)(struct text_buffer *page, const json_t *root);
} sections[] = {
    {"warnings", "Warnings", "Warnings", section_warnings},
    {NULL, NULL, NULL, section_summary},
    {"accuracy", "Exact beside approximated", "Accuracy", section_metrics},
    {"predictions", "Predictions", "Predictions", section_predictions},
    {"before", "Since the run before", "Changes", section_before},
    {"cost", "What an example costs", "Cost", section_cost},
    {"links", "What went over this role\xe2\x80\x99s links", "Links", section_own_links},
    {"networks", "On other networks", "Networks", section_links},
    {"functions", "Where it goes", "Functions", section_functions},
    {"training", "Training", "Training", section_training},
    {"privacy", "What each role learned", "Privacy", section_privacy},
    {"settings", "Settings", "Settings", section_settings},
    {"machine", "Machine", "Machine", section_machine},
    {"plugins", "Plug-ins", "Plug-ins", section_plugins},
};

/* One role compares nothing. */
static const char *title_of(const struct section *section, const json_t *root)
{
    return section->put == section_metrics && report_role(root) != NULL
               ? "How right the answers are"
               : section->title;
}

/* A section that has nothing to show has no heading, and no place in the list. */
static void put_section(struct text_buffer *body, struct text_buffer *list,
                        const struct section *section, const json_t *root)
{
    struct text_buffer content = {0};

    section->put(&content, root);
    body->failed = body->failed || content.failed;
    if (content.length > 0 && section->id != NULL) {
        text_printf(list, "<a href=\"#%s\">%s</a> ", section->id, section->word);
        text_printf(body, "<section id=\"%s\"><h2>%s</h2>\n", section->id, title_of(section, root));
        text_append(body, text_string(&content));
        text_append(body, "</section>\n");
    } else {
        text_append(body, text_string(&content));
    }
    text_clear(&content);
}

static void put_sections(struct text_buffer *page, const json_t *root)
{
    struct text_buffer body = {0}, list = {0};

    for (size_t i = 0; i < sizeof sections / sizeof sections[0]; i++) {
        put_section(&body, &list, &sections[i], root);
    }
    if (list.length > 0) {
        text_append(page, "<nav aria-label=\"Sections\">");
        text_append(page, text_string(&list));
        text_append(page, "</nav>\n");
    }
    text_append(page, "</header><main>\n");
    text_append(page, text_string(&body));
    page->failed = page->failed || body.failed || list.failed;
    text_clear(&body);
    text_clear(&list);
}

mpcf_status report_render(const json_t *root, struct text_buffer *page, mpcf_error *err)
{
    put_head(page, root);
    put_sections(page, root);
    text_append(page, "</main><footer>Made of <code>report.json</code> beside this page, which has "
                      "every digit.</footer></body></html>\n");
    if (page->failed) {
        return mpcf_fail_memory(err, page->length, "the report's page");
    }
    return MPCF_OK;
}
