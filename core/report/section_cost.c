/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where time and bytes go (the breakdown of MPCFormer's figure 2), and the curves of training.
 */
#include "report/section_cost.h"

#include <math.h>
#include <stdlib.h>

#include "base/memory.h"
#include "report/html.h"
#include "report/plot_bar.h"
#include "report/plot_curve.h"
#include "report/report_tree.h"
#include "report/section.h"

/* --- Functions --- */

#define NAMED_PARTS (PLOT_COLOURS - 1) /* the last colour is for all others together */

struct function {
    const char *name;
    double seconds, bytes, rounds, offline_bytes;
    double weight; /* its larger share, of time or of bytes */
};

static double number_of(const json_t *entry, const char *key)
{
    double value = json_number_value(json_object_get(entry, key));
    return isfinite(value) && value > 0 ? value : 0;
}

static int compare_weights(const void *a, const void *b)
{
    const struct function *x = a;
    const struct function *y = b;
    return (x->weight < y->weight) - (x->weight > y->weight);
}

static double share(double part, double sum)
{
    return sum > 0 ? part / sum : 0;
}

/* Functions in order of weight, heaviest first. */
static void read_functions(const json_t *list, struct function *functions, size_t count)
{
    double seconds = 0, bytes = 0;
    for (size_t i = 0; i < count; i++) {
        const json_t *entry = json_array_get(list, i);
        const char *name = json_string_value(json_object_get(entry, "name"));
        functions[i] = (struct function){.name = name == NULL ? "?" : name,
                                         .seconds = number_of(entry, "seconds"),
                                         .bytes = number_of(entry, "bytes"),
                                         .rounds = number_of(entry, "rounds"),
                                         .offline_bytes = number_of(entry, "offline_bytes")};
        seconds += functions[i].seconds;
        bytes += functions[i].bytes;
    }
    for (size_t i = 0; i < count; i++) {
        functions[i].weight =
            fmax(share(functions[i].seconds, seconds), share(functions[i].bytes, bytes));
    }
    qsort(functions, count, sizeof(*functions), compare_weights);
}

enum figure { FIGURE_SECONDS, FIGURE_BYTES, FIGURE_OFFLINE };

static double figure_of(const struct function *f, enum figure figure)
{
    return figure == FIGURE_SECONDS ? f->seconds
           : figure == FIGURE_BYTES ? f->bytes
                                    : f->offline_bytes;
}

/* Returns how many of PARTS (PLOT_COLOURS of them) are filled. */
static size_t fill_parts(const struct function *functions, size_t count, enum figure figure,
                         struct plot_part *parts)
{
    size_t named = count <= PLOT_COLOURS ? count : NAMED_PARTS;
    for (size_t i = 0; i < named; i++) {
        parts[i] = (struct plot_part){functions[i].name, figure_of(&functions[i], figure), i};
    }
    if (named == count) {
        return count;
    }
    parts[named] = (struct plot_part){"others", 0, named};
    for (size_t i = named; i < count; i++) {
        parts[named].value += figure_of(&functions[i], figure);
    }
    return named + 1;
}

static void put_bars(struct text_buffer *page, const struct function *functions, size_t count)
{
    static const struct {
        const char *title;
        enum html_unit unit;
    } bars[] = {
        [FIGURE_SECONDS] = {"Time, online", UNIT_SECONDS},
        [FIGURE_BYTES] = {"Bytes, online", UNIT_BYTES},
        [FIGURE_OFFLINE] = {"Bytes, offline", UNIT_BYTES},
    };
    struct plot_part parts[PLOT_COLOURS];
    size_t part_count = 0;
    for (size_t i = 0; i < sizeof(bars) / sizeof(bars[0]); i++) {
        part_count = fill_parts(functions, count, (enum figure) i, parts);
        plot_bar(page, bars[i].title, parts, part_count, bars[i].unit);
    }
    plot_legend(page, parts, part_count);
}

static void put_cell(struct text_buffer *page, double value, enum html_unit unit)
{
    text_append(page, "<td class=\"n\">");
    html_number(page, value, unit);
    text_append(page, "</td>");
}

static void put_function_rows(struct text_buffer *page, const struct function *functions,
                              size_t count)
{
    text_append(page, "<div class=\"scroll\"><table><tr><th>function</th><th class=\"n\">time</th>"
                      "<th class=\"n\">bytes</th><th class=\"n\">rounds</th>"
                      "<th class=\"n\">offline bytes</th></tr>\n");
    for (size_t i = 0; i < count; i++) {
        text_append(page, "<tr><td>");
        html_text(page, functions[i].name);
        text_append(page, "</td>");
        put_cell(page, functions[i].seconds, UNIT_SECONDS);
        put_cell(page, functions[i].bytes, UNIT_BYTES);
        put_cell(page, functions[i].rounds, UNIT_PLAIN);
        put_cell(page, functions[i].offline_bytes, UNIT_BYTES);
        text_append(page, "</tr>\n");
    }
    text_append(page, "</table></div>\n");
}

void section_functions(struct text_buffer *page, const json_t *root)
{
    json_t *list = report_get(root, "secure.functions");
    size_t count = json_array_size(list);
    struct function *functions = count == 0 ? NULL : mpcf_alloc_array(count, sizeof(*functions));
    if (functions == NULL) {
        page->failed = page->failed || count > 0;
        return;
    }
    read_functions(list, functions, count);
    section_begin(page, "Cost by function");
    put_bars(page, functions, count);
    put_function_rows(page, functions, count);
    section_end(page);
    mpcf_free(functions);
}

/* --- Losses --- */

/* Points whose three numbers are there; epochs where they are known, else steps. */
static size_t read_curve(const json_t *curve, double *x, double *y, bool *has_epochs)
{
    const json_t *steps = json_object_get(curve, "step");
    const json_t *epochs = json_object_get(curve, "epoch");
    const json_t *losses = json_object_get(curve, "loss");
    size_t count = json_array_size(losses), kept = 0;
    *has_epochs = json_is_number(json_array_get(epochs, count - 1));
    for (size_t i = 0; i < count; i++) {
        const json_t *place = json_array_get(*has_epochs ? epochs : steps, i);
        const json_t *loss = json_array_get(losses, i);
        double where = json_number_value(place);
        if (json_is_number(place) && json_is_number(loss) && (kept == 0 || where >= x[kept - 1])) {
            x[kept] = where;
            y[kept] = json_number_value(loss);
            kept++;
        }
    }
    return kept;
}

static void put_curve(struct text_buffer *page, const json_t *curve)
{
    const char *stage = json_string_value(json_object_get(curve, "stage"));
    size_t count = json_array_size(json_object_get(curve, "loss"));
    if (stage == NULL || count == 0) {
        return;
    }
    double *x = mpcf_alloc_array(count, sizeof(*x));
    double *y = mpcf_alloc_array(count, sizeof(*y));
    bool has_epochs = false;
    if (x == NULL || y == NULL) {
        page->failed = true;
    } else {
        size_t kept = read_curve(curve, x, y, &has_epochs);
        plot_curve(page, &(struct plot_curve){stage, has_epochs ? "epochs" : "steps", x, y, kept});
    }
    mpcf_free(x);
    mpcf_free(y);
}

void section_losses(struct text_buffer *page, const json_t *root)
{
    const json_t *list = report_get(root, "losses");
    if (json_array_size(list) == 0) {
        return;
    }
    section_begin(page, "Losses");
    text_append(page, "<div class=\"curves\">\n");
    for (size_t i = 0; i < json_array_size(list); i++) {
        put_curve(page, json_array_get(list, i));
    }
    text_append(page, "</div>\n");
    section_end(page);
}
