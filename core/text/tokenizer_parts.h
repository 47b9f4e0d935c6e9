/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a tokenizer is made of, and what every way of loading one puts there. Inside core/text only.
 *
 * A text goes through added tokens (as it stands), normalisers, added tokens (normalised), splitters,
 * model, truncation and the template around it. Readers fill the parts in any order but that words go
 * before what is looked up in them; tokenizer_finish() ends it.
 */
#ifndef MPCF_TEXT_TOKENIZER_PARTS_H
#define MPCF_TEXT_TOKENIZER_PARTS_H

#include <jansson.h>
#include <mpcf/model.h>

#include "base/digest.h"
#include "text/added_tokens.h"
#include "text/bpe.h"
#include "text/letter_case.h"
#include "text/normalisers.h"
#include "text/splitters.h"
#include "text/unigram.h"
#include "text/vocabulary.h"
#include "text/wordpiece.h"

enum model_kind { MODEL_NONE, MODEL_WORDPIECE, MODEL_BPE, MODEL_WORD_LEVEL, MODEL_UNIGRAM };

#define TEMPLATE_LIMIT 16

enum piece_kind { PIECE_SPECIAL, PIECE_TEXT_A, PIECE_TEXT_B };

/* What stands around the texts: [CLS] A [SEP] B [SEP]. */
struct template
{
    struct template_piece {
        enum piece_kind kind;
        int32_t id; /* PIECE_SPECIAL */
        int32_t type;
    } pieces[TEMPLATE_LIMIT];
    size_t count;
};

struct tokenizer {
    mpcf_tokenizer_spec spec;
    struct vocabulary vocabulary; /* empty with UNIGRAM */
    struct added_tokens added;
    struct normalisers normalisers;
    struct splitters splitters;
    enum model_kind model;
    struct wordpiece wordpiece; /* the one that MODEL says */
    struct bpe bpe;
    struct unigram unigram;
    int32_t unknown; /* of WORD_LEVEL */
    struct template single, pair;
    size_t expression_bytes;
    bool truncates_left; /* a text that is too long loses its beginning */
    /* Of vocab.txt's words, "[CLS]" and its like and "##ing" apart. */
    size_t words_with_letters, words_with_capitals;
    enum letter_case wanted_case;
    bool case_is_new;              /* no file says it */
    char digest[FILE_DIGEST_SIZE]; /* of what it was opened from; "": not opened from files */
};

/* MPCF_E_FORMAT where ID is not below the model's vocabulary size; NAME: of the file. */
mpcf_status tokenizer_check_id(const struct tokenizer *t, long long id, const char *name,
                               mpcf_error *err);
mpcf_status tokenizer_add_word(struct tokenizer *t, const char *word, size_t length, long long id,
                               const char *name, mpcf_error *err);
/* The id that the model has for a word, or VOCABULARY_NONE. */
int32_t tokenizer_find_word(const struct tokenizer *t, const char *word, size_t length);
/* MPCF_E_FORMAT where a piece of the Unigram has an id that the model has not. */
mpcf_status tokenizer_check_pieces(const struct tokenizer *t, const char *name, mpcf_error *err);
/* {"word": id, ...} of vocab.json and tokenizer.json. */
mpcf_status tokenizer_load_vocabulary(struct tokenizer *t, const json_t *words, const char *name,
                                      mpcf_error *err);

/* Recognises a token, as HOW (whose content is set here) says: its id is the one it has, as a word or
 * added token, or the next free one, as the library counts. HOW->id: what a file says, or
 * VOCABULARY_NONE; it counts where the next one would be none of the network's. */
mpcf_status tokenizer_add_token(struct tokenizer *t, const char *content, size_t length,
                                const struct added_token *how, const char *name, mpcf_error *err);
/* BERT's normaliser and splitter, in place of what is there; GPT-2's splitter. */
mpcf_status tokenizer_set_bert(struct tokenizer *t, const struct bert_normaliser *n,
                               mpcf_error *err);
mpcf_status tokenizer_set_byte_level(struct tokenizer *t, bool prefix_space, mpcf_error *err);

mpcf_status template_add(struct template *t, enum piece_kind kind, int32_t id, int32_t type,
                         mpcf_error *err);
/* CLS A SEP, and CLS A SEP [SEP] B SEP with SEPARATORS between the texts; SECOND: B's type. In place of
 * what is there. */
mpcf_status tokenizer_set_templates(struct tokenizer *t, int32_t cls, int32_t sep,
                                    int32_t separators, int32_t second, mpcf_error *err);

/* Once all parts are there. */
mpcf_status tokenizer_finish(struct tokenizer *t, mpcf_error *err);

#endif
