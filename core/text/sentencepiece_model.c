/* SPDX-License-Identifier: Apache-2.0 */
/* What a SentencePiece model file says, and which ids its pieces have in a model. */
#include "text/sentencepiece_model.h"

#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "text/protobuf_wire.h"

enum { MODEL_PIECES = 1, MODEL_TRAINER = 2, MODEL_NORMALISER = 3 };
enum { PIECE_TEXT = 1, PIECE_SCORE = 2, PIECE_TYPE = 3 };
enum { TRAINER_MODEL_TYPE = 3 };
enum { NORMALISER_CHARSMAP = 2 };

static const char *const algorithms[] = {NULL, "UNIGRAM", "BPE", "WORD", "CHAR"};
#define ALGORITHM_UNIGRAM 1

/* What is being read, for messages. */
struct source {
    struct sentencepiece_model *m;
    const char *name;
    mpcf_error *err;
};

static bool is_field(const struct wire_field *f, uint32_t number, enum wire_type type)
{
    return f->number == number && f->type == type;
}

static mpcf_status broken(const struct source *s, const char *what)
{
    return mpcf_fail(s->err, MPCF_E_FORMAT,
                     "%s: %s is no message of Protocol Buffers: a "
                     "SentencePiece model is expected",
                     s->name, what);
}

static mpcf_status count_pieces(const struct source *s, struct wire model)
{
    struct wire_field f;

    while (wire_next(&model, &f)) {
        s->m->count += is_field(&f, MODEL_PIECES, WIRE_BYTES);
    }
    if (model.is_broken) {
        return broken(s, "the file");
    }
    if (s->m->count == 0) {
        return mpcf_fail(s->err, MPCF_E_FORMAT, "%s: no pieces: a SentencePiece model is expected",
                         s->name);
    }
    return MPCF_OK;
}

static mpcf_status check_text(const struct source *s, size_t i)
{
    const struct piece *piece = &s->m->pieces[i];

    if (piece->length == 0 || text_utf8_valid(piece->text, piece->length) != piece->length) {
        return mpcf_fail(s->err, MPCF_E_FORMAT, "%s: piece %zu is %s", s->name, i,
                         piece->length == 0 ? "empty" : "not UTF-8");
    }
    return MPCF_OK;
}

static mpcf_status read_piece(const struct source *s, const struct wire_field *from, size_t i)
{
    struct piece *piece = &s->m->pieces[i];
    struct wire w = wire_inside(from);
    struct wire_field f;

    *piece = (struct piece){.text = ""};
    s->m->types[i] = SENTENCEPIECE_NORMAL;
    while (wire_next(&w, &f)) {
        if (is_field(&f, PIECE_TEXT, WIRE_BYTES) && f.length <= UINT32_MAX) {
            piece->text = (const char *) f.bytes;
            piece->length = (uint32_t) f.length;
        } else if (is_field(&f, PIECE_SCORE, WIRE_FIXED32)) {
            piece->score = (double) wire_float(&f);
        } else if (is_field(&f, PIECE_TYPE, WIRE_VARINT) && f.value >= SENTENCEPIECE_NORMAL &&
                   f.value <= SENTENCEPIECE_BYTE) {
            s->m->types[i] = (uint8_t) f.value;
        }
    }
    return w.is_broken ? broken(s, "a piece") : check_text(s, i);
}

static mpcf_status read_trainer(const struct source *s, const struct wire_field *from)
{
    struct wire w = wire_inside(from);
    struct wire_field f;

    while (wire_next(&w, &f)) {
        if (is_field(&f, TRAINER_MODEL_TYPE, WIRE_VARINT) && f.value != ALGORITHM_UNIGRAM &&
            f.value < sizeof algorithms / sizeof algorithms[0] && f.value > 0) {
            return mpcf_fail(s->err, MPCF_E_UNSUPPORTED,
                             "%s: a SentencePiece model of type %s, only UNIGRAM is offered",
                             s->name, algorithms[f.value]);
        }
    }
    return w.is_broken ? broken(s, "trainer_spec") : MPCF_OK;
}

static mpcf_status read_normaliser(const struct source *s, const struct wire_field *from)
{
    struct wire w = wire_inside(from);
    struct wire_field f;

    while (wire_next(&w, &f)) {
        if (is_field(&f, NORMALISER_CHARSMAP, WIRE_BYTES)) {
            s->m->charsmap = f.bytes;
            s->m->charsmap_bytes = f.length;
        }
    }
    return w.is_broken ? broken(s, "normalizer_spec") : MPCF_OK;
}

