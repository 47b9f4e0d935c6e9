/* SPDX-License-Identifier: Apache-2.0 */
/* Time, bytes and rounds: of an example online and offline, of a session, on named networks. */
#include "report/section_cost.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "report/html.h"
#include "report/networks.h"
#include "report/report_tree.h"
#include "report/section.h"

/* A row of numbers, the same for each of COLUMNS phases or networks. */
enum { COLUMNS = 3 };

static void put_row(struct text_buffer *page, const char *name, const char *what,
                    const double values[COLUMNS], enum number_unit unit)
{
    text_printf(page, "<tr><th scope=\"row\">%s", name);
    if (what[0] != '\0') {
        text_printf(page, "<small>%s</small>", what);
    }
    text_append(page, "</th>");
    for (size_t i = 0; i < COLUMNS; i++) {
        html_number_cell(page, values[i], unit);
    }
    text_append(page, "</tr>\n");
}

/* --- An example --- */

/* Who listens has to know of the smallest margin before anything else. */
static void put_margin(struct text_buffer *page, const json_t *root)
{
    const double margin = report_number(root, "ranges.smallest_margin_bits");
    const char *node = json_string_value(report_get(root, "ranges.node"));

    if (!isfinite(margin)) {
        return;
    }
    text_printf(page, "<p class=\"%s\">On the evaluation split the fullest range has ",
                margin < 1 ? "warn" : "note");
    number_fixed(page, margin, 1);
    text_append(page, " bits to spare");
    if (node != NULL) {
        text_append(page, ", at <code>");
        html_path(page, node, '.');
        text_append(page, "</code>");
    }
    text_append(page, margin < 1
                          ? ". Less than one bit is left there. A value outside its range is "
                            "a wrong answer that no party can see: calibrate on more rows, "
                            "or raise the margin.</p>\n"
                          : ". Other texts may need them: calibration saw training rows and "
                            "texts of all lengths made of them.</p>\n");
}

static void put_sent(struct text_buffer *page, const json_t *root, double examples)
{
    const double provider = report_number(root, "secure.online.bytes_sent.provider") / examples;
    const double user = report_number(root, "secure.online.bytes_sent.user") / examples;
    const double none = (double) NAN;

    put_row(page, "sent by the provider", "", (double[]){provider, none, none}, UNIT_BYTES);
    put_row(page, "sent by the user", "", (double[]){user, none, none}, UNIT_BYTES);
    put_row(page, "rounds", "delays of the link, one behind the other",
            (double[]){report_number(root, "secure.online.rounds"), none, none}, UNIT_COUNT);
}

/* A run ends there: its page says why. */
static void put_outside(struct text_buffer *page, const json_t *root)
{
    const double outside = report_number(root, "ranges.examples_outside");

    if (outside > 0) {
        text_append(page, "<p class=\"warn\">");
        number_count(page, outside);
        text_append(page,
                    " examples left their ranges: secure answers would be wrong on them. Calibrate "
                    "on more rows, or raise the margin.</p>\n");
    }
}

static bool are_masks_kept(const json_t *root)
{
    const char *masks = json_string_value(report_get(root, "privacy.weight_masks"));

    return masks != NULL && strcmp(masks, "kept") == 0;
}

static void put_phases(struct text_buffer *page, const json_t *root)
{
    const char *const heads[] = {"", "online<small>from the text to its answer</small>",
                                 "offline<small>before the text is known</small>",
                                 are_masks_kept(root) ? "setup<small>once a user</small>"
                                                      : "setup<small>once a session</small>"};
    const double examples = report_number(root, "secure.examples");
    const double seconds[COLUMNS] = {report_number(root, "secure.online.seconds_per_example"),
                                     report_number(root, "secure.offline.seconds") / examples,
                                     report_number(root, "secure.setup.seconds")};
    const double bytes[COLUMNS] = {report_online_bytes(root),
                                   report_number(root, "secure.offline.bytes") / examples,
                                   report_number(root, "secure.setup.bytes")};

    section_table_begin(page, "numbers", "What an example costs", heads, COLUMNS + 1);
    put_row(page, "time", "", seconds, UNIT_SECONDS);
    put_row(page, "bytes",
            report_role(root) == NULL
                ? "both ways, dealer\xe2\x80\x99s included"
                : "both ways, with the dealer\xe2\x80\x99s to this role alone",
            bytes, UNIT_BYTES);
    put_sent(page, root, examples);
    section_table_end(page);
}

static void put_examples(struct text_buffer *page, const json_t *root)
{
    text_append(page, "<p class=\"note\">Means over ");
    number_count(page, report_number(root, "secure.examples"));
    text_append(page, " examples");
    if (isfinite(report_number(root, "secure.runs"))) {
        text_append(page, " in ");
        number_count(page, report_number(root, "secure.runs"));
        text_append(page, " runs");
    }
    text_append(page, report_role(root) == NULL
                          ? ", measured with all three roles on this machine"
                          : ", as this role measured them, which spends part of the time waiting");
    text_append(page, "; rounds of the longest run.</p>\n");
}

void section_cost(struct text_buffer *page, const json_t *root)
{
    const bool has_cost = report_number(root, "secure.examples") > 0 &&
                          isfinite(report_number(root, "secure.online.seconds_per_example"));

    if (!has_cost && !json_is_object(report_get(root, "ranges"))) {
        return;
    }
    if (has_cost) {
        put_phases(page, root);
        put_examples(page, root);
    }
    put_outside(page, root);
    put_margin(page, root);
}

/* --- On other networks --- */

