/* SPDX-License-Identifier: Apache-2.0 */
/* What provider, user and dealer learned, and what the links between them are. */
#include "report/section_privacy.h"

#include <stdbool.h>
#include <string.h>

#include "report/html.h"
#include "report/report_tree.h"
#include "report/section.h"

static bool is_text(const json_t *root, const char *path, const char *want)
{
    const char *text = json_string_value(report_get(root, path));

    return text != NULL && strcmp(text, want) == 0;
}

static void put_party(struct text_buffer *page, const char *who, const char *learns)
{
    text_printf(page, "<tr><th scope=\"row\">%s</th><td>%s</td></tr>\n", who, learns);
}

static const char *what_lengths_tell(const json_t *root)
{
    if (is_text(root, "privacy.length", "exact")) {
        return "Beside its own weights: how many examples there were and the number of tokens of "
               "each. Nothing of the texts or the results.";
    }
    if (is_text(root, "privacy.length", "full")) {
        return "Beside its own weights: how many examples there were. Nothing of their lengths, "
               "texts or results.";
    }
    return "Beside its own weights: how many examples there were and the length each was padded "
           "to. Nothing of the texts or the results.";
}

static void put_user(struct text_buffer *page, const json_t *root)
{
    const bool has_tables = is_text(root, "privacy.embedding", "public");
    const bool checks = is_text(root, "privacy.check_ranges", "rows") ||
                        is_text(root, "privacy.check_ranges", "all");

    text_printf(page,
                "<tr><th scope=\"row\">user</th><td>%s%s; the network\xe2\x80\x99s shape, "
                "approximations, ranges and widths%s. Ranges tell something of the training data. "
                "No %sweight.</td></tr>\n",
                is_text(root, "privacy.reveal", "label")
                    ? "The labels of its examples, and no logit"
                    : "The logits of its examples",
                checks ? ", or that values of an example left their ranges" : "",
                has_tables ? ", <b>and the embedding table</b>, which was made public" : "",
                has_tables ? "other " : "");
}

static void put_parties(struct text_buffer *page, const json_t *root)
{
    static const char *const heads[] = {"role", "learned"};

    section_table_begin(page, "words", "What each role learned", heads,
                        sizeof heads / sizeof heads[0]);
    put_party(page, "provider", what_lengths_tell(root));
    put_user(page, root);
    put_party(
        page, "dealer",
        "The network\xe2\x80\x99s shape and the padded lengths. It must not work together with a "
        "party: with the provider it could read the texts, with the user the weights.");
    section_table_end(page);
}

/* "Links: loopback, on this machine, not encrypted; each role proved who it is by keys." */
static void put_transport(struct text_buffer *page, const json_t *root)
{
    const json_t *transport = report_get(root, "privacy.transport");
    const bool is_local = json_is_true(json_object_get(transport, "local"));
    const bool is_encrypted = json_is_true(json_object_get(transport, "encrypted"));

    if (!json_is_object(transport)) {
        return;
    }
    text_append(page, "<p>Links: ");
    html_value(page, json_object_get(transport, "name"), UNIT_PLAIN);
    text_append(page, is_local ? ", within this machine" : ", between machines");
    text_append(page, is_encrypted ? ", encrypted; " : ", not encrypted; ");
    if (json_is_true(json_object_get(transport, "authenticated"))) {
        text_append(page, "each role proved who it is by ");
        html_value(page, json_object_get(transport, "authenticated_by"), UNIT_PLAIN);
    } else {
        text_append(page, "no role proved who it is");
    }
    text_append(page, ".</p>\n");
    if (!is_encrypted && is_local) {
        section_note(page, "Texts and weights go over them as shares: masked by random numbers, so "
                           "that no role reads another\xe2\x80\x99s. The links themselves hide "
                           "nothing from who may read this machine\xe2\x80\x99s memory.");
    }
    if (!is_encrypted && !is_local) {
        text_append(page,
                    "<p class=\"warn\">The links were not encrypted and left this machine. Who "
                    "listened has both of the dealer\xe2\x80\x99s seeds, and so every text, every "
                    "weight and every result.</p>\n");
    }
}

static void put_notes(struct text_buffer *page, const json_t *root)
{
    const json_t *notes = report_get(root, "privacy.notes");

    if (json_array_size(notes) == 0) {
        return;
    }
    text_append(page, "<ul class=\"note\">");
    for (size_t i = 0; i < json_array_size(notes); i++) {
        text_append(page, "<li>");
        html_value(page, json_array_get(notes, i), UNIT_PLAIN);
        text_append(page, "</li>");
    }
    text_append(page, "</ul>\n");
}

void section_privacy(struct text_buffer *page, const json_t *root)
{
    if (report_get(root, "privacy") == NULL) {
        return;
    }
    put_parties(page, root);
    put_transport(page, root);
    put_notes(page, root);
}
