/* SPDX-License-Identifier: Apache-2.0 */
/* Counts of labels and answers, and the line to write where they belong to each other otherwise. */
#include "network/answer_order.h"

#include <stdio.h>

#include "base/memory.h"
#include "metrics/metrics.h"
#include "network/label_names.h"

/* Of what guessing gives. */
#define FAR_BELOW    0.75
#define LITTLE_ABOVE 1.1

static void count(const struct corpus *corpus, const float *logits, size_t classes, size_t *counts)
{
    for (size_t i = 0; i < corpus->count; i++) {
        const struct corpus_item *item = &corpus->items[i];
        const size_t answer = (size_t) metric_prediction(logits + i * classes, classes);

        if (item->has_label && item->label >= 0 && item->label < (double) classes) {
            counts[(size_t) item->label * classes + answer]++;
        }
    }
}

bool answer_order_judge(const struct corpus *corpus, const float *logits, size_t classes,
                        struct class_order *out)
{
    size_t *counts = classes >= 2 && classes <= CLASS_ORDER_MAX
                         ? mpcf_alloc_array(classes * classes, sizeof *counts)
                         : NULL;

    if (counts == NULL) {
        return false;
    }
    count(corpus, logits, classes, counts);
    class_order_judge(counts, classes, out);
    mpcf_free(counts);
    return true;
}

void answer_order_list(const mpcf_task *task, const struct class_order *order,
                       struct text_buffer *out)
{
    text_append(out, "[");
    for (size_t i = 0; i < task->classes; i++) {
        text_append(out, i == 0 ? "" : ", ");
        if (task->label_names != NULL) {
            text_append(out, task->label_names[order->order[i]]);
        } else {
            text_printf(out, "%zu", order->order[i]);
        }
    }
    text_append(out, "]");
}

void answer_order_beside(const struct class_order *order, struct text_buffer *out)
{
    text_printf(out, "%s the %.2f of guessing",
                order->accuracy < FAR_BELOW * order->chance      ? "far below"
                : order->accuracy < LITTLE_ABOVE * order->chance ? "no better than"
                                                                 : "little above",
                order->chance);
}

/* Whether --check and a run take TASK's names in ORDER. */
static bool is_accepted(const mpcf_task *task, const struct class_order *order,
                        const json_t *config)
{
    const char *names[CLASS_ORDER_MAX];
    char numbers[CLASS_ORDER_MAX][8];
    mpcf_task turned = *task;

    for (size_t i = 0; i < task->classes; i++) {
        (void) snprintf(numbers[i], sizeof numbers[i], "%zu", order->order[i]);
        names[i] = task->label_names != NULL ? task->label_names[order->order[i]] : numbers[i];
    }
    turned.label_names = names;
    return label_names_check(&turned, config, "config.json", NULL) == MPCF_OK;
}

void answer_order_advise(const mpcf_task *task, const struct class_order *order,
                         const json_t *config, struct text_buffer *out)
{
    text_append(out, "Where that is their order, ");
    if (is_accepted(task, order, config)) {
        text_append(out, "write dataset.labels: ");
        answer_order_list(task, order, out);
        return;
    }
    text_append(out, "id2label in config.json is wrong: mend it and write dataset.labels: ");
    answer_order_list(task, order, out);
    text_append(out, ". Else train a head with the stage finetune");
}

/* Whether the data calls classes by name or by number is not known: a reader takes both. */
static void advise_numbers(const mpcf_task *task, const struct class_order *order,
                           const json_t *config, struct text_buffer *out)
{
    mpcf_task numbered = *task;

    numbered.label_names = NULL;
    if (task->label_names != NULL && !is_accepted(task, order, config) &&
        is_accepted(&numbered, order, config)) {
        text_append(out, ". Where the data has numbers: dataset.labels: ");
        answer_order_list(&numbered, order, out);
    }
}

void answer_order_tell(const mpcf_task *task, const struct class_order *order, const json_t *config,
                       const char *network, struct text_buffer *out)
{
    if (order->verdict != CLASS_ORDER_OTHER) {
        return;
    }
    text_printf(out, "%s: right answers %.2f, mean of the classes, ", network, order->accuracy);
    answer_order_beside(order, out);
    text_append(out, "; with its classes in the order ");
    answer_order_list(task, order, out);
    text_printf(out, " they would be %.2f. ", order->best);
    answer_order_advise(task, order, config, out);
    advise_numbers(task, order, config, out);
}
