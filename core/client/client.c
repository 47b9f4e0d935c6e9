/* SPDX-License-Identifier: Apache-2.0 */
/* The user's role, a call at a time, for programs that hold the library. */
#include <mpcf/client.h>

#include <stddef.h>
#include <string.h>

#include "base/cpu.h"
#include "base/memory.h"
#include "base/text.h"
#include "client/public_text.h"
#include "format/yaml_problems.h"
#include "inference/role_state.h"
#include "inference/secure_role.h"
#include "inference/user.h"
#include "network/label_names.h"
#include "pipeline/key_place.h"
#include "pipeline/needed_files.h"
#include "pipeline/open_pipeline.h"
#include "text/encode.h"

struct mpcf_client {
    struct pipeline *pipeline;
    struct role_state state;
    struct asking asking;
    float *answers; /* of the call that is served, [count, numbers] */
    bool is_joined, is_refused;
    mpcf_status failure; /* of what came before; MPCF_OK: none */
};

/* --- What the user's role asks of who has the texts --- */

static mpcf_status begin(void *context, const struct secure_student *student, mpcf_error *err)
{
    (void) context;
    (void) student;
    (void) err;
    return MPCF_OK;
}

/* Texts come by mpcf_client_ask(), and nobody knows which is the last. */
static mpcf_status next(void *context, const struct tokenizer *tokenizer, size_t max_tokens,
                        bool all, struct corpus **out, bool *is_last, mpcf_error *err)
{
    (void) context;
    (void) tokenizer;
    (void) max_tokens;
    (void) all;
    (void) err;
    *out = NULL;
    *is_last = false;
    return MPCF_OK;
}

static mpcf_status take(void *context, const uint32_t *rows, size_t count, const float *answers,
                        mpcf_error *err)
{
    mpcf_client *c = context;
    const size_t width = c->state.student.answer;

    (void) err;
    for (size_t i = 0; i < count; i++) {
        memcpy(c->answers + rows[i] * width, answers + rows[i] * width, width * sizeof *answers);
    }
    return MPCF_OK;
}

/* --- Opening --- */

/* What a caller's structure has, which may be one of before; the rest is zero. */
static mpcf_status take_options(const mpcf_client_options *o, mpcf_client_options *out,
                                mpcf_error *err)
{
    *out = (mpcf_client_options){.struct_size = sizeof *out};
    if (o->struct_size < offsetof(mpcf_client_options, public_folder)) {
        return mpcf_fail(err, MPCF_E_INVALID, "mpcf_client_options: struct_size is too small");
    }
    memcpy(out, o, o->struct_size < sizeof *out ? o->struct_size : sizeof *out);
    if ((out->file == NULL) == (out->public_folder == NULL)) {
        return mpcf_fail(err, MPCF_E_INVALID, "mpcf_client_options: %s",
                         out->file == NULL ? "no file, and no public_folder"
                                           : "either file or public_folder, not both");
    }
    return cpu_check() == NULL ? MPCF_OK : mpcf_fail(err, MPCF_E_UNSUPPORTED, "%s", cpu_check());
}

/* A store is dealt for texts that are all known before the first is asked. */
static mpcf_status refuse_store(const struct pipeline *p, mpcf_error *err)
{
    const struct yaml_node *at = key_place(p, "stages.infer.preprocess");
    struct yaml_problems *problems = yaml_problems_create();
    const char *text;
    mpcf_status status;

    if (problems == NULL) {
        return mpcf_fail_memory(err, 0, "a list of mistakes");
    }
    yaml_problem(problems, at,
                 "stages.infer.preprocess: `store` deals ahead for texts that are all known, and a "
                 "program's come one after the other: all three roles need `stream`");
    text = yaml_problems_text(problems);
    status = mpcf_fail(err, MPCF_E_UNSUPPORTED, "%.*s", (int) strlen(text) - 1, text);
    yaml_problems_destroy(problems);
    return status;
}

static mpcf_status open_pipeline(mpcf_client *c, const mpcf_client_options *o, mpcf_error *err)
{
    struct text_buffer text = {0};
    struct pipeline_request request = {.file = o->file != NULL ? o->file : "mpcf_client_options",
                                       .sets = o->settings,
                                       .plugin_folder = o->plugin_folder};
    mpcf_status status = o->file != NULL ? MPCF_OK : public_text(o, &text, err);

    while (o->settings != NULL && o->settings[request.set_count] != NULL) {
        request.set_count++;
    }
    request.text = o->file != NULL ? NULL : text_string(&text);
    if (status == MPCF_OK) {
        status = pipeline_open(&request, &c->pipeline, err);
    }
    text_clear(&text);
    if (status == MPCF_OK && c->pipeline->infer.preprocess == PREPROCESS_STORE) {
        status = refuse_store(c->pipeline, err);
    }
    return status == MPCF_OK ? pipeline_check_predict(c->pipeline, VIEW_USER, err) : status;
}

mpcf_status mpcf_client_open(const mpcf_client_options *options, mpcf_client **out, mpcf_error *err)
{
    mpcf_client_options taken;
    mpcf_client *c = NULL;
    mpcf_status status;

    MPCF_TRY(take_options(options, &taken, err));
    c = mpcf_alloc_array(1, sizeof *c);
    if (c == NULL) {
        return mpcf_fail_memory(err, sizeof *c, "a client");
    }
    c->asking = (struct asking){.context = c, .begin = begin, .next = next, .take = take};
    c->state = (struct role_state){.role = ROLE_USER, .asking = &c->asking};
    status = open_pipeline(c, &taken, err);
    if (status == MPCF_OK) {
        status = secure_role_prepare(&c->state, c->pipeline, err);
    }
    if (status != MPCF_OK) {
        mpcf_client_close(c);
        return status;
    }
    *out = c;
    return MPCF_OK;
}

