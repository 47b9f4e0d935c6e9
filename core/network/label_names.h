/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The names that a checkpoint has for its classes, beside those of the task.
 */
#ifndef MPCF_NETWORK_LABEL_NAMES_H
#define MPCF_NETWORK_LABEL_NAMES_H

#include <stdbool.h>
#include <stddef.h>

#include <jansson.h>
#include <mpcf/dataset.h>

/* How many classes CONFIG says the network has, in the library's order: num_labels, else the length of
 * id2label; 0: it says neither, and the library takes 2. */
size_t label_names_count(const json_t *config);
/* MPCF_E_CONFIG where CONFIG has another number of classes than TASK, or where its id2label proves another
 * order: the name of a class is that of another class of the task, whatever its case, or by the words that
 * sentiment has (neg, negative, 0; pos, positive, 1), or it is LABEL_n of another n. LABEL_n of its own n
 * says nothing. NAME is config.json's, for messages. */
mpcf_status label_names_check(const mpcf_task *task, const json_t *config, const char *name,
                              mpcf_error *err);
/* Logs which class each is taken for, or learnt anew as, where the names differ; a warning where they do
 * not even mean the same. */
void label_names_say(const mpcf_task *task, const json_t *config, const char *name, bool is_learnt);
/* Whether the checkpoint's name FOUND means the class that a task calls WANT, by the rule above. */
bool label_names_mean_one(const char *found, const char *want);
/* What an answer of CLASS is called: as the task has it or, where that names none, CONFIG's id2label or
 * label2id. NULL: nothing names it; else it lives as long as both. */
const char *label_names_of(const mpcf_task *task, const json_t *config, size_t class);

#endif
