/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A stranger's sentencepiece.bpe.model, numbered as both families do it, on texts of its own pieces.
 */
#include <stdint.h>

#include "fuzz_unigram.h"
#include "text/sentencepiece_model.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void try_numbering(const struct sentencepiece_model *m,
                          enum sentencepiece_numbering numbering)
{
    struct unigram u;

    if (sentencepiece_unigram(m, numbering, &sentencepiece_usual_names, &u, "fuzz", NULL) !=
        MPCF_OK) {
        return;
    }
    for (size_t i = 0; i < m->count && i < 50; i++) {
        fuzz_unigram(&u, m->pieces[i].text, m->pieces[i].length);
    }
    unigram_clear(&u);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct sentencepiece_model m;
    struct precompiled p;

    if (sentencepiece_read(&m, data, size, "fuzz", NULL) != MPCF_OK) {
        return 0;
    }
    try_numbering(&m, SENTENCEPIECE_XLM_ROBERTA);
    try_numbering(&m, SENTENCEPIECE_CAMEMBERT);
    if (m.charsmap_bytes > 0 &&
        precompiled_read(&p, m.charsmap, m.charsmap_bytes, "fuzz", NULL) == MPCF_OK) {
        fuzz_precompiled(&p, m.pieces[0].text, m.pieces[0].length);
        precompiled_clear(&p);
    }
    sentencepiece_clear(&m);
    return 0;
}
