/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SentencePiece's model files (sentencepiece.bpe.model, which is Unigram in spite of its name):
 * what sentencepiece_model.proto calls ModelProto, and how XLM-RoBERTa and CamemBERT number its
 * pieces. Its other settings (unk_id, byte_fallback, add_dummy_prefix and the like) are not read, as
 * transformers does not heed them for these two.
 */
#ifndef MPCF_TEXT_SENTENCEPIECE_MODEL_H
#define MPCF_TEXT_SENTENCEPIECE_MODEL_H

#include "text/unigram.h"

enum sentencepiece_type {
    SENTENCEPIECE_NORMAL = 1,
    SENTENCEPIECE_UNKNOWN = 2,
    SENTENCEPIECE_CONTROL = 3,
    SENTENCEPIECE_USER_DEFINED = 4,
    SENTENCEPIECE_UNUSED = 5,
    SENTENCEPIECE_BYTE = 6
};

struct sentencepiece_model {
    struct piece *pieces; /* COUNT of them; their texts are in the file's bytes */
    uint8_t *types;       /* enum sentencepiece_type */
    size_t count;
    const uint8_t *charsmap;
    size_t charsmap_bytes; /* 0: texts are not normalised by a table */
};

/* BYTES must outlive M. MPCF_E_FORMAT: not such a file, or cut; MPCF_E_UNSUPPORTED: its algorithm
 * is BPE, WORD or CHAR. */
mpcf_status sentencepiece_read(struct sentencepiece_model *m, const void *bytes, size_t length,
                               const char *name, mpcf_error *err);
void sentencepiece_clear(struct sentencepiece_model *m);

/*
 * The numbering of transformers. XLM-RoBERTa: <s> <pad> </s> <unk>, the pieces from the fourth on,
 * <mask>. CamemBERT: <s>NOTUSED <pad> </s>NOTUSED <unk> <unk>NOTUSED, the pieces from the second
 * on, <mask>. Neither falls back to bytes, whatever the file says.
 */
enum sentencepiece_numbering { SENTENCEPIECE_XLM_ROBERTA, SENTENCEPIECE_CAMEMBERT };

/* What a folder calls the five. */
struct sentencepiece_names {
    const char *bos, *pad, *eos, *unk, *mask;
};
extern const struct sentencepiece_names sentencepiece_usual_names;

mpcf_status sentencepiece_unigram(const struct sentencepiece_model *m,
                                  enum sentencepiece_numbering numbering,
                                  const struct sentencepiece_names *names, struct unigram *u,
                                  const char *name, mpcf_error *err);

#endif
