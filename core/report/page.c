/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The page: its frame, its colours, and its parts in the order in which they are read.
 */
#include "report/page.h"

#include <stdbool.h>
#include <string.h>

#include "base/memory.h"
#include "report/html.h"
#include "report/report_tree.h"
#include "report/section_cost.h"
#include "report/section_results.h"
#include "report/section_run.h"

/* clang-format off */
static const char style[] =
    ":root{--ink:#1c2430;--soft:#5b6675;--line:#d9dee5;--paper:#fff;--card:#f5f7fa;"
    "--c0:#2a6fbb;--c1:#b8521a;--c2:#1b7f63;--c3:#7b4fb0;--c4:#b0323f;--c5:#80651a;--c6:#a8407f;"
    "--c7:#66707d}"
    "@media(prefers-color-scheme:dark){:root{--ink:#e6eaf0;--soft:#9aa5b4;--line:#343d49;"
    "--paper:#14181e;--card:#1e242c;--c0:#3f83cf;--c1:#c4622c;--c2:#2a8f72;--c3:#8d63c2;"
    "--c4:#c24450;--c5:#92762a;--c6:#b9528f;--c7:#768190}}"
    "body{font:15px/1.5 system-ui,sans-serif;color:var(--ink);background:var(--paper);"
    "max-width:1000px;margin:2em auto;padding:0 1.2em}"
    "h1{font-size:1.6em;margin:0}h2{font-size:1.15em;margin:2.2em 0 .6em;"
    "border-bottom:1px solid var(--line);padding-bottom:.2em}"
    "p.run,small,figcaption,.note{color:var(--soft)}p.run{margin:.2em 0 1.4em}"
    "figcaption b{color:var(--ink)}figure{margin:0 0 1em}svg{display:block;width:100%}"
    ".cards{display:flex;flex-wrap:wrap;gap:12px}.cards div{background:var(--card);"
    "border-radius:8px;padding:.7em 1em;min-width:8.5em;flex:1}.cards b{display:block;"
    "font-size:1.5em;font-weight:600}.cards span{color:var(--soft);font-size:.9em}"
    ".scroll{overflow-x:auto}table{border-collapse:collapse}"
    "td,th{padding:.3em 1.2em .3em 0;text-align:left;border-bottom:1px solid var(--line);"
    "vertical-align:top}th{font-weight:600;color:var(--soft)}"
    "td.n,th.n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}"
    "td.h{font-family:ui-monospace,monospace;font-size:.85em;overflow-wrap:anywhere}"
    ".curves{display:grid;grid-template-columns:repeat(auto-fill,minmax(380px,1fr));gap:16px}"
    ".legend span{margin-right:1.2em;white-space:nowrap}.legend svg{display:inline-block;"
    "width:.8em;height:.8em;margin-right:.4em}"
    "svg text{font:12px system-ui,sans-serif;fill:var(--soft)}svg text.x{text-anchor:middle}"
    "svg text.y{text-anchor:end}svg text.in{text-anchor:middle;fill:#fff}"
    ".grid{stroke:var(--line);stroke-width:1}.axis{stroke:var(--soft);stroke-width:1}"
    ".line{fill:none;stroke:var(--c0);stroke-width:1.8;stroke-linejoin:round}"
    ".c0{fill:var(--c0)}.c1{fill:var(--c1)}.c2{fill:var(--c2)}.c3{fill:var(--c3)}"
    ".c4{fill:var(--c4)}.c5{fill:var(--c5)}.c6{fill:var(--c6)}.c7{fill:var(--c7)}"
    ".warn{border-left:4px solid var(--c4);background:var(--card);padding:.6em 1em;margin:.6em 0}";
/* clang-format on */

static const char *text_at(const json_t *root, const char *path, const char *otherwise)
{
    const char *text = json_string_value(report_get(root, path));
    return text == NULL ? otherwise : text;
}

/* The scalars of "run" in one line under the title. */
static void put_run(struct text_buffer *page, json_t *run)
{
    const char *key;
    json_t *value;
    const char *between = "";
    text_append(page, "<p class=\"run\">");
    json_object_foreach(run, key, value)
    {
        bool is_time = strcmp(key, "seconds") == 0;
        if (json_is_object(value) || strcmp(key, "pipeline") == 0) { /* the title */
            continue;
        }
        text_append(page, between);
        html_text(page, is_time ? "took" : key);
        text_append(page, " ");
        html_value(page, value, is_time ? UNIT_SECONDS : UNIT_PLAIN);
        between = " &middot; ";
    }
    text_append(page, "</p>\n");
}

static void put_head(struct text_buffer *page, const json_t *root)
{
    const char *title = text_at(root, "run.pipeline", "private inference");
    text_append(page, "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
                      "<meta name=\"viewport\" content=\"width=device-width\"><title>mpcf: ");
    html_text(page, title);
    text_append(page, "</title><style>");
    text_append(page, style);
    text_append(page, "</style></head>\n<body><h1>");
    html_text(page, title);
    text_append(page, "</h1>\n");
    put_run(page, report_get(root, "run"));
}

mpcf_status report_render(const json_t *root, struct text_buffer *page, mpcf_error *err)
{
    put_head(page, root);
    section_summary(page, root);
    section_metrics(page, root);
    section_secure(page, root);
    section_functions(page, root);
    section_losses(page, root);
    section_privacy(page, root);
    section_settings(page, root);
    section_plugins(page, root);
    text_append(page, "</body></html>\n");
    if (page->failed) {
        return mpcf_fail_memory(err, page->length, "the report's page");
    }
    return MPCF_OK;
}
