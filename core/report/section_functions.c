/* SPDX-License-Identifier: Apache-2.0 */
/* Cost by function: bars, and the same as a table. */
#include "report/section_functions.h"

#include <math.h>
#include <stdlib.h>

#include "base/memory.h"
#include "report/bar.h"
#include "report/html.h"
#include "report/networks.h"
#include "report/report_tree.h"
#include "report/section.h"

#define NAMED_PARTS (BAR_COLOURS - 1) /* the last colour is for all others together */

struct function {
    const char *name;
    double seconds, bytes, rounds, offline_bytes; /* of an example, but rounds */
    double weight;                                /* its larger share, of time or of bytes */
};

static double number_of(const json_t *entry, const char *key)
{
    const double value = json_number_value(json_object_get(entry, key));

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

static struct function read_function(const json_t *entry, double examples)
{
    const char *name = json_string_value(json_object_get(entry, "name"));

    return (struct function){.name = name == NULL ? "?" : name,
                             .seconds = number_of(entry, "seconds") / examples,
                             .bytes = number_of(entry, "bytes") / examples,
                             .rounds = number_of(entry, "rounds"),
                             .offline_bytes = number_of(entry, "offline_bytes") / examples};
}

/* Functions in order of weight, heaviest first. */
static void read_functions(const json_t *list, double examples, struct function *functions,
                           size_t count)
{
    double seconds = 0, bytes = 0;

    for (size_t i = 0; i < count; i++) {
        functions[i] = read_function(json_array_get(list, i), examples);
        seconds += functions[i].seconds;
        bytes += functions[i].bytes;
    }
    for (size_t i = 0; i < count; i++) {
        functions[i].weight =
            fmax(share(functions[i].seconds, seconds), share(functions[i].bytes, bytes));
    }
    qsort(functions, count, sizeof *functions, compare_weights);
}

enum figure { FIGURE_SECONDS, FIGURE_BYTES, FIGURE_OFFLINE };

static double figure_of(const struct function *f, enum figure figure)
{
    return figure == FIGURE_SECONDS ? f->seconds
           : figure == FIGURE_BYTES ? f->bytes
                                    : f->offline_bytes;
}

/* Returns how many of PARTS (BAR_COLOURS of them) are filled. */
static size_t fill_parts(const struct function *functions, size_t count, enum figure figure,
                         struct bar_part *parts)
{
    const size_t named = count <= BAR_COLOURS ? count : NAMED_PARTS;

    for (size_t i = 0; i < named; i++) {
        parts[i] = (struct bar_part){functions[i].name, figure_of(&functions[i], figure), i};
    }
    if (named == count) {
        return count;
    }
    parts[named] = (struct bar_part){"others", 0, named};
    for (size_t i = named; i < count; i++) {
        parts[named].value += figure_of(&functions[i], figure);
    }
    return named + 1;
}

static void put_bars(struct text_buffer *page, const struct function *functions, size_t count)
{
    static const struct {
        const char *title;
        enum number_unit unit;
    } bars[] = {
        [FIGURE_SECONDS] = {"Time, online", UNIT_SECONDS},
        [FIGURE_BYTES] = {"Bytes, online", UNIT_BYTES},
        [FIGURE_OFFLINE] = {"Bytes, offline", UNIT_BYTES},
    };
    struct bar_part parts[BAR_COLOURS];
    size_t part_count = 0;

    for (size_t i = 0; i < sizeof bars / sizeof bars[0]; i++) {
        part_count = fill_parts(functions, count, (enum figure) i, parts);
        bar_put(page, bars[i].title, parts, part_count, bars[i].unit);
    }
    bar_legend(page, parts, part_count);
}

static void put_rows(struct text_buffer *page, const struct function *functions, size_t count)
{
    static const char *const heads[] = {"function", "time", "bytes", "offline bytes", "rounds"};

    section_table_begin(page, "numbers", "Cost by function", heads, sizeof heads / sizeof heads[0]);
    for (size_t i = 0; i < count; i++) {
        text_append(page, "<tr>");
        html_row_head(page, functions[i].name);
        html_number_cell(page, functions[i].seconds, UNIT_SECONDS);
        html_number_cell(page, functions[i].bytes, UNIT_BYTES);
        html_number_cell(page, functions[i].offline_bytes, UNIT_BYTES);
        html_number_cell(page, functions[i].rounds, UNIT_COUNT);
        text_append(page, "</tr>\n");
    }
    section_table_end(page);
}

void section_functions(struct text_buffer *page, const json_t *root)
{
    const json_t *list = report_get(root, "secure.functions");
    const size_t count = json_array_size(list);
    const double examples = report_number(root, "secure.examples");
    struct function *functions = count == 0 ? NULL : mpcf_alloc_array(count, sizeof *functions);

    if (functions == NULL) {
        page->failed = page->failed || count > 0;
        return;
    }
    read_functions(list, examples > 0 ? examples : 1, functions, count);
    put_bars(page, functions, count);
    put_rows(page, functions, count);
    if (examples > 0) {
        section_note(page, "Of an example; rounds of the longest run.");
    }
    mpcf_free(functions);
}
