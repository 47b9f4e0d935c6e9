/* SPDX-License-Identifier: Apache-2.0 */
#include "support/fake_reader.h"

#include <mpcf/error.h>

static mpcf_status fake_describe(const void *config, mpcf_task *task, mpcf_error *err)
{
    const struct fake_reader *const *f = config;

    (void) err;
    task->name = "fake";
    task->classes = (*f)->classes;
    task->label_high = (*f)->classes == 1 ? 5 : 0;
    return MPCF_OK;
}

static mpcf_status fake_open(const void *config, const char *path, const char *split, void **reader,
                             mpcf_error *err)
{
    struct fake_reader *const *f = config;

    (void) path;
    (void) split;
    (void) err;
    (*f)->at = (*f)->read = 0;
    *reader = *f;
    return MPCF_OK;
}

static const char *text_of(const struct fake_reader *f)
{
    static const char *const usual[] = {"the the the", "the", NULL};
    const char *const *texts = f->texts != NULL ? f->texts : usual;
    size_t count = 0;

    while (texts[count] != NULL) {
        count++;
    }
    return f->at == f->odd && f->odd_text != NULL ? f->odd_text : texts[f->at % count];
}

static mpcf_status fake_next(void *reader, mpcf_example *example, int32_t *more, mpcf_error *err)
{
    struct fake_reader *f = reader;

    *more = f->at < f->rows;
    f->read += f->at < f->rows;
    if (f->at == f->odd && f->odd_fails) {
        return mpcf_fail(err, MPCF_E_FORMAT, "row of another form");
    }
    *example = (mpcf_example){.text_a = text_of(f),
                              .text_b = f->text_b,
                              .label = f->at == f->odd ? f->odd_label : (double) (f->at % 2),
                              .has_label = !f->has_no_labels,
                              .id = f->at * (f->id_step > 0 ? f->id_step : 1)};
    f->at++;
    return MPCF_OK;
}

static mpcf_status fake_rewind(void *reader, mpcf_error *err)
{
    struct fake_reader *f = reader;

    (void) err;
    f->at = 0;
    f->rows -= f->shrinks;
    return MPCF_OK;
}

static void fake_close(void *reader)
{
    (void) reader;
}

const mpcf_dataset fake_dataset = {
    .struct_size = sizeof(mpcf_dataset),
    .name = "fake",
    .describe = fake_describe,
    .open = fake_open,
    .next = fake_next,
    .rewind = fake_rewind,
    .close = fake_close,
};
