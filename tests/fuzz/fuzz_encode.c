/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Texts of strangers through both tokenizers, with vocabularies that know every byte and some
 * words: nothing of a text may get lost on the way through byte-level BPE.
 */
#include "fuzz_tokenizer.h"
#include "text/encode.h"
#include "text/tokenizer_parts.h"
#include "text/tokenizer_plain.h"
#include "text/unicode.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct tokenizer *wordpiece, *byte_bpe;
static size_t id_bytes[FUZZ_WORDS]; /* of each token of BYTE_BPE */

static const char words[] = "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\na\nb\n##a\n##b\nab\n##ab\n##e\ne\n"
                            "\xe4\xb8\xad\n.\n'\ns\n##s\n";

static void must(mpcf_status status)
{
    if (status != MPCF_OK) {
        abort();
    }
}

static void add(const char *word, size_t length, int32_t id, size_t bytes)
{
    must(tokenizer_add_word(byte_bpe, word, length, id, "fuzz", NULL));
    id_bytes[id] = bytes;
}

static void add_special(const char *word)
{
    const struct added_token how = {.id = VOCABULARY_NONE, .strip_left = true};

    must(tokenizer_add_token(byte_bpe, word, strlen(word), &how, "fuzz", NULL));
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    static const char merges[] = "a b\n\xc4\xa0 a\nab ab\n' s\n\xc4\xa0 \xc4\xa0\n";
    uint32_t hidden = 0;

    (void) argc;
    (void) argv;
    wordpiece = fuzz_tokenizer(MPCF_TOKENIZER_WORDPIECE);
    byte_bpe = fuzz_tokenizer(MPCF_TOKENIZER_BYTE_BPE);
    if (wordpiece == NULL || byte_bpe == NULL) {
        abort();
    }
    must(tokenizer_load_words(wordpiece, words, sizeof(words) - 1, "fuzz", NULL));
    must(tokenizer_set_defaults(wordpiece, NULL, "fuzz", NULL));
    must(tokenizer_finish(wordpiece, NULL));
    for (uint32_t b = 0; b < 256; b++) {
        bool seen = (b >= 0x21 && b <= 0x7e) || (b >= 0xa1 && b <= 0xac) || b >= 0xae;
        char text[4];

        add(text, unicode_encode(seen ? b : 0x100 + hidden++, text), (int32_t) b + 8, 1);
    }
    add("ab", 2, 300, 2);
    add("\xc4\xa0"
        "a",
        3, 301, 2);
    add("abab", 4, 302, 4);
    add("'s", 2, 303, 2);
    add("\xc4\xa0\xc4\xa0", 4, 304, 2);
    add("<mask>", 6, 4, 0);
    add("<s>", 3, 1, 0);
    add("</s>", 4, 2, 0);
    add("<unk>", 5, 3, 0);
    add_special("<mask>");
    must(tokenizer_load_merges(byte_bpe, merges, sizeof(merges) - 1, "fuzz", NULL));
    must(tokenizer_set_defaults(byte_bpe, NULL, "fuzz", NULL));
    must(tokenizer_finish(byte_bpe, NULL));
    return 0;
}

static bool holds(const uint8_t *data, size_t size, const char *part)
{
    return memmem(data, size, part, strlen(part)) != NULL;
}

/* E has all bytes of the text between its special tokens. */
static void check_bytes(const struct encoding *e, size_t size)
{
    size_t bytes = 0;

    for (size_t i = 1; i + 1 < e->count; i++) {
        bytes += id_bytes[e->ids[i]];
    }
    if (bytes != size) {
        abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct encoding e = {0};

    fuzz_encode(wordpiece, data, size);
    fuzz_encode(byte_bpe, data, size);
    if (tokenizer_encode_bytes(byte_bpe, (const char *) data, size, NULL, 0, SIZE_MAX, &e, NULL) ==
            MPCF_OK &&
        !holds(data, size, "<")) {
        check_bytes(&e, size);
    }
    encoding_clear(&e);
    return 0;
}
