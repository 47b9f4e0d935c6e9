/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a tokenizer is made of, and what every way of loading one puts there. Inside core/text only.
 */
#ifndef MPCF_TEXT_TOKENIZER_PARTS_H
#define MPCF_TEXT_TOKENIZER_PARTS_H

#include <jansson.h>
#include <mpcf/model.h>

#include "text/added_tokens.h"
#include "text/byte_bpe.h"
#include "text/vocabulary.h"
#include "text/wordpiece.h"

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
    struct vocabulary vocabulary;
    struct added_tokens added;
    struct wordpiece wordpiece; /* the one of the two that SPEC says */
    struct byte_bpe byte_bpe;
    struct template single, pair;
    bool has_case; /* vocab.txt has words with capitals, "[CLS]" and its like apart */
};

/* MPCF_E_FORMAT where ID is not below the model's vocabulary size; NAME: of the file. */
mpcf_status tokenizer_check_id(const struct tokenizer *t, long long id, const char *name,
                               mpcf_error *err);
mpcf_status tokenizer_add_word(struct tokenizer *t, const char *word, size_t length, long long id,
                               const char *name, mpcf_error *err);
/* {"word": id, ...} of vocab.json and tokenizer.json. */
mpcf_status tokenizer_load_vocabulary(struct tokenizer *t, const json_t *words, const char *name,
                                      mpcf_error *err);
mpcf_status template_add(struct template *t, enum piece_kind kind, int32_t id, int32_t type,
                         mpcf_error *err);
/* The usual ones: CLS A SEP, and CLS A SEP [SEP] B SEP with as many SEP between as SPEC says. */
mpcf_status tokenizer_usual_templates(struct tokenizer *t, int32_t cls, int32_t sep,
                                      mpcf_error *err);

#endif
