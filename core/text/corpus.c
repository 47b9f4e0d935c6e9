/* SPDX-License-Identifier: Apache-2.0 */
/* From a reader's rows to token ids in memory; what the reader says is checked against its task. */
#include "text/corpus.h"

#include <math.h>
#include <string.h>

#include "base/arena.h"
#include "base/interrupt.h"
#include "base/memory.h"
#include "text/encode.h"

#define PROGRESS_ROWS 256

/* COUNT items at most are in ITEMS; the tokens of all lie in MEMORY. */
struct loading {
    struct corpus corpus;
    struct corpus_item *items;
    struct arena *memory;
};

static mpcf_status create(size_t count, struct loading **out, mpcf_error *err)
{
    struct arena *memory = arena_create();
    struct loading *l = memory != NULL ? arena_alloc(memory, 1, sizeof(*l)) : NULL;

    if (l != NULL) {
        l->memory = memory;
        l->items = arena_alloc(memory, count, sizeof(*l->items));
    }
    if (l == NULL || l->items == NULL) {
        arena_destroy(memory);
        return mpcf_fail_memory(err, count * sizeof(*l->items), "a corpus");
    }
    l->corpus.items = l->items;
    l->corpus.longest = 1;
    *out = l;
    return MPCF_OK;
}

void corpus_destroy(struct corpus *corpus)
{
    if (corpus != NULL) {
        arena_destroy(((struct loading *) corpus)->memory);
    }
}

static mpcf_status add_item(struct loading *l, const struct corpus_item *item, mpcf_error *err)
{
    struct corpus_item *to = &l->items[l->corpus.count];
    int32_t *tokens = arena_alloc(l->memory, 2 * item->length, sizeof(*tokens));

    if (tokens == NULL) {
        return mpcf_fail_memory(err, 2 * item->length * sizeof(*tokens), "tokens");
    }
    *to = *item;
    to->ids = tokens;
    to->types = tokens + item->length;
    memcpy(to->ids, item->ids, item->length * sizeof(*tokens));
    memcpy(to->types, item->types, item->length * sizeof(*tokens));
    if (item->length > l->corpus.longest) {
        l->corpus.longest = item->length;
    }
    l->corpus.count++;
    return MPCF_OK;
}

mpcf_status corpus_from_items(const struct corpus_item *items, size_t count, int32_t pad_id,
                              struct corpus **out, mpcf_error *err)
{
    struct loading *l = NULL;
    mpcf_status status = MPCF_OK;

    MPCF_TRY(create(count, &l, err));
    for (size_t i = 0; i < count && status == MPCF_OK; i++) {
        status = add_item(l, &items[i], err);
    }
    if (status != MPCF_OK) {
        corpus_destroy(&l->corpus);
        return status;
    }
    l->corpus.rows = count;
    l->corpus.pad_id = pad_id;
    *out = &l->corpus;
    return MPCF_OK;
}

static mpcf_status count_rows(const mpcf_dataset *d, void *reader, size_t *rows, mpcf_error *err)
{
    mpcf_example example;
    int32_t more = 1;

    for (*rows = 0;; (*rows)++) {
        MPCF_TRY(d->next(reader, &example, &more, err));
        if (more == 0) {
            break;
        }
        if (interrupt_pending()) {
            return mpcf_fail(err, MPCF_E_INTERRUPTED, "reading stopped at row %zu", *rows);
        }
    }
    if (*rows == 0 || *rows > UINT32_MAX) {
        return mpcf_fail(err, MPCF_E_FORMAT, "%zu rows, expected 1 to 2^32 - 1", *rows);
    }
    return d->rewind(reader, err);
}

