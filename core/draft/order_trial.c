/* SPDX-License-Identifier: Apache-2.0 */
/* A short evaluation of the checkpoint, and what it says of the order of the labels. */
#include "draft/order_trial.h"

#include <string.h>

#include "base/clock.h"
#include "base/interrupt.h"
#include "base/memory.h"
#include "draft/samples.h"
#include "network/answer_order.h"
#include "network/evaluate.h"
#include "network/loaded_network.h"
#include "pipeline/class_names.h"

enum { TRIAL_TOKENS = 128, TRIAL_BATCH = 20 };

#define TRIAL_SECONDS 8.0

/* --- Answers --- */

static mpcf_status load_rows(const struct sketch *s, const struct pipeline *p,
                             const struct loaded_network *n, struct corpus **out, mpcf_error *err)
{
    const mpcf_tokenizer_spec spec = n->network->tokenizer;
    const struct samples_config drawn = {s->samples, &p->task};
    const bool has_drawn = s->samples != NULL;
    struct tokenizer *tokenizer = NULL;
    mpcf_status status;

    MPCF_TRY(tokenizer_open_in_case(p->model_path, &spec, (enum letter_case) p->lower_case,
                                    &tokenizer, err));
    const struct corpus_request request = {
        .dataset = has_drawn ? &samples_dataset : p->dataset.descriptor,
        .config = has_drawn ? (const void *) &drawn : p->dataset.config,
        .path = p->dataset_path,
        .split = p->task.judge_split,
        .tokenizer = tokenizer,
        .max_tokens = spec.max_tokens < TRIAL_TOKENS ? (size_t) spec.max_tokens : TRIAL_TOKENS,
        .limit = ORDER_TRIAL_ROWS};

    status = corpus_load(&request, out, err);
    tokenizer_close(tokenizer);
    return status;
}

/* A few rows at a time, spread over the corpus, for as long as there is time. */
static mpcf_status ask(const struct loaded_network *n, const struct corpus *rows, size_t classes,
                       struct corpus_item *asked, float *logits, size_t *count, mpcf_error *err)
{
    const size_t parts = (rows->count + TRIAL_BATCH - 1) / TRIAL_BATCH;
    const int64_t began_ns = clock_now_ns();
    mpcf_status status = MPCF_OK;

    *count = 0;
    for (size_t part = 0; part < parts && status == MPCF_OK; part++) {
        struct corpus *some = NULL;
        const size_t before = *count;

        for (size_t i = part; i < rows->count; i += parts) {
            asked[(*count)++] = rows->items[i];
        }
        status = corpus_from_items(asked + before, *count - before, rows->pad_id, &some, err);
        if (status == MPCF_OK) {
            status = evaluate_logits(n->network->graph, n->parameters, some, TRIAL_BATCH, classes,
                                     "asking the checkpoint", logits + before * classes, err);
        }
        corpus_destroy(some);
        if (clock_seconds_since(began_ns) > TRIAL_SECONDS) {
            return status;
        }
    }
    return status;
}

static mpcf_status judge_rows(const struct loaded_network *n, const struct corpus *rows,
                              size_t classes, struct class_order *order, size_t *count,
                              mpcf_error *err)
{
    struct corpus_item *asked = mpcf_alloc_array(rows->count, sizeof *asked);
    float *logits = mpcf_alloc_array(rows->count * classes, sizeof *logits);
    mpcf_status status = MPCF_E_NOMEM;

    if (asked != NULL && logits != NULL) {
        status = ask(n, rows, classes, asked, logits, count, err);
    }
    if (status == MPCF_OK) {
        const struct corpus some = {.count = *count, .items = asked, .longest = rows->longest};

        (void) answer_order_judge(&some, logits, classes, order);
    }
    mpcf_free(logits);
    mpcf_free(asked);
    return status;
}

/* *COUNT stays 0 where the head is not the checkpoint's own. */
static mpcf_status try_network(const struct sketch *s, const struct pipeline *p,
                               struct class_order *order, size_t *count, mpcf_error *err)
{
    struct loaded_network n = {0};
    struct corpus *rows = NULL;
    mpcf_status status = loaded_network_open(p, p->model_path, FUNCTIONS_EXACT, &n, err);

    MPCF_TRY(status);
    if (n.new_weights == NULL) {
        status = load_rows(s, p, &n, &rows, err);
    }
    if (status == MPCF_OK && rows != NULL) {
        status = judge_rows(&n, rows, p->task.classes, order, count, err);
    }
    corpus_destroy(rows);
    loaded_network_clear(&n);
    return status;
}

/* --- What they say --- */

static void reorder(struct sketch *s, const struct class_order *order)
{
    const char *labels[SKETCH_LABELS] = {NULL};

    for (size_t i = 0; i < s->label_count; i++) {
        labels[i] = s->labels[order->order[i]];
    }
    memcpy(s->labels, labels, s->label_count * sizeof *labels);
}

static mpcf_status set_labels(struct sketch *s, const char *why, mpcf_error *err)
{
    for (size_t i = 0; i < s->option_count; i++) {
        if (strcmp(s->options[i].key, "labels") == 0) {
            s->options[i].value = sketch_label_list(s);
            s->options[i].why = why;
            return s->options[i].value != NULL && why != NULL ? MPCF_OK
                                                              : mpcf_fail_memory(err, 0, "a draft");
        }
    }
    return MPCF_OK;
}

