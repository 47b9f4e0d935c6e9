/* SPDX-License-Identifier: Apache-2.0 */
/* From a reader's rows to token ids in memory; what the reader says is checked against its task. */
#include "corpus/corpus.h"

#include <math.h>
#include <string.h>

#include "base/arena.h"
#include "base/build_id.h"
#include "base/interrupt.h"
#include "base/memory.h"
#include "corpus/corpus_cache.h"
#include "text/encode.h"
#include "text/tokenizer_files.h"

#define PROGRESS_ROWS 256

/* COUNT items at most are in ITEMS; the ids of all lie in MEMORY. Their types are nearly always some 0 and then
 * some 1: those are a piece of RAMP, which has as many of each as an item may have tokens. */
struct loading {
    struct corpus corpus;
    struct corpus_item *items;
    struct arena *memory;
    int32_t *ramp;
    size_t most; /* tokens of an item */
    struct corpus_cache cache;
};

static mpcf_status create(size_t count, size_t most, struct loading **out, mpcf_error *err)
{
    struct arena *memory = arena_create();
    struct loading *l = memory != NULL ? arena_alloc(memory, 1, sizeof(*l)) : NULL;

    if (l != NULL) {
        l->memory = memory;
        l->most = most;
        l->items = arena_alloc(memory, count, sizeof(*l->items));
        l->ramp = arena_alloc(memory, 2 * most, sizeof(*l->ramp));
    }
    if (l == NULL || l->items == NULL || l->ramp == NULL) {
        arena_destroy(memory);
        return mpcf_fail_memory(err, count * sizeof(*l->items), "a corpus");
    }
    for (size_t i = 0; i < most; i++) {
        l->ramp[most + i] = 1;
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

/* Types of ITEM that last as long as the corpus. NULL: memory. */
static const int32_t *keep_types(struct loading *l, const struct corpus_item *item)
{
    const size_t bytes = item->length * sizeof(*item->types);
    size_t zeros = 0;
    int32_t *copy = NULL;

    while (zeros < item->length && item->types[zeros] == 0) {
        zeros++;
    }
    if (item->length <= l->most && memcmp(l->ramp + l->most - zeros, item->types, bytes) == 0) {
        return l->ramp + l->most - zeros;
    }
    copy = arena_alloc(l->memory, item->length, sizeof(*copy));
    if (copy != NULL) {
        memcpy(copy, item->types, bytes);
    }
    return copy;
}

static mpcf_status add_item(struct loading *l, const struct corpus_item *item, mpcf_error *err)
{
    struct corpus_item *to = &l->items[l->corpus.count];
    int32_t *ids = arena_alloc(l->memory, item->length, sizeof(*ids));

    *to = *item;
    to->ids = ids;
    to->types = ids != NULL ? keep_types(l, item) : NULL;
    if (to->types == NULL) {
        return mpcf_fail_memory(err, item->length * sizeof(*ids), "tokens");
    }
    memcpy(ids, item->ids, item->length * sizeof(*ids));
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
    size_t most = 1;

    for (size_t i = 0; i < count; i++) {
        most = items[i].length > most ? items[i].length : most;
    }
    MPCF_TRY(create(count, most, &l, err));
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

mpcf_status corpus_spread(const struct corpus *corpus, size_t rows, struct corpus **out,
                          mpcf_error *err)
{
    const size_t count = rows < corpus->count ? rows : corpus->count;
    struct corpus_item *items = mpcf_alloc_array(count, sizeof *items);
    mpcf_status status =
        items != NULL ? MPCF_OK : mpcf_fail_memory(err, count * sizeof *items, "rows to look at");

    for (size_t i = 0; status == MPCF_OK && i < count; i++) {
        items[i] = corpus->items[i * corpus->count / count];
    }
    if (status == MPCF_OK) {
        status = corpus_from_items(items, count, corpus->pad_id, out, err);
    }
    mpcf_free(items);
    return status;
}

/* Broken rows since the last rewind; *FIRST: what is wrong with the first. */
static uint64_t rows_left_out(const mpcf_dataset *d, void *reader, const char **first)
{
    *first = "";
    return d->left_out != NULL ? d->left_out(reader, first) : 0;
}

static mpcf_status refuse_count(const mpcf_dataset *d, void *reader, size_t rows, mpcf_error *err)
{
    const char *first = "";
    const uint64_t left_out = rows_left_out(d, reader, &first);

    if (rows == 0 && left_out > 0) {
        return mpcf_fail(err, MPCF_E_FORMAT, "all %llu rows are broken; the first: %s",
                         (unsigned long long) left_out, first);
    }
    return rows == 0 ? mpcf_fail(err, MPCF_E_FORMAT, "no rows")
                     : mpcf_fail(err, MPCF_E_FORMAT, "%zu rows, expected up to 2^32 - 1", rows);
}

static void add_text(struct digest *digest, const char *text)
{
    if (text != NULL) {
        digest_add(digest, text, strlen(text) + 1);
    }
}

/* All that a row is, so that another way of reading the same file is another key. */
static void add_row(struct digest *digest, const mpcf_example *e)
{
    const uint64_t facts[4] = {e->id, e->has_label != 0, e->text_b != NULL, 0};

    digest_add(digest, facts, sizeof facts);
    digest_add(digest, &e->label, e->has_label != 0 ? sizeof e->label : 0);
    add_text(digest, e->text_a);
    add_text(digest, e->text_b);
}

/* DIGEST may be NULL. */
static mpcf_status count_rows(const mpcf_dataset *d, void *reader, size_t *rows,
                              struct digest *digest, mpcf_error *err)
{
    mpcf_example example;
    int32_t more = 1;

    for (*rows = 0;; (*rows)++) {
        MPCF_TRY(d->next(reader, &example, &more, err));
        if (more == 0) {
            break;
        }
        if (digest != NULL) {
            add_row(digest, &example);
        }
        if (interrupt_pending()) {
            return mpcf_fail(err, MPCF_E_INTERRUPTED, "reading stopped at row %zu", *rows);
        }
    }
    if (*rows == 0 || *rows > UINT32_MAX) {
        return refuse_count(d, reader, *rows, err);
    }
    return MPCF_OK;
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
        item.is_cut = encoding.is_cut;
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

static mpcf_status note_left_out(struct loading *l, const mpcf_dataset *d, void *reader,
                                 mpcf_error *err)
{
    const char *first = "";
    char *kept;

    l->corpus.left_out = rows_left_out(d, reader, &first);
    if (l->corpus.left_out == 0) {
        return MPCF_OK;
    }
    kept = arena_alloc(l->memory, strlen(first) + 1, 1);
    if (kept == NULL) {
        return mpcf_fail_memory(err, strlen(first), "a message");
    }
    memcpy(kept, first, strlen(first) + 1);
    l->corpus.first_left_out = kept;
    return MPCF_OK;
}

/* --- What was tokenized before --- */

static bool is_kept(const struct corpus_request *q)
{
    return q->cache_folder != NULL && *tokenizer_digest(q->tokenizer) != '\0';
}

/* What the ids follow from besides the rows, of which DIGEST has all. */
static void end_key(struct digest *digest, const struct corpus_request *q, const mpcf_task *task,
                    struct corpus_cache *cache)
{
    const uint64_t facts[4] = {q->max_tokens, q->limit, q->unlabelled, task->classes};
    const double labels[2] = {task->label_low, task->label_high};
    char build[BUILD_ID_SIZE];

    build_id(build);
    digest_add(digest, facts, sizeof facts);
    digest_add(digest, labels, sizeof labels);
    add_text(digest, tokenizer_digest(q->tokenizer));
    add_text(digest, build);
    digest_end(digest, cache->key);
    cache->folder = *build != '\0' ? q->cache_folder : NULL;
}

static mpcf_status count_and_key(const struct corpus_request *q, void *reader, size_t *rows,
                                 const mpcf_task *task, struct corpus_cache *cache, mpcf_error *err)
{
    struct digest *digest = is_kept(q) ? digest_begin() : NULL;
    const mpcf_status status = count_rows(q->dataset, reader, rows, digest, err);

    cache->folder = NULL;
    if (digest != NULL) {
        end_key(digest, q, task, cache);
    }
    return status;
}

static bool take_kept(struct loading *l, const struct corpus_request *q, size_t count)
{
    const struct corpus_cache_limits limits = {.count = count,
                                               .rows = l->corpus.rows,
                                               .max_tokens = q->max_tokens,
                                               .vocab_size = tokenizer_vocab_size(q->tokenizer)};

    if (l->cache.folder == NULL ||
        !corpus_cache_read(&l->cache, &limits, l->memory, l->ramp, l->items)) {
        return false;
    }
    l->corpus.count = count;
    for (size_t i = 0; i < count; i++) {
        l->corpus.longest =
            l->items[i].length > l->corpus.longest ? l->items[i].length : l->corpus.longest;
    }
    if (q->progress != NULL) {
        q->progress(q->context, l->corpus.rows, l->corpus.rows);
    }
    return true;
}

static mpcf_status load(const struct corpus_request *q, void *reader, struct loading **out,
                        mpcf_error *err)
{
    mpcf_task task = {.struct_size = sizeof(mpcf_task), .data_path = q->path};
    struct corpus_cache cache;
    size_t rows = 0, count = 0;

    MPCF_TRY(q->dataset->describe(q->config, &task, err));
    MPCF_TRY(count_and_key(q, reader, &rows, &task, &cache, err));
    count = q->limit != 0 && q->limit < rows ? q->limit : rows;
    MPCF_TRY(create(count, q->max_tokens, out, err));
    (*out)->cache = cache;
    (*out)->corpus.rows = rows;
    (*out)->corpus.pad_id = tokenizer_pad_id(q->tokenizer);
    (*out)->corpus.task = task;
    MPCF_TRY(note_left_out(*out, q->dataset, reader, err)); /* of the walk that counted */
    if (take_kept(*out, q, count)) {
        return MPCF_OK;
    }
    MPCF_TRY(q->dataset->rewind(reader, err));
    MPCF_TRY(read_rows(*out, q, reader, err));
    if (cache.folder != NULL) {
        corpus_cache_write(&cache, (*out)->items, (*out)->corpus.count, rows);
    }
    return MPCF_OK;
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
            return i > 0 ? MPCF_OK : refuse_count(q->dataset, reader, 0, err);
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

size_t corpus_cut(const struct corpus *corpus)
{
    size_t cut = 0;

    for (size_t i = 0; i < corpus->count; i++) {
        cut += corpus->items[i].is_cut ? 1 : 0;
    }
    return cut;
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