size_t mpcf_client_numbers(const mpcf_client *client)
{
    return client->state.student.answer;
}

size_t mpcf_client_classes(const mpcf_client *client)
{
    return client->state.student.classes;
}

const char *mpcf_client_label(const mpcf_client *client, size_t class_number)
{
    const struct secure_student *s = &client->state.student;

    return s->classes > 1 && class_number < s->classes
               ? label_names_of(&client->pipeline->task, s->network.config, class_number)
               : NULL;
}

mpcf_status mpcf_client_connect(mpcf_client *client, mpcf_error *err)
{
    if (client->is_joined || client->failure != MPCF_OK) {
        return mpcf_fail(err, MPCF_E_INVALID, "the client has called the others already");
    }
    client->failure = secure_role_join(&client->state, err);
    client->is_joined = client->failure == MPCF_OK;
    return client->failure;
}

/* --- Asking --- */

/* Texts of a question, and what of them the corpus copies. */
struct asked {
    struct encoding *encodings;
    struct corpus_item *items;
};

static mpcf_status encode(const mpcf_client *c, const char *const *texts,
                          const char *const *seconds, size_t i, struct asked *asked,
                          mpcf_error *err)
{
    struct encoding *e = &asked->encodings[i];
    mpcf_status status =
        tokenizer_encode(c->state.tokenizer, texts[i], seconds != NULL ? seconds[i] : NULL,
                         (size_t) c->pipeline->max_length, e, err);

    if (status == MPCF_OK && e->count == 0) {
        status = mpcf_fail(err, MPCF_E_FORMAT, "the tokenizer makes no token of it");
    }
    asked->items[i] =
        (struct corpus_item){.ids = e->ids, .types = e->type_ids, .length = e->count, .id = i};
    return status == MPCF_OK ? status : mpcf_fail_while(err, status, "text %zu", i);
}

static mpcf_status make_corpus(const mpcf_client *c, const char *const *texts,
                               const char *const *seconds, size_t count, struct corpus **out,
                               mpcf_error *err)
{
    struct asked asked = {mpcf_alloc_array(count, sizeof *asked.encodings),
                          mpcf_alloc_array(count, sizeof *asked.items)};
    mpcf_status status = asked.encodings != NULL && asked.items != NULL
                             ? MPCF_OK
                             : mpcf_fail_memory(err, count * sizeof *asked.items, "texts");

    for (size_t i = 0; status == MPCF_OK && i < count; i++) {
        status = encode(c, texts, seconds, i, &asked, err);
    }
    if (status == MPCF_OK) {
        status =
            corpus_from_items(asked.items, count, tokenizer_pad_id(c->state.tokenizer), out, err);
    }
    for (size_t i = 0; asked.encodings != NULL && i < count; i++) {
        encoding_clear(&asked.encodings[i]);
    }
    mpcf_free(asked.encodings);
    mpcf_free(asked.items);
    return status;
}

/* The others hear that no more comes, and why where STATUS, which is returned, is a failure. */
static mpcf_status part(mpcf_client *c, mpcf_status status, mpcf_error *err)
{
    status = user_leave(&c->state, c->is_refused, status, err);
    c->failure = secure_role_part(&c->state, status, err);
    c->is_joined = false;
    return c->failure;
}

static mpcf_status ask(mpcf_client *c, struct corpus *corpus, float *answers, mpcf_error *err)
{
    const size_t numbers = corpus->count * c->state.student.answer;
    mpcf_status status;

    c->answers = mpcf_secret_alloc(numbers, sizeof *c->answers);
    if (c->answers == NULL) {
        return mpcf_fail_memory(err, numbers * sizeof *answers, "answers");
    }
    c->state.corpus = corpus;
    status = user_ask_now(&c->state, &c->is_refused, err);
    c->state.corpus = NULL;
    if (status == MPCF_OK) {
        memcpy(answers, c->answers, numbers * sizeof *answers);
    }
    mpcf_secret_free(c->answers);
    c->answers = NULL;
    return status == MPCF_OK ? MPCF_OK : part(c, status, err);
}

mpcf_status mpcf_client_ask(mpcf_client *client, const char *const *texts,
                            const char *const *seconds, size_t count, float *answers,
                            mpcf_error *err)
{
    struct corpus *corpus = NULL;
    mpcf_status status;

    if (!client->is_joined || client->failure != MPCF_OK) {
        return mpcf_fail(err, MPCF_E_INVALID, "the client %s",
                         client->failure != MPCF_OK ? "failed before" : "is not connected");
    }
    if (count == 0) {
        return MPCF_OK;
    }
    if (count > UINT32_MAX) {
        return mpcf_fail(err, MPCF_E_INVALID, "%zu texts, 2^32 - 1 at most", count);
    }
    MPCF_TRY(make_corpus(client, texts, seconds, count, &corpus, err));
    status = ask(client, corpus, answers, err);
    corpus_destroy(corpus);
    return status;
}

void mpcf_client_close(mpcf_client *client)
{
    if (client == NULL) {
        return;
    }
    if (client->is_joined) {
        (void) part(client, MPCF_OK, NULL);
    }
    secure_role_clear(&client->state);
    pipeline_close(client->pipeline);
    mpcf_free(client);
}