static mpcf_status read_fields(const struct source *s, struct wire model)
{
    struct wire_field f;
    size_t i = 0;

    while (wire_next(&model, &f)) {
        if (is_field(&f, MODEL_PIECES, WIRE_BYTES)) {
            MPCF_TRY(read_piece(s, &f, i++));
        } else if (is_field(&f, MODEL_TRAINER, WIRE_BYTES)) {
            MPCF_TRY(read_trainer(s, &f));
        } else if (is_field(&f, MODEL_NORMALISER, WIRE_BYTES)) {
            MPCF_TRY(read_normaliser(s, &f));
        }
    }
    return MPCF_OK;
}

mpcf_status sentencepiece_read(struct sentencepiece_model *m, const void *bytes, size_t length,
                               const char *name, mpcf_error *err)
{
    const struct source s = {.m = m, .name = name, .err = err};
    const struct wire model = {.at = bytes, .end = (const uint8_t *) bytes + length};
    mpcf_status status = MPCF_OK;

    *m = (struct sentencepiece_model){0};
    MPCF_TRY(count_pieces(&s, model));
    m->pieces = mpcf_alloc_array(m->count, sizeof(*m->pieces));
    m->types = mpcf_alloc_array(m->count, sizeof(*m->types));
    status = m->pieces == NULL || m->types == NULL
                 ? mpcf_fail_memory(err, m->count * sizeof(*m->pieces), "pieces")
                 : read_fields(&s, model);
    if (status != MPCF_OK) {
        sentencepiece_clear(m);
    }
    return status;
}

void sentencepiece_clear(struct sentencepiece_model *m)
{
    mpcf_free(m->pieces);
    mpcf_free(m->types);
    *m = (struct sentencepiece_model){0};
}

#define UNKNOWN_ID   3 /* in both */
#define HEAD_PIECES  5
#define NEVER_CHOSEN (-100.0) /* the score of a piece that no text is to have */

const struct sentencepiece_names sentencepiece_usual_names = {
    .bos = "<s>", .pad = "<pad>", .eos = "</s>", .unk = "<unk>", .mask = "<mask>"};

static struct piece named(const char *text, double score)
{
    return (struct piece){.text = text, .length = (uint32_t) strlen(text), .score = score};
}

/* What stands before the file's pieces; returns how many there are. *LEFT_OUT: of the file's. */
static size_t head_of(enum sentencepiece_numbering numbering,
                      const struct sentencepiece_names *names, struct piece *head, size_t *left_out)
{
    const bool is_xlm = numbering == SENTENCEPIECE_XLM_ROBERTA;

    head[0] = named(is_xlm ? names->bos : "<s>NOTUSED", 0);
    head[1] = named(names->pad, 0);
    head[2] = named(is_xlm ? names->eos : "</s>NOTUSED", 0);
    head[UNKNOWN_ID] = named(names->unk, 0);
    head[4] = named("<unk>NOTUSED", NEVER_CHOSEN);
    *left_out = is_xlm ? 3 : 1;
    return is_xlm ? HEAD_PIECES - 1 : HEAD_PIECES;
}

mpcf_status sentencepiece_unigram(const struct sentencepiece_model *m,
                                  enum sentencepiece_numbering numbering,
                                  const struct sentencepiece_names *names, struct unigram *u,
                                  const char *name, mpcf_error *err)
{
    struct piece *pieces = mpcf_alloc_array(HEAD_PIECES + m->count + 1, sizeof(*pieces));
    size_t left_out = 0, count = 0;
    mpcf_status status = MPCF_OK;

    *u = (struct unigram){0};
    if (pieces == NULL) {
        return mpcf_fail_memory(err, m->count * sizeof(*pieces), "pieces");
    }
    count = head_of(numbering, names, pieces, &left_out);
    for (size_t i = left_out; i < m->count; i++) {
        pieces[count++] = m->pieces[i];
    }
    pieces[count++] = named(names->mask, 0);
    status = unigram_build(u, pieces, count, UNKNOWN_ID, false, name, err);
    mpcf_free(pieces);
    return status;
}
