/* SPDX-License-Identifier: Apache-2.0 */
/* The table of GLUE's tasks: a row each, and its name at the same place of glue_task_names. */
#include "glue_tasks.h"

static const char *const zero_one[] = {"0", "1", NULL};
static const char *const sentiment[] = {"negative", "positive", NULL};
static const char *const entailment[] = {"entailment", "not_entailment", NULL};

const struct glue_task glue_tasks[] = {
    {
        .name = "SST-2",
        .text_a = "sentence",
        .label = "label",
        .label_words = zero_one,
        .label_names = sentiment,
        .metrics = {"accuracy", NULL},
    },
    {
        .name = "RTE",
        .text_a = "sentence1",
        .text_b = "sentence2",
        .label = "label",
        .label_words = entailment,
        .label_names = entailment,
        .metrics = {"accuracy", NULL},
    },
};

const char *const glue_task_names[] = {"SST-2", "RTE", NULL};
