/* SPDX-License-Identifier: Apache-2.0 */
/* A warning, which holds up nothing: whoever wants a line asked as it stands gets that. */
#include "predict/input_words.h"

#include <stdbool.h>

#include <jansson.h>

#include "base/log.h"
#include "base/text.h"

static const struct {
    const char *ending, *is, *how;
} tables[] = {
    {".csv", "CSV", "its column of texts alone, without the line of names"},
    {".tsv", "TSV", "its column of texts alone (or two, of a pair), without the line of names"},
    {".jsonl", "JSON Lines", "the texts alone, as `jq -r .text FILE` does"},
    {".json", "JSON", "the texts alone, as `jq -r .text FILE` does"},
};
enum { TABLES = sizeof tables / sizeof *tables, JSON_LINES = 2 };

/* The number of its kind, or TABLES. */
static size_t kind_of_name(const char *path)
{
    size_t i = 0;

    while (i < TABLES && !text_ends_with(path, tables[i].ending)) {
        i++;
    }
    return i;
}

static bool is_object(const struct text_line *line)
{
    json_t *value = line->a_length > 0 && line->a[0] == '{'
                        ? json_loadb(line->a, line->a_length, 0, NULL)
                        : NULL;
    const bool is = json_is_object(value);

    json_decref(value);
    return is;
}

void input_words(const char *path, const struct text_line *first, const char *where)
{
    size_t kind = path != NULL ? kind_of_name(path) : TABLES;

    if (kind == TABLES && first->b == NULL && is_object(first)) {
        kind = JSON_LINES;
    }
    if (kind < TABLES) {
        log_line(LOG_WARN,
                 "%s: this looks like %s, but every line is asked as a text, as it stands; give a "
                 "file of %s, one a line",
                 where, tables[kind].is, tables[kind].how);
    }
}
