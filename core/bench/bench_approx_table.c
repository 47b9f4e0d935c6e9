/* SPDX-License-Identifier: Apache-2.0 */
/* Tables of approximations, as text and as Markdown. */
#include "bench/bench_approx_table.h"

#include <string.h>

#include "base/text.h"

static double real(const json_t *line, const char *name)
{
    return json_number_value(json_object_get(line, name));
}

static const char *word(const json_t *line, const char *name)
{
    const char *text = json_string_value(json_object_get(line, name));

    return text == NULL ? "" : text;
}

static char *taken(struct text_buffer *text)
{
    if (text->failed) {
        text_clear(text);
        return NULL;
    }
    return text->data;
}

static void print_line(struct text_buffer *text, const json_t *line)
{
    if (json_object_get(line, "failed") != NULL) {
        text_printf(text, "%-18s it failed, see below\n", word(line, "name"));
        return;
    }
    text_printf(text, "%-18s %9.3g %9.3g %10.2e %10.2e %9.4f %11.3f %11.3f %8.0f\n",
                word(line, "name"), real(line, "low"), real(line, "high"), real(line, "max_error"),
                real(line, "mean_error"), real(line, "seconds"), real(line, "bytes") / 1e6,
                real(line, "dealer_bytes") / 1e6, real(line, "delays"));
}

/* What a line has no room for: why it failed, or lies elsewhere than the others. */
static bool print_reason(struct text_buffer *text, const char *format, const json_t *line)
{
    const char *failed = word(line, "failed"), *refused = word(line, "refused");

    if (failed[0] == '\0' && refused[0] == '\0') {
        return false;
    }
    text_append(text, format);
    text_printf(text, "`%s` %s: %s\n", word(line, "name"),
                failed[0] != '\0' ? "fails" : "is refused on the range of the others",
                failed[0] != '\0' ? failed : refused);
    return true;
}

static void print_reasons(struct text_buffer *text, const char *bullet, const json_t *slot)
{
    const json_t *line = NULL;
    const char *before = bullet[0] == '\0' ? "" : "\n- ";
    size_t i;

    json_array_foreach(json_object_get(slot, "results"), i, line)
    {
        if (print_reason(text, before, line)) {
            before = bullet;
        }
    }
}

char *bench_approx_table(const json_t *result)
{
    struct text_buffer text = {0};
    const json_t *slot = NULL, *line = NULL;
    size_t i, k;

    text_printf(
        &text,
        "one layer of %.0f tokens, hidden %.0f, heads %.0f, intermediate %.0f; errors of the "
        "formula against the exact function, all else of a secure run\n",
        real(result, "tokens"), real(result, "hidden"), real(result, "heads"),
        real(result, "intermediate"));
    json_array_foreach(json_object_get(result, "slots"), i, slot)
    {
        text_printf(&text, "\n%s, exact: %s\n%-18s %9s %9s %10s %10s %9s %11s %11s %8s\n",
                    word(slot, "slot"), word(slot, "exact"), "approximation", "from", "to",
                    "largest", "mean", "seconds", "online MB", "dealer MB", "delays");
        json_array_foreach(json_object_get(slot, "results"), k, line)
        {
            print_line(&text, line);
        }
        print_reasons(&text, "", slot);
    }
    return taken(&text);
}

/* --- Markdown --- */

/* A bar would end the cell. */
static void print_cell_of(struct text_buffer *text, const char *cell, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        text_printf(text, cell[i] == '|' ? "\\%c" : "%c", cell[i]);
    }
}

static void print_cell(struct text_buffer *text, const char *cell)
{
    print_cell_of(text, cell, strlen(cell));
}

/* Two cells: who published it, and what they report of it. */
static void print_source(struct text_buffer *text, const char *source)
{
    static const char scored[] = "; scored: ";
    const char *at = strstr(source, scored);

    print_cell_of(text, source, at == NULL ? strlen(source) : (size_t) (at - source));
    text_append(text, " | ");
    print_cell(text, at == NULL ? "" : at + sizeof scored - 1);
}

static void print_row(struct text_buffer *text, const json_t *line)
{
    text_printf(text, "| `%s` | ", word(line, "name"));
    print_cell(text, word(line, "formula"));
    if (json_object_get(line, "failed") != NULL) {
        text_append(text, " | | | | | | | ");
    } else {
        text_printf(text, " | %s%.3g .. %.3g | %.2g | %.2g | %.3f | %.2f | %.0f | ",
                    json_object_get(line, "refused") != NULL ? "its own: " : "", real(line, "low"),
                    real(line, "high"), real(line, "max_error"), real(line, "mean_error"),
                    real(line, "seconds"), real(line, "bytes") / 1e6, real(line, "delays"));
    }
    print_source(text, word(line, "source"));
    text_append(text, " |\n");
}

char *bench_approx_markdown(const json_t *result)
{
    struct text_buffer text = {0};
    const json_t *slot = NULL, *line = NULL;
    size_t i, k;

    json_array_foreach(json_object_get(result, "slots"), i, slot)
    {
        text_printf(
            &text,
            "## %s\n\nExact: `%s`.\n\n| name | formula | inputs | largest error | mean error | "
            "seconds | MB | delays | source | scored there |\n"
            "|---|---|---|---|---|---|---|---|---|---|\n",
            word(slot, "slot"), word(slot, "exact"));
        json_array_foreach(json_object_get(slot, "results"), k, line)
        {
            print_row(&text, line);
        }
        print_reasons(&text, "- ", slot);
        text_append(&text, "\n");
    }
    return taken(&text);
}
