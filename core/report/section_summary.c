/* SPDX-License-Identifier: Apache-2.0 */
/* A few cards at the top: how right, how equal, how long, how much. All of one example. */
#include "report/section_summary.h"

#include <math.h>
#include <string.h>

#include "report/html.h"
#include "report/networks.h"
#include "report/report_tree.h"

static void card_begin(struct text_buffer *page, double value, enum number_unit unit)
{
    text_append(page, "<div><b>");
    number_in(page, value, unit);
    text_append(page, "</b><span>");
}

static void card_end(struct text_buffer *page)
{
    text_append(page, "</span></div>\n");
}

enum { TEACHER = 0, STUDENT = 2, SECURE = 4 };

/* Of network I, beside its accuracy. */
static void put_guessing(struct text_buffer *page, const json_t *root, size_t i, const char *metric)
{
    const double guessing = network_number(root, i, "guessing");

    if (isfinite(guessing) && strcmp(metric, "accuracy") == 0) {
        text_append(page, "; by guessing ");
        number_percent(page, guessing);
    }
}

/* A role that was started by itself knows of no other network. */
static void put_secure_metric(struct text_buffer *page, const json_t *root, const char *name)
{
    const double value = network_metric(root, SECURE, name);

    if (isfinite(value)) {
        card_begin(page, value, number_unit_of_metric(name));
        html_text(page, name);
        text_append(page, " of the secure answers");
        put_guessing(page, root, SECURE, name);
        card_end(page);
    }
}

/* The student's first metric beside the teacher's; the teacher's alone where there is no student. */
static void put_metric(struct text_buffer *page, const json_t *root)
{
    const struct metric_names names = report_metric_names(root);
    const char *name = names.count > 0 ? names.name[0] : "";
    const enum number_unit unit = number_unit_of_metric(name);
    const double teacher = network_metric(root, TEACHER, name);
    const double student = network_metric(root, STUDENT, name);

    if (!isfinite(teacher) && !isfinite(student)) {
        put_secure_metric(page, root, name);
        return;
    }
    card_begin(page, isfinite(student) ? student : teacher, unit);
    html_text(page, name);
    text_append(page, isfinite(student) ? " of the student" : " of the teacher");
    if (isfinite(student) && isfinite(teacher)) {
        text_append(page, "; teacher ");
        number_in(page, teacher, unit);
    }
    put_guessing(page, root, isfinite(student) ? STUDENT : TEACHER, name);
    card_end(page);
}

static void put_agreement(struct text_buffer *page, const json_t *root)
{
    const double share = network_number(root, SECURE, "agreement");
    const double examples = network_number(root, SECURE, "examples");
    const double found = network_number(root, SECURE, "out_of_range");
    const double marked = isfinite(found) ? found : 0;

    if (!isfinite(share) || !(examples > 0)) {
        return;
    }
    text_append(page, "<div><b>");
    number_count(page, floor(share * (examples - marked) + 0.5));
    text_append(page, " of ");
    number_count(page, examples);
    text_append(page, "</b><span>secure answers are those of the network in the clear");
    if (marked > 0) {
        text_append(page, "; ");
        number_count(page, marked);
        text_append(page, " are marked out of range");
    }
    card_end(page);
}

static void put_time(struct text_buffer *page, const json_t *root)
{
    const double online = report_number(root, "secure.online.seconds_per_example");
    const double offline =
        report_number(root, "secure.offline.seconds") / network_number(root, SECURE, "examples");

    if (!isfinite(online) || !(network_number(root, SECURE, "examples") > 0)) {
        return;
    }
    card_begin(page, online, UNIT_SECONDS);
    text_append(page, report_role(root) == NULL ? "an example, all roles on this machine"
                                                : "an example, as this role measured it");
    if (isfinite(offline) && offline > 0) {
        text_append(page, "; ");
        number_seconds(page, offline);
        text_append(page, " before the text is known");
    }
    card_end(page);
}

static void put_bytes(struct text_buffer *page, const json_t *root)
{
    const double online = report_online_bytes(root);
    const double offline =
        report_number(root, "secure.offline.bytes") / network_number(root, SECURE, "examples");

    if (!isfinite(online)) {
        return;
    }
    card_begin(page, online, UNIT_BYTES);
    text_append(page, "an example, both ways");
    if (isfinite(offline) && offline > 0 && report_role(root) == NULL) {
        text_append(page, "; ");
        number_bytes(page, offline);
        text_append(page, " before the text is known");
    }
    card_end(page);
}

void section_summary(struct text_buffer *page, const json_t *root)
{
    struct text_buffer cards = {0};

    put_metric(&cards, root);
    put_agreement(&cards, root);
    put_time(&cards, root);
    put_bytes(&cards, root);
    page->failed = page->failed || cards.failed;
    if (cards.length > 0) {
        text_append(page, "<div class=\"cards\">\n");
        text_append(page, text_string(&cards));
        text_append(page, "</div>\n");
    }
    text_clear(&cards);
}
