/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Unigram tokenizers, from either of their files, while memory runs out.
 */
#include <stdlib.h>
#include <string.h>

#include "alloc/fail_alloc.h"
#include "base/memory.h"
#include "support/support.h"
#include "support/vectors.h"
#include "text/encode.h"
#include "text/tokenizer.h"

/* A folder, and a text that needs more cuts than the stack has. */
struct words {
    char *folder;
    char text[1024];
    struct encoding right;
};

static mpcf_status encode(void *context, mpcf_error *err)
{
    const struct words *w = context;
    const mpcf_tokenizer_spec spec = {.struct_size = sizeof spec,
                                      .kind = MPCF_TOKENIZER_UNIGRAM,
                                      .vocab_size = 2000,
                                      .max_tokens = 512,
                                      .type_count = 1,
                                      .pair_separators = 2};
    struct tokenizer *t = NULL;
    struct encoding e = {0};
    mpcf_status status;

    MPCF_TRY(tokenizer_open(w->folder, &spec, &t, err));
    status = tokenizer_encode(t, w->text, "t7", 512, &e, err);
    if (status == MPCF_OK && w->right.count > 0) {
        assert_int_equal(e.count, w->right.count);
        assert_memory_equal(e.ids, w->right.ids, e.count * sizeof *e.ids);
    } else if (status == MPCF_OK) {
        ((struct words *) context)->right = e; /* the first run, which nothing disturbs */
        e = (struct encoding){0};
    }
    encoding_clear(&e);
    tokenizer_close(t);
    return status;
}

static void unigrams_say_memory_is_short(void **state)
{
    static const char *const vectors[] = {"unigram-hub",       "unigram-bytes",
                                          "xlm-roberta-model", "camembert-pieces",
                                          "xlm-roberta-class", "camembert-class"};

    (void) state;
    for (size_t i = 0; i < sizeof vectors / sizeof vectors[0]; i++) {
        char *relative = mpcf_format("tokenizers/%s", vectors[i]);
        struct words w = {.folder = vector_path(relative)};

        memset(w.text, 'a', sizeof w.text - 1);
        memcpy(w.text, "\xef\xbc\xa1\xcc\x81 <mask>", 11);
        assert_survives(vectors[i], encode, &w);
        assert_true(w.right.count > 5);
        encoding_clear(&w.right);
        mpcf_free(w.folder);
        mpcf_free(relative);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(unigrams_say_memory_is_short),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