/* A plug-in's word is not taken for it: a wrong class would index past the logits. */
static mpcf_status check_label(const mpcf_task *task, const mpcf_example *e, mpcf_error *err)
{
    bool good = true;

    if (task->classes > 1) {
        good = e->label >= 0.0 && e->label < (double) task->classes && e->label == floor(e->label);
    } else {
        good =
            isfinite(e->label) && (task->label_low >= task->label_high ||
                                   (e->label >= task->label_low && e->label <= task->label_high));
    }
    if (good) {
        return MPCF_OK;
    }
    if (task->classes == 1 && task->label_low < task->label_high) {
        return mpcf_fail(err, MPCF_E_FORMAT, "row %llu: label %g, expected a score from %g to %g",
                         (unsigned long long) e->id, e->label, task->label_low, task->label_high);
    }
    return mpcf_fail(err, MPCF_E_FORMAT, "row %llu: label %g, expected %s of %zu class%s",
                     (unsigned long long) e->id, e->label, task->classes > 1 ? "one" : "a score",
                     task->classes, task->classes > 1 ? "es" : "");
}

static mpcf_status add_example(struct loading *l, const struct corpus_request *q,
                               const mpcf_example *e, mpcf_error *err)
{
    struct encoding encoding = {0};
    struct corpus_item item = {.has_label = e->has_label != 0 && !q->unlabelled, .id = e->id};
    mpcf_status status = item.has_label ? check_label(&l->corpus.task, e, err) : MPCF_OK;

    if (status == MPCF_OK) {
        status =
            tokenizer_encode(q->tokenizer, e->text_a, e->text_b, q->max_tokens, &encoding, err);
    }
    if (status == MPCF_OK) {
        item.label = item.has_label ? e->label : 0.0;
        item.ids = encoding.ids;
        item.types = encoding.type_ids;
        item.length = encoding.count;
        status = add_item(l, &item, err);
    }
    encoding_clear(&encoding);
    return status;
}

/* Row I of ROWS is one of the LIMIT evenly spread ones; ROWS is below 2^32. */
static bool is_taken(uint64_t i, uint64_t rows, uint64_t limit)
{
    return limit == 0 || limit >= rows || (i + 1) * limit / rows > i * limit / rows;
}

static mpcf_status read_rows(struct loading *l, const struct corpus_request *q, void *reader,
                             mpcf_error *err)
{
    mpcf_example example;
    int32_t more = 1;

    for (size_t i = 0; i < l->corpus.rows; i++) {
        MPCF_TRY(q->dataset->next(reader, &example, &more, err));
        if (more == 0) {
            return mpcf_fail(err, MPCF_E_IO, "%zu rows, but %zu a moment before", i,
                             l->corpus.rows);
        }
        if (is_taken(i, l->corpus.rows, q->limit)) {
            MPCF_TRY(add_example(l, q, &example, err));
        } else if (example.has_label != 0 && !q->unlabelled) {
            MPCF_TRY(check_label(&l->corpus.task, &example, err)); /* another stage may take it */
        }
        if (q->progress != NULL && (i % PROGRESS_ROWS == 0 || i + 1 == l->corpus.rows)) {
            q->progress(q->context, i + 1, l->corpus.rows);
        }
        if (interrupt_pending()) {
            return mpcf_fail(err, MPCF_E_INTERRUPTED, "reading stopped at row %zu", i);
        }
    }
    return MPCF_OK;
}

static mpcf_status load(const struct corpus_request *q, void *reader, struct loading **out,
                        mpcf_error *err)
{
    size_t rows = 0;

    MPCF_TRY(count_rows(q->dataset, reader, &rows, err));
    MPCF_TRY(create(q->limit != 0 && q->limit < rows ? q->limit : rows, out, err));
    (*out)->corpus.rows = rows;
    (*out)->corpus.pad_id = tokenizer_pad_id(q->tokenizer);
    (*out)->corpus.task.struct_size = sizeof(mpcf_task);
    MPCF_TRY(q->dataset->describe(q->config, &(*out)->corpus.task, err));
    return read_rows(*out, q, reader, err);
}

