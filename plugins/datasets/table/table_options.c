/* SPDX-License-Identifier: Apache-2.0 */
/* The table of options, and what of them does not go together. */
#include "table_options.h"

#include <math.h>
#include <stddef.h>
#include <string.h>

#include <mpcf/table.h>

#define FIELD(name) .offset = offsetof(struct table_config, name)

/* In the order of enum mpcf_table_form. */
static const char *const formats[] = {"auto", "csv", "tsv", "jsonl", "text", NULL};
static const char *const headers[] = {"auto", "yes", "no", NULL};
static const char *const broken[] = {"refuse", "skip", NULL};

const mpcf_option table_options[] = {
    {.key = "text",
     .type = MPCF_OPT_STRING,
     .default_text = "text",
     FIELD(text),
     .help = "column of the text: its name, or its number from 1"},
    {.key = "text_b",
     .type = MPCF_OPT_STRING,
     .default_text = "",
     FIELD(text_b),
     .help = "column of the second text, where there are pairs"},
    {.key = "label",
     .type = MPCF_OPT_STRING,
     .default_text = "label",
     FIELD(label),
     .help = "column of the label; none: there is none, and texts are only answered"},
    {.key = "labels",
     .type = MPCF_OPT_STRING_LIST,
     .default_text = "[]",
     FIELD(labels),
     .help =
         "names of the classes in their order, as the file has them: [negative, positive]; where "
         "neither they nor classes nor score are given, those of config.json's id2label"},
    {.key = "classes",
     .type = MPCF_OPT_INT,
     .default_text = "0",
     FIELD(classes),
     .max = 64,
     .help = "how many, where the labels are the numbers 0, 1, ..; 0: as labels says"},
    {.key = "score",
     .type = MPCF_OPT_REAL_LIST,
     .default_text = "[]",
     FIELD(score),
     .help = "the label is a score: the lowest and the highest, as in [0, 5]"},
    {.key = "metrics",
     .type = MPCF_OPT_STRING_LIST,
     .default_text = "[]",
     FIELD(metrics),
     .help = "of accuracy, f1, matthews (classes), pearson, spearman (scores); the first is the "
             "task's. Empty: accuracy, or pearson and spearman"},
    {.key = "train",
     .type = MPCF_OPT_STRING,
     .default_text = "",
     FIELD(train),
     .help = "file of the training rows, from the folder of path. Empty: train.csv or the like"},
    {.key = "dev",
     .type = MPCF_OPT_STRING,
     .default_text = "",
     FIELD(dev),
     .help =
         "file of the rows that are judged. Empty: dev, validation or test.csv or the like; where "
         "path is a file, a share of its rows"},
    {.key = "dev_share",
     .type = MPCF_OPT_REAL,
     .default_text = "0.1",
     FIELD(dev_share),
     .min = 0.0001,
     .max = 0.9999,
     .help = "of the rows, where one file has all; equal texts stay together"},
    {.key = "seed",
     .type = MPCF_OPT_INT,
     .default_text = "1",
     FIELD(seed),
     .min = 0,
     .max = 9007199254740991.0,
     .help = "another one draws another share"},
    {.key = "format",
     .type = MPCF_OPT_CHOICE,
     .default_text = "auto",
     FIELD(format),
     .choices = formats,
     .help = "auto: by the file's name: .csv, .tsv, .jsonl, .txt, each with .gz or not"},
    {.key = "header",
     .type = MPCF_OPT_CHOICE,
     .default_text = "auto",
     FIELD(header),
     .choices = headers,
     .help = "whether the first line names the columns; auto: yes where a column is given by name, "
             "else by what the line has for a label; the log says it"},
    {.key = "delimiter",
     .type = MPCF_OPT_STRING,
     .default_text = "",
     FIELD(delimiter),
     .help = "a character, or tab. Empty: a comma in CSV, a tab in TSV"},
    {.key = "quotes",
     .type = MPCF_OPT_BOOL,
     .default_text = "true",
     FIELD(quotes),
     .help =
         "a cell in double quotes may hold delimiters and ends of lines; false: quotes are text"},
    {.key = "broken_rows",
     .type = MPCF_OPT_CHOICE,
     .default_text = "refuse",
     FIELD(broken_rows),
     .choices = broken,
     .help = "skip: rows of another form are left out, counted, and said"},
    {.key = "name",
     .type = MPCF_OPT_STRING,
     .default_text = "table",
     FIELD(name),
     .help = "of the task, for reports"},
    {.key = NULL},
};

mpcf_status table_delimiter(const struct table_config *c, int32_t *delimiter, mpcf_error *err)
{
    const char *text = c->delimiter;

    *delimiter = (unsigned char) *text;
    if (strcmp(text, "tab") == 0 || strcmp(text, "\\t") == 0) {
        *delimiter = '\t';
    } else if (strlen(text) > 1 || *delimiter > 127 || (*text != '\0' && strchr("\"\n\r", *text))) {
        return mpcf_fail(err, MPCF_E_CONFIG,
                         "option 'delimiter': expected one ASCII character, or tab");
    }
    return MPCF_OK;
}

struct table_texts table_names(const struct table_config *c)
{
    if (c->labels.count == 0 && c->score.count == 0 &&
        (c->classes == 0 || (size_t) c->classes == c->known_labels.count)) {
        return c->known_labels;
    }
    return c->labels;
}

bool table_is_labelled(const struct table_config *c)
{
    return strcmp(c->label, "none") != 0 && c->format != MPCF_TABLE_TEXT;
}

static mpcf_status check_labels(const struct table_config *c, mpcf_error *err)
{
    for (size_t i = 0; i < c->labels.count; i++) {
        for (size_t k = 0; k < i; k++) {
            if (strcmp(c->labels.items[i], c->labels.items[k]) == 0) {
                return mpcf_fail(err, MPCF_E_CONFIG, "option 'labels': '%s' stands there twice",
                                 c->labels.items[i]);
            }
        }
    }
    if (c->labels.count == 1 || (c->classes == 1 && c->score.count == 0)) {
        return mpcf_fail(err, MPCF_E_CONFIG,
                         "one class is no task: write two labels or more, or the range of a score, "
                         "as in score: [0, 5]");
    }
    return MPCF_OK;
}

mpcf_status table_check_options(const struct table_config *c, mpcf_error *err)
{
    int32_t delimiter = 0;
    const double *score = c->score.items;

    MPCF_TRY(table_delimiter(c, &delimiter, err));
    if (c->score.count != 0 && (c->score.count != 2 || !(score[0] < score[1]) ||
                                !isfinite(score[0]) || !isfinite(score[1]))) {
        return mpcf_fail(err, MPCF_E_CONFIG,
                         "option 'score': expected the lowest and the highest, as in [0, 5]");
    }
    if (c->score.count != 0 && (c->classes != 0 || c->labels.count != 0)) {
        return mpcf_fail(err, MPCF_E_CONFIG, "a score has no %s: leave one of them out",
                         c->classes != 0 ? "classes" : "labels");
    }
    if (c->classes != 0 && c->labels.count != 0 && (size_t) c->classes != c->labels.count) {
        return mpcf_fail(err, MPCF_E_CONFIG, "%zu labels, but classes is %lld: leave classes out",
                         c->labels.count, (long long) c->classes);
    }
    return check_labels(c, err);
}
