/* SPDX-License-Identifier: Apache-2.0 */
/* Counts of labels and answers, and the line to write where they belong to each other otherwise. */
#include "network/answer_order.h"

#include "base/memory.h"
#include "metrics/metrics.h"

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

void answer_order_tell(const mpcf_task *task, const struct class_order *order, const char *network,
                       struct text_buffer *out)
{
    struct text_buffer labels = {0};

    if (order->verdict != CLASS_ORDER_OTHER) {
        return;
    }
    answer_order_list(task, order, &labels);
    text_printf(out,
                "%s: right answers %.2f, mean of the classes, far below the %.2f of guessing; with "
                "its classes in the order %s they would be %.2f. Where that is its order, reader "
                "table takes it as dataset.labels: %s",
                network, order->accuracy, order->chance, text_string(&labels), order->best,
                text_string(&labels));
    out->failed = out->failed || labels.failed;
    text_clear(&labels);
}