mpcf_status corpus_load(const struct corpus_request *request, struct corpus **out, mpcf_error *err)
{
    struct loading *l = NULL;
    void *reader = NULL;
    mpcf_status status =
        request->dataset->open(request->config, request->path, request->split, &reader, err);

    if (status == MPCF_OK) {
        status = load(request, reader, &l, err);
        request->dataset->close(reader);
    }
    if (status != MPCF_OK) {
        corpus_destroy(l != NULL ? &l->corpus : NULL);
        return mpcf_fail_while(err, status, "reading split '%s' with %s", request->split,
                               request->dataset->name);
    }
    *out = &l->corpus;
    return MPCF_OK;
}

/* --- Before a run --- */

static mpcf_status check_row(const struct corpus_request *q, const mpcf_task *task,
                             const mpcf_example *e, bool labelled, mpcf_error *err)
{
    struct encoding encoding = {0};

    if (e->has_label != 0 && !q->unlabelled) {
        MPCF_TRY(check_label(task, e, err));
    } else if (labelled) {
        return mpcf_fail(err, MPCF_E_FORMAT, "row %llu has no label", (unsigned long long) e->id);
    }
    MPCF_TRY(tokenizer_encode(q->tokenizer, e->text_a, e->text_b, q->max_tokens, &encoding, err));
    encoding_clear(&encoding);
    return MPCF_OK;
}

static mpcf_status check_rows(const struct corpus_request *q, void *reader, size_t rows,
                              bool labelled, mpcf_error *err)
{
    mpcf_task task = {.struct_size = sizeof task};
    mpcf_example example;
    int32_t more = 1;

    MPCF_TRY(q->dataset->describe(q->config, &task, err));
    for (size_t i = 0; i < rows; i++) {
        MPCF_TRY(q->dataset->next(reader, &example, &more, err));
        if (more == 0) {
            return i > 0 ? MPCF_OK : mpcf_fail(err, MPCF_E_FORMAT, "no rows");
        }
        MPCF_TRY(check_row(q, &task, &example, labelled, err));
    }
    return MPCF_OK;
}

mpcf_status corpus_check(const struct corpus_request *request, size_t rows, bool labelled,
                         mpcf_error *err)
{
    void *reader = NULL;
    mpcf_status status =
        request->dataset->open(request->config, request->path, request->split, &reader, err);

    if (status == MPCF_OK) {
        status = check_rows(request, reader, rows, labelled, err);
        request->dataset->close(reader);
    }
    return status == MPCF_OK ? MPCF_OK
                             : mpcf_fail_while(err, status, "reading split '%s' with %s",
                                               request->split, request->dataset->name);
}

static mpcf_status count_up_to(const mpcf_dataset *d, void *reader, size_t limit, size_t *rows,
                               mpcf_error *err)
{
    mpcf_example example;
    int32_t more = 1;

    for (*rows = 0; *rows < limit && !interrupt_pending(); (*rows)++) {
        MPCF_TRY(d->next(reader, &example, &more, err));
        if (more == 0) {
            break;
        }
    }
    return MPCF_OK;
}

mpcf_status corpus_count(const struct corpus_request *request, size_t limit, size_t *rows,
                         mpcf_error *err)
{
    void *reader = NULL;
    mpcf_status status =
        request->dataset->open(request->config, request->path, request->split, &reader, err);

    if (status == MPCF_OK) {
        status = count_up_to(request->dataset, reader, limit, rows, err);
        request->dataset->close(reader);
    }
    return status;
}

void corpus_digest(const struct corpus *corpus, char text[FILE_DIGEST_SIZE])
{
    struct digest *digest = digest_begin();

    text[0] = '\0';
    for (size_t i = 0; digest != NULL && i < corpus->count; i++) {
        const struct corpus_item *item = &corpus->items[i];

        digest_add(digest, item->ids, item->length * sizeof item->ids[0]);
        digest_add(digest, item->types, item->length * sizeof item->types[0]);
        digest_add(digest, &item->label, sizeof item->label);
        digest_add(digest, &item->id, sizeof item->id);
    }
    if (digest != NULL) {
        digest_end(digest, text);
    }
}
