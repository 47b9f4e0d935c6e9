/* SPDX-License-Identifier: Apache-2.0 */
/* Names and probabilities of logits, and their line. */
#include "inference/prediction.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "format/json.h"
#include "inference/marked_answer.h"
#include "metrics/metrics.h"
#include "network/label_names.h"

mpcf_status predictor_begin(struct predictor *p, const mpcf_task *task, json_t *config,
                            size_t classes, bool is_label, mpcf_error *err)
{
    *p = (struct predictor){.task = task,
                            .config = json_incref(config),
                            .classes = classes,
                            .width = is_label ? 1 : classes,
                            .is_label = is_label,
                            .probabilities = mpcf_secret_alloc(classes, sizeof *p->probabilities)};
    return p->probabilities != NULL ? MPCF_OK
                                    : mpcf_fail_memory(err, classes * sizeof(double), "answers");
}

void predictor_clear(struct predictor *p)
{
    json_decref(p->config);
    mpcf_secret_free(p->probabilities);
    *p = (struct predictor){0};
}

/* Softmax, with the largest taken off first. */
static void find_probabilities(struct predictor *p, const float *logits, size_t largest)
{
    double sum = 0;

    for (size_t c = 0; c < p->classes; c++) {
        p->probabilities[c] = exp((double) logits[c] - (double) logits[largest]);
        sum += p->probabilities[c];
    }
    for (size_t c = 0; c < p->classes; c++) {
        p->probabilities[c] /= sum;
    }
}

void predictor_read(struct predictor *p, const float *numbers, struct prediction *out)
{
    size_t class;

    *out = (struct prediction){.logits = p->is_label ? NULL : numbers, .count = p->classes};
    if (p->has_marks && marked_answer_is(numbers)) {
        *out = (struct prediction){.is_marked = true};
        return;
    }
    if (p->classes == 1) {
        return;
    }
    class = (size_t) (p->is_label ? (double) numbers[0] : metric_prediction(numbers, p->classes));
    out->label = label_names_of(p->task, p->config, class);
    if (out->label == NULL) {
        (void) snprintf(p->made, sizeof p->made, "LABEL_%zu", class);
        out->label = p->made;
    }
    if (!p->is_label) {
        find_probabilities(p, numbers, class);
        out->probabilities = p->probabilities;
    }
}

static mpcf_status put_label(const char *label, struct text_buffer *out, mpcf_error *err)
{
    json_t *value = json_string(label);
    char *quoted = value != NULL ? json_text(value, JSON_ENCODE_ANY) : NULL;

    json_decref(value);
    if (quoted == NULL) {
        return mpcf_fail_memory(err, strlen(label), "a label");
    }
    text_printf(out, ", \"label\": %s", quoted);
    free(quoted);
    return MPCF_OK;
}

static void put_number(double number, int digits, struct text_buffer *out)
{
    if (isfinite(number)) {
        text_printf(out, "%.*g", digits, number);
    } else {
        text_append(out, "null");
    }
}

/* Nine digits give a float back as it was. */
static void put_logits(const struct prediction *p, struct text_buffer *out)
{
    for (size_t c = 0; c < p->count; c++) {
        text_append(out, c == 0 ? ", \"logits\": [" : ", ");
        put_number((double) p->logits[c], 9, out);
    }
    text_append(out, "]");
}

static void put_probabilities(const struct prediction *p, struct text_buffer *out)
{
    for (size_t c = 0; c < p->count; c++) {
        text_append(out, c == 0 ? ", \"probabilities\": [" : ", ");
        put_number(p->probabilities[c], 12, out);
    }
    text_append(out, "]");
}

mpcf_status prediction_print(const struct prediction *p, struct text_buffer *out, mpcf_error *err)
{
    text_printf(out, "{\"index\": %" PRIu64, p->index);
    if (p->has_row) {
        text_printf(out, ", \"row\": %" PRIu64, p->row);
    }
    if (p->is_marked) {
        text_append(out, ", \"out_of_range\": true");
    } else if (p->label != NULL) {
        MPCF_TRY(put_label(p->label, out, err));
    } else {
        text_append(out, ", \"score\": ");
        put_number((double) p->logits[0], 9, out);
    }
    if (p->probabilities != NULL) {
        put_probabilities(p, out);
    }
    if (p->logits != NULL) {
        put_logits(p, out);
    }
    text_append(out, p->is_cut ? ", \"cut\": true}\n" : "}\n");
    return out->failed ? mpcf_fail_memory(err, out->length, "an answer") : MPCF_OK;
}
