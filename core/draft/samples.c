/* SPDX-License-Identifier: Apache-2.0 */
/* Drawing rows (Vitter's algorithm R), and giving them back as a reader does. */
#include "draft/samples.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/memory.h"

#define SAMPLES_BYTES ((size_t) 64 << 20) /* of all texts, about */

struct sample {
    char *text_a, *text_b, *label;
};

struct samples {
    struct sample items[SAMPLES_MAX];
    size_t count, bytes;
    uint64_t offered, state;
};

static void clear(struct samples *samples, struct sample *item)
{
    samples->bytes -= item->text_a != NULL ? strlen(item->text_a) : 0;
    samples->bytes -= item->text_b != NULL ? strlen(item->text_b) : 0;
    mpcf_free(item->text_a);
    mpcf_free(item->text_b);
    mpcf_free(item->label);
    *item = (struct sample){NULL, NULL, NULL};
}

struct samples *samples_create(void)
{
    struct samples *samples = mpcf_alloc_array(1, sizeof *samples);

    if (samples != NULL) {
        samples->state = 1;
    }
    return samples;
}

void samples_destroy(struct samples *samples)
{
    for (size_t i = 0; samples != NULL && i < samples->count; i++) {
        clear(samples, &samples->items[i]);
    }
    mpcf_free(samples);
}

/* Knuth's MMIX generator: always the same rows, and nobody's secret. */
static uint64_t below(struct samples *samples, uint64_t limit)
{
    samples->state = samples->state * 6364136223846793005u + 1442695040888963407u;
    return (samples->state >> 16) % limit;
}

static bool keep(struct samples *samples, struct sample *item, const char *text_a,
                 const char *text_b, const char *label)
{
    clear(samples, item);
    *item = (struct sample){mpcf_strdup(text_a), text_b != NULL ? mpcf_strdup(text_b) : NULL,
                            label != NULL ? mpcf_strdup(label) : NULL};
    samples->bytes += item->text_a != NULL ? strlen(text_a) : 0;
    samples->bytes += item->text_b != NULL ? strlen(text_b) : 0;
    return item->text_a != NULL && (item->text_b != NULL) == (text_b != NULL) &&
           (item->label != NULL) == (label != NULL);
}

bool samples_offer(struct samples *samples, const char *text_a, const char *text_b,
                   const char *label)
{
    const uint64_t at =
        samples->offered < SAMPLES_MAX ? samples->offered : below(samples, samples->offered + 1);
    const size_t bytes = strlen(text_a) + (text_b != NULL ? strlen(text_b) : 0);

    samples->offered++;
    if (at >= SAMPLES_MAX || samples->bytes + bytes > SAMPLES_BYTES) {
        return true;
    }
    if (at < samples->count) {
        return keep(samples, &samples->items[at], text_a, text_b, label);
    }
    return keep(samples, &samples->items[samples->count++], text_a, text_b, label);
}

/* --- As a dataset --- */

struct samples_reader {
    const struct samples_config *config;
    size_t at;
};

static mpcf_status describe(const void *config, mpcf_task *task, mpcf_error *err)
{
    const struct samples_config *c = config;
    const size_t size = task->struct_size;

    (void) err;
    *task = *c->task;
    task->struct_size = size;
    return MPCF_OK;
}

static mpcf_status open_samples(const void *config, const char *path, const char *split,
                                void **reader, mpcf_error *err)
{
    struct samples_reader *r = mpcf_alloc_array(1, sizeof *r);

    (void) path;
    (void) split;
    if (r == NULL) {
        return mpcf_fail_memory(err, sizeof *r, "a reader");
    }
    r->config = config;
    *reader = r;
    return MPCF_OK;
}

static bool is_number(const char *text, double *value)
{
    char *end = NULL;

    *value = strtod(text, &end);
    return end != text && *end == '\0';
}

static bool is_name(const mpcf_task *task, size_t named, const char *label,
                    int (*compare)(const char *, const char *), double *value)
{
    for (size_t i = 0; i < named; i++) {
        if (compare(task->label_names[i], label) == 0) {
            *value = (double) i;
            return true;
        }
    }
    return false;
}

/* As the table's reader takes a label: by name, exactly or in other letters, else by number, where no name is one. */
static bool class_of(const mpcf_task *task, const char *label, double *value)
{
    const size_t named = label != NULL && task->label_names != NULL ? task->classes : 0;
    bool has_numbers = false;

    for (size_t i = 0; i < named; i++) {
        has_numbers = has_numbers || is_number(task->label_names[i], value);
    }
    if (is_name(task, named, label, strcmp, value) ||
        is_name(task, named, label, strcasecmp, value)) {
        return true;
    }
    return label != NULL && !has_numbers && is_number(label, value);
}

static mpcf_status next(void *reader, mpcf_example *example, int32_t *more, mpcf_error *err)
{
    struct samples_reader *r = reader;
    const struct samples *samples = r->config->samples;

    (void) err;
    *more = r->at < samples->count;
    if (*more != 0) {
        const struct sample *item = &samples->items[r->at];
        double label = 0;
        const bool has_label = class_of(r->config->task, item->label, &label);

        *example = (mpcf_example){.text_a = item->text_a,
                                  .text_b = item->text_b,
                                  .label = label,
                                  .has_label = has_label,
                                  .id = r->at++};
    }
    return MPCF_OK;
}

static mpcf_status rewind_samples(void *reader, mpcf_error *err)
{
    (void) err;
    ((struct samples_reader *) reader)->at = 0;
    return MPCF_OK;
}

static void close_samples(void *reader)
{
    mpcf_free(reader);
}

const mpcf_dataset samples_dataset = {
    .struct_size = sizeof(mpcf_dataset),
    .name = "samples",
    .summary = "rows of a table that were drawn",
    .config_size = sizeof(struct samples_config),
    .describe = describe,
    .open = open_samples,
    .next = next,
    .rewind = rewind_samples,
    .close = close_samples,
};
