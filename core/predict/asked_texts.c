/* SPDX-License-Identifier: Apache-2.0 */
/* From lines to a corpus of those that are there. */
#include "predict/asked_texts.h"

#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "base/memory.h"
#include "base/text.h"
#include "predict/input_words.h"
#include "predict/student_words.h"
#include "text/encode.h"

/* What becomes a corpus. */
struct gathered {
    struct corpus_item *items;
    struct encoding *encodings;
    bool *is_cut;
    size_t count, room;
};

static void forget(struct gathered *g)
{
    for (size_t i = 0; i < g->count; i++) {
        encoding_clear(&g->encodings[i]);
    }
    mpcf_free(g->items);
    mpcf_free(g->encodings);
    mpcf_free(g->is_cut);
}

static mpcf_status make_room(struct gathered *g, mpcf_error *err)
{
    const size_t room = g->room == 0 ? 64 : 2 * g->room;
    struct corpus_item *items;
    struct encoding *encodings;
    bool *is_cut;

    if (g->count < g->room) {
        return MPCF_OK;
    }
    items = mpcf_grow_array(g->items, g->room, room, sizeof *items);
    g->items = items != NULL ? items : g->items;
    encodings = mpcf_grow_array(g->encodings, g->room, room, sizeof *encodings);
    g->encodings = encodings != NULL ? encodings : g->encodings;
    is_cut = mpcf_grow_array(g->is_cut, g->room, room, sizeof *is_cut);
    g->is_cut = is_cut != NULL ? is_cut : g->is_cut;
    if (items == NULL || encodings == NULL || is_cut == NULL) {
        return mpcf_fail_memory(err, room * sizeof *items, "texts");
    }
    g->room = room;
    return MPCF_OK;
}

/* Whether one more token than may be would be taken, too. */
static mpcf_status find_cut(const struct asked_request *r, const struct text_line *line,
                            const struct encoding *e, bool *is_cut, mpcf_error *err)
{
    struct encoding longer;

    *is_cut = false;
    if (e->count < r->max_tokens) {
        return MPCF_OK;
    }
    MPCF_TRY(tokenizer_encode_bytes(r->tokenizer, line->a, line->a_length, line->b, line->b_length,
                                    r->max_tokens + 1, &longer, err));
    *is_cut = longer.count > e->count;
    encoding_clear(&longer);
    return MPCF_OK;
}

static mpcf_status add(struct asked_texts *t, struct gathered *g, const struct asked_request *r,
                       const struct text_line *line, uint64_t number, const char *where,
                       mpcf_error *err)
{
    struct encoding *e;
    mpcf_status status;

    MPCF_TRY(make_room(g, err));
    e = &g->encodings[g->count];
    status = tokenizer_encode_bytes(r->tokenizer, line->a, line->a_length, line->b, line->b_length,
                                    r->max_tokens, e, err);
    if (status == MPCF_OK && e->count == 0) {
        encoding_clear(e);
        status = mpcf_fail(err, MPCF_E_FORMAT, "the tokenizer makes no token of it");
    }
    if (status == MPCF_OK) {
        status = find_cut(r, line, e, &g->is_cut[g->count], err);
        if (status != MPCF_OK) {
            encoding_clear(e);
        }
    }
    if (status != MPCF_OK) {
        return mpcf_fail_while(err, status, "%s", where);
    }
    if (!t->had_form[line->b != NULL]) {
        t->had_form[line->b != NULL] = true;
        student_words_of_form(r->pipeline, line->b != NULL, where);
    }
    t->cut += g->is_cut[g->count] ? 1 : 0;
    g->items[g->count++] =
        (struct corpus_item){.ids = e->ids, .types = e->type_ids, .length = e->count, .id = number};
    return MPCF_OK;
}

/* A word of the command line is a copy here, since a tab in it ends the first of a pair. */
static mpcf_status add_word(struct asked_texts *t, const struct asked_request *r,
                            struct gathered *g, mpcf_error *err)
{
    const char *word = t->texts[t->given];
    char where[40], *copy = mpcf_strdup(word);
    struct text_line line;
    mpcf_status status;

    if (copy == NULL) {
        return mpcf_fail_memory(err, strlen(word), "a text");
    }
    (void) snprintf(where, sizeof where, "text %llu", (unsigned long long) t->given + 1);
    status = text_line_split(copy, strlen(word), where, &line, err);
    if (status == MPCF_OK) {
        status = add(t, g, r, &line, t->given, where, err);
    }
    mpcf_wipe(copy, strlen(word));
    mpcf_free(copy);
    t->given++;
    return status;
}

static mpcf_status gather_words(struct asked_texts *t, const struct asked_request *r,
                                struct gathered *g, mpcf_error *err)
{
    while (t->given < t->count && g->count < r->limit) {
        MPCF_TRY(add_word(t, r, g, err));
    }
    t->has_ended = t->given == t->count;
    return MPCF_OK;
}

/* The text itself is in no message. */
static mpcf_status check_line(const struct text_line *line, const char *where, mpcf_error *err)
{
    const size_t length =
        line->b != NULL ? (size_t) (line->b - line->a) + line->b_length : line->a_length;
    size_t good = text_utf8_valid(line->a, line->a_length);

    if (good == line->a_length && line->b != NULL) {
        good += 1 + text_utf8_valid(line->b, line->b_length);
    }
    return good == length
               ? MPCF_OK
               : mpcf_fail(err, MPCF_E_FORMAT,
                           "%s: byte %zu is not UTF-8; a file in another encoding is written anew "
                           "as in: iconv -f WINDOWS-1252 -t UTF-8 FILE > NEW",
                           where, good + 1);
}

static mpcf_status gather_lines(struct asked_texts *t, const struct asked_request *r,
                                struct gathered *g, mpcf_error *err)
{
    enum text_lines_found found = TEXT_LINE;

    while (!t->has_ended && g->count < r->limit) {
        struct text_line line;

        MPCF_TRY(text_lines_next(t->lines, r->all || g->count == 0, &line, &found, err));
        if (found == TEXT_LINE_NOT_YET) {
            return MPCF_OK;
        }
        t->has_ended = found == TEXT_LINES_END;
        if (found == TEXT_LINE) {
            const char *where = text_lines_where(t->lines);

            if (t->given == 0) {
                input_words(t->input, &line, where);
            }
            MPCF_TRY(check_line(&line, where, err));
            MPCF_TRY(add(t, g, r, &line, t->given++, where, err));
        }
    }
    return MPCF_OK;
}

mpcf_status asked_texts_next(struct asked_texts *texts, const struct asked_request *request,
                             struct corpus **out, mpcf_error *err)
{
    struct gathered g = {0};
    mpcf_status status = texts->lines != NULL ? gather_lines(texts, request, &g, err)
                                              : gather_words(texts, request, &g, err);

    *out = NULL;
    mpcf_free(texts->is_cut);
    texts->is_cut = g.is_cut;
    g.is_cut = NULL;
    if (status == MPCF_OK && g.count > 0) {
        status =
            corpus_from_items(g.items, g.count, tokenizer_pad_id(request->tokenizer), out, err);
    }
    forget(&g);
    return status;
}

void asked_texts_end(struct asked_texts *texts, const struct pipeline *p)
{
    if (texts->cut > 0) {
        log_line(LOG_WARN, "%llu of %llu texts are longer than %lld tokens, and were cut (%s)",
                 (unsigned long long) texts->cut, (unsigned long long) texts->given,
                 (long long) p->max_length,
                 p->dataset.name != NULL ? "dataset.max_length" : "model.max_length");
    }
    mpcf_free(texts->is_cut);
    texts->is_cut = NULL;
}
