/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The table of GLUE's tasks: a row each, and its name at the same place of glue_task_names. Classes are in the
 * order of Hugging Face's dataset `glue`, on which checkpoints are trained; files of predictions are
 * named as gluebenchmark.com takes them.
 */
#include "glue_tasks.h"

#include <stddef.h>
#include <string.h>

static const char *const zero_one[] = {"0", "1", NULL};
static const char *const entailment[] = {"entailment", "not_entailment", NULL};
static const char *const three_ways[] = {"entailment", "neutral", "contradiction", NULL};

static const char *const acceptability[] = {"unacceptable", "acceptable", NULL};
static const char *const sentiment[] = {"negative", "positive", NULL};
static const char *const equivalence[] = {"not_equivalent", "equivalent", NULL};
static const char *const duplicates[] = {"not_duplicate", "duplicate", NULL};
static const char *const winograd[] = {"not_entailment", "entailment", NULL};

static const char *const usual_splits[] = {"train", "dev", "test", NULL};
static const char *const mnli_splits[] = {"train",        "dev_matched",     "dev_mismatched",
                                          "test_matched", "test_mismatched", NULL};

static const char *const cola_columns[] = {"source", "label", "mark", "sentence", NULL};

static const mpcf_test_split mnli_tests[] = {
    {"test_matched", "MNLI-m.tsv"}, {"test_mismatched", "MNLI-mm.tsv"}, {NULL, NULL}};

#define USUAL(file)                                                                                \
    .splits = usual_splits, .judge = "dev", .test = "test",                                        \
    .test_splits = (const mpcf_test_split[])                                                       \
    {                                                                                              \
        {"test", file},                                                                            \
        {                                                                                          \
            NULL, NULL                                                                             \
        }                                                                                          \
    }

#define MNLI(half)                                                                                 \
    .text_a = "sentence1", .text_b = "sentence2", .label = "gold_label",                           \
    .label_words = three_ways, .label_names = three_ways, .metrics = {"accuracy", NULL},           \
    .splits = mnli_splits, .judge = "dev_" half, .test = "test_" half, .test_splits = mnli_tests,  \
    .answer_words = three_ways

const struct glue_task glue_tasks[] = {
    {
        .name = "CoLA",
        .text_a = "sentence",
        .label = "label",
        .label_words = zero_one,
        .label_names = acceptability,
        .metrics = {"matthews", NULL},
        .columns = cola_columns,
        USUAL("CoLA.tsv"),
    },
    {
        .name = "SST-2",
        .text_a = "sentence",
        .label = "label",
        .label_words = zero_one,
        .label_names = sentiment,
        .metrics = {"accuracy", NULL},
        USUAL("SST-2.tsv"),
    },
    {
        .name = "MRPC",
        .text_a = "#1 String",
        .text_b = "#2 String",
        .label = "Quality",
        .label_words = zero_one,
        .label_names = equivalence,
        .metrics = {"accuracy", "f1", NULL},
        USUAL("MRPC.tsv"),
    },
    {
        .name = "STS-B",
        .text_a = "sentence1",
        .text_b = "sentence2",
        .label = "score",
        .label_low = 0,
        .label_high = 5,
        .metrics = {"pearson", "spearman", NULL},
        USUAL("STS-B.tsv"),
    },
    {
        .name = "QQP",
        .text_a = "question1",
        .text_b = "question2",
        .label = "is_duplicate",
        .label_words = zero_one,
        .label_names = duplicates,
        .metrics = {"accuracy", "f1", NULL},
        USUAL("QQP.tsv"),
    },
    {.name = "MNLI", MNLI("matched")},
    {.name = "MNLI-mm", MNLI("mismatched")},
    {
        .name = "QNLI",
        .text_a = "question",
        .text_b = "sentence",
        .label = "label",
        .label_words = entailment,
        .label_names = entailment,
        .metrics = {"accuracy", NULL},
        .answer_words = entailment,
        USUAL("QNLI.tsv"),
    },
    {
        .name = "RTE",
        .text_a = "sentence1",
        .text_b = "sentence2",
        .label = "label",
        .label_words = entailment,
        .label_names = entailment,
        .metrics = {"accuracy", NULL},
        .answer_words = entailment,
        USUAL("RTE.tsv"),
    },
    {
        .name = "WNLI",
        .text_a = "sentence1",
        .text_b = "sentence2",
        .label = "label",
        .label_words = zero_one,
        .label_names = winograd,
        .metrics = {"accuracy", NULL},
        USUAL("WNLI.tsv"),
    },
};

const char *const glue_task_names[] = {"CoLA",    "SST-2", "MRPC", "STS-B", "QQP", "MNLI",
                                       "MNLI-mm", "QNLI",  "RTE",  "WNLI",  NULL};

bool glue_split_is_test(const char *split)
{
    return strncmp(split, "test", 4) == 0;
}