static double number_of(const json_t *entry, const char *key)
{
    const json_t *value = json_object_get(entry, key);

    return json_is_number(value) ? json_number_value(value) : (double) NAN;
}

/* "100 Mbit/s, 20 ms one way" */
static void put_line(struct text_buffer *page, const json_t *entry)
{
    const double bits = 8 * number_of(entry, "bytes_per_second");

    if (!isfinite(bits)) {
        return;
    }
    text_append(page, "<small>");
    number_setting(page, bits >= 1e9 ? bits / 1e9 : bits / 1e6);
    text_append(page, bits >= 1e9 ? NUMBER_SPACE "Gbit/s, " : NUMBER_SPACE "Mbit/s, ");
    number_setting(page, number_of(entry, "delay_seconds") * 1e3);
    text_append(page, NUMBER_SPACE "ms one way</small>");
}

/* As people write it. */
static void put_name(struct text_buffer *page, const json_t *name)
{
    const char *text = json_string_value(name);

    if (text != NULL && strcmp(text, "lan") == 0) {
        text_append(page, "LAN");
    } else if (text != NULL && strcmp(text, "wan") == 0) {
        text_append(page, "WAN");
    } else {
        html_value(page, name, UNIT_PLAIN);
    }
}

static void put_link_heads(struct text_buffer *page, const json_t *list)
{
    struct text_buffer heads[COLUMNS] = {{0}};
    const char *texts[COLUMNS + 1] = {""};

    for (size_t i = 0; i < COLUMNS; i++) {
        put_name(&heads[i], json_object_get(json_array_get(list, i), "name"));
        put_line(&heads[i], json_array_get(list, i));
        page->failed = page->failed || heads[i].failed;
        texts[i + 1] = text_string(&heads[i]);
    }
    section_table_begin(page, "numbers", "An example on other networks", texts, COLUMNS + 1);
    for (size_t i = 0; i < COLUMNS; i++) {
        text_clear(&heads[i]);
    }
}

static void put_links(struct text_buffer *page, const json_t *list, double computing,
                      bool is_one_role)
{
    double all[COLUMNS], online[COLUMNS], offline[COLUMNS], setup[COLUMNS], here[COLUMNS];

    for (size_t i = 0; i < COLUMNS; i++) {
        const json_t *entry = json_array_get(list, i);

        online[i] = number_of(entry, "online_seconds_per_example");
        offline[i] = number_of(entry, "offline_seconds_per_example");
        setup[i] = number_of(entry, "setup_seconds");
        here[i] = computing;
        all[i] = online[i] + computing;
    }
    put_row(page, "an example, at most", "", all, UNIT_SECONDS);
    put_row(page, "of it the link", "", online, UNIT_SECONDS);
    put_row(page, "of it computing",
            is_one_role ? "as measured here, with the link that there was" : "as measured here",
            here, UNIT_SECONDS);
    if (!is_one_role) { /* which knows no bytes but its own */
        put_row(page, "offline, the link", "", offline, UNIT_SECONDS);
    }
    put_row(page, "setup, the link", "", setup, UNIT_SECONDS);
}

void section_links(struct text_buffer *page, const json_t *root)
{
    const json_t *list = report_get(root, "secure.networks");
    const double computing = report_number(root, "secure.online.seconds_per_example");

    if (json_array_size(list) != COLUMNS || !isfinite(computing) ||
        !(report_number(root, "secure.examples") > 0)) {
        return;
    }
    put_link_heads(page, list);
    put_links(page, list, computing, report_role(root) != NULL);
    section_table_end(page);
    section_note(page,
                 "The link\xe2\x80\x99s part is what the metered rounds and bytes take there. "
                 "Computing comes on top at most: a run spends part of it while it waits.");
}

/* --- One role's own links --- */

static void put_peer(struct text_buffer *page, const char *peer, const json_t *link)
{
    text_printf(page, "<tr>");
    html_row_head(page, peer);
    html_number_cell(page, number_of(link, "sent_bytes"), UNIT_BYTES);
    html_number_cell(page, number_of(link, "received_bytes"), UNIT_BYTES);
    text_append(page, "</tr>\n");
}

/* "16 examples in 8 runs; 4 more were answered by an earlier run." */
static void put_work(struct text_buffer *page, const json_t *root)
{
    const double kept = report_number(root, "secure.kept");
    const double dealt = report_number(root, "secure.dealt");

    text_append(page, "<p class=\"note\">");
    number_count(page, report_number(root, "secure.examples"));
    text_append(page, " examples in ");
    number_count(page, report_number(root, "secure.runs"));
    text_append(page, " runs");
    if (dealt > 0) {
        text_append(page, "; corrections of ");
        number_count(page, dealt);
        text_append(page, " runs dealt ahead");
    }
    if (kept > 0) {
        text_append(page, "; answers of ");
        number_count(page, kept);
        text_append(page, " examples taken over from an earlier run, which this report has no "
                          "time and bytes of");
    }
    text_append(page, ". Bytes with framing, of the whole run.</p>\n");
}

void section_own_links(struct text_buffer *page, const json_t *root)
{
    static const char *const heads[] = {"with", "sent", "received"};
    json_t *links = report_get(root, "secure.links"), *link = NULL;
    const char *peer = NULL;

    if (links == NULL) {
        return;
    }
    if (json_object_size(links) > 0) {
        section_table_begin(page, "numbers", "What went over the links", heads,
                            sizeof heads / sizeof heads[0]);
        json_object_foreach(links, peer, link)
        {
            put_peer(page, peer, link);
        }
        section_table_end(page);
    }
    put_work(page, root);
}