static mpcf_status settle(struct sketch *s, const struct class_order *o, size_t count,
                          mpcf_error *err)
{
    if (o->verdict == CLASS_ORDER_OTHER) {
        reorder(s, o);
    }
    text_printf(&s->said,
                "order    nothing names it; taken from the checkpoint's answers to %zu rows: right "
                "%.2f, by guessing %.2f\n",
                count, o->verdict == CLASS_ORDER_OTHER ? o->best : o->accuracy, o->chance);
    return set_labels(s,
                      arena_format(s->arena,
                                   "of the file, in the order that the checkpoint's answers to "
                                   "%zu rows fit: right %.2f, by guessing %.2f",
                                   count, o->verdict == CLASS_ORDER_OTHER ? o->best : o->accuracy,
                                   o->chance),
                      err);
}

/* Names that somebody gave, and that are none of the data's. */
static bool has_other_names(const struct sketch *s)
{
    const char *name = class_name_of(s->config, 0);

    return s->order == ORDER_ASSUMED && name != NULL && !class_name_is_made(name);
}

/* How two classes are exchanged. */
static void tell_turn(struct sketch *s)
{
    const char *one = s->label_count == 2 ? sketch_value(s, s->labels[0]) : NULL;
    const char *other = s->label_count == 2 ? sketch_value(s, s->labels[1]) : NULL;

    if (one != NULL && other != NULL) {
        text_printf(&s->said, "         Where it is the other way round, write labels: [%s, %s]\n",
                    other, one);
    } else {
        text_append(&s->said, "         Where it is another, write labels: in that order\n");
    }
}

static mpcf_status tell_unclear(struct sketch *s, const struct class_order *o, size_t count,
                                mpcf_error *err)
{
    if (has_other_names(s)) {
        s->is_other_task = true;
        text_printf(&s->said,
                    "answers  of the checkpoint to %zu rows are no better than guessing, and its "
                    "classes have other names: they are taken for another task's\n",
                    count);
        return set_labels(s, "of the file, sorted: in this order a new head learns them", err);
    }
    text_printf(
        &s->said,
        "answers  of the checkpoint to %zu rows are no better than guessing (right %.2f, by "
        "guessing %.2f)%s. Where it was not trained for this task, put the stage finetune "
        "in\n",
        count, o->accuracy, o->chance,
        s->order == ORDER_ASSUMED ? ": the order of the labels is only assumed" : "");
    if (s->order == ORDER_ASSUMED) {
        tell_turn(s);
    }
    return MPCF_OK;
}

/* Where the data has numbers, its classes are called so. */
static void tell_other(struct sketch *s, const mpcf_task *given, const struct class_order *o,
                       size_t count)
{
    mpcf_task task = *given;

    task.label_names = s->order == ORDER_BY_NUMBER ? NULL : task.label_names;
    text_printf(&s->said, "WARNING  the checkpoint's answers to %zu rows are right in %.2f, ",
                count, o->accuracy);
    answer_order_beside(o, &s->said);
    text_append(&s->said, "; with its classes as ");
    answer_order_list(&task, o, &s->said);
    text_printf(&s->said, " it would be %.2f. ", o->best);
    answer_order_advise(&task, o, s->config, &s->said);
    text_append(&s->said, "\n");
}

static mpcf_status tell(struct sketch *s, const mpcf_task *task, const struct class_order *o,
                        size_t count, mpcf_error *err)
{
    if (o->verdict == CLASS_ORDER_UNCLEAR) {
        return tell_unclear(s, o, count, err);
    }
    if (s->order == ORDER_ASSUMED) {
        return settle(s, o, count, err);
    }
    if (o->verdict == CLASS_ORDER_OTHER) {
        tell_other(s, task, o, count);
    } else {
        text_printf(&s->said,
                    "answers  of the checkpoint to %zu rows: right %.2f, by guessing %.2f\n", count,
                    o->accuracy, o->chance);
    }
    return MPCF_OK;
}

void draft_tell_untried(struct sketch *s, const char *why)
{
    if (s->order == ORDER_ASSUMED) {
        text_printf(&s->said,
                    "WARNING  the order of the labels is only assumed: nothing names it, and the "
                    "checkpoint was not asked: %s\n",
                    why);
        tell_turn(s);
    } else {
        text_printf(&s->said, "answers  the checkpoint was not asked: %s\n", why);
    }
}

static bool has_labels(const struct sketch *s)
{
    for (size_t i = 0; i < s->option_count; i++) {
        if (strcmp(s->options[i].key, "label") == 0) {
            return strcmp(s->options[i].value, "none") != 0;
        }
    }
    return true;
}

mpcf_status draft_try_order(struct sketch *s, const struct pipeline *p, mpcf_error *err)
{
    struct class_order order = {.verdict = CLASS_ORDER_UNCLEAR};
    size_t count = 0;
    mpcf_status status;

    if (p->task.classes < 2 || p->task.classes > CLASS_ORDER_MAX ||
        !sketch_is_classifier(s, &p->task)) {
        return MPCF_OK;
    }
    status = try_network(s, p, &order, &count, err);
    if (status == MPCF_E_NOMEM || status == MPCF_E_INTERRUPTED || status == MPCF_E_FORMAT) {
        return status;
    }
    if (status != MPCF_OK) {
        draft_tell_untried(s, mpcf_error_text(err));
    } else if (count == 0) {
        draft_tell_untried(s, "weights of its head are missing");
    } else if (!has_labels(s)) {
        draft_tell_untried(s, "the data has no labels");
    } else if (order.labels < 2) {
        draft_tell_untried(s, "that takes five rows each of two labels at least");
    }
    mpcf_error_reset(err);
    return status != MPCF_OK || count == 0 || order.labels < 2
               ? MPCF_OK
               : tell(s, &p->task, &order, count, err);
}
