/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Folders with a SentencePiece model that are refused; what is read is compared with transformers in
 * test_tokenizer_vectors.c.
 */
#include <string.h>

#include "base/file.h"
#include "base/folder.h"
#include "base/memory.h"
#include "support/support.h"
#include "support/vectors.h"
#include "text/tokenizer.h"

static mpcf_error *err;

static mpcf_status open_folder(const char *folder, int64_t vocab_size)
{
    const mpcf_tokenizer_spec spec = {.struct_size = sizeof(spec),
                                      .kind = MPCF_TOKENIZER_UNIGRAM,
                                      .vocab_size = vocab_size,
                                      .max_tokens = 512,
                                      .type_count = 1,
                                      .pair_separators = 2};
    struct tokenizer *t = NULL;
    mpcf_status status = tokenizer_open(folder, &spec, &t, err);

    if (status == MPCF_OK) {
        tokenizer_close(t);
    }
    return status;
}

/* An empty folder; mpcf_free() its path. */
static char *new_folder(const char *name)
{
    char *folder = file_join(test_folder(), name);

    assert_ok(file_make_folder(folder, err), err);
    return folder;
}

static void put(const char *folder, const char *name, const char *text, size_t length)
{
    char *path = file_join(folder, name);

    assert_ok(file_write_whole(path, text, length, err), err);
    mpcf_free(path);
}

static void put_model(const char *folder, const char *vector)
{
    size_t length = 0;
    char *model = vector_bytes(vector, &length);

    put(folder, "sentencepiece.bpe.model", model, length);
    mpcf_free(model);
}

static void what_is_not_offered_is_refused(void **state)
{
    static const struct {
        const char *config, *says;
        mpcf_status status;
    } folders[] = {
        {"{}", NULL, MPCF_OK},
        {"{\"tokenizer_class\":\"CamembertTokenizer\"}", NULL, MPCF_OK},
        {"{\"tokenizer_class\":\"PreTrainedTokenizerFast\"}",
         "no tokenizer.json, which tokenizer_class 'PreTrainedTokenizerFast' needs", MPCF_E_IO},
        {"{\"tokenizer_class\":\"RobertaTokenizer\"}", "neither tokenizer.json nor vocab.json",
         MPCF_E_IO},
        {"{\"tokenizer_class\":\"AlbertTokenizer\"}", "'AlbertTokenizer' is not offered",
         MPCF_E_UNSUPPORTED},
        {"{\"mask_token\":null}", "leaves out one of", MPCF_E_UNSUPPORTED},
        {"{\"mask_token\":7}", "'mask_token' is not a token", MPCF_E_FORMAT},
    };
    char *folder = new_folder("classes");

    (void) state;
    put_model(folder, "unigram/small.model");
    for (size_t i = 0; i < sizeof folders / sizeof folders[0]; i++) {
        mpcf_status status;

        put(folder, "tokenizer_config.json", folders[i].config, strlen(folders[i].config));
        mpcf_error_reset(err);
        status = open_folder(folder, 1000);
        if (status != folders[i].status) {
            fail_msg("%s: %s, %s", folders[i].config, mpcf_status_name(status),
                     mpcf_error_text(err));
        }
        if (folders[i].says != NULL) {
            assert_message_contains(err, folders[i].says);
        }
    }
    mpcf_free(folder);
}

static void pieces_that_the_network_has_not_are_refused(void **state)
{
    char *folder = new_folder("models");
    size_t length = 0;
    char *model = NULL;

    (void) state;
    put_model(folder, "unigram/small.model");
    assert_status(MPCF_E_FORMAT, open_folder(folder, 100), err);
    assert_message_contains(err, "but the model has 100");
    put_model(folder, "unigram/bpe.model");
    assert_status(MPCF_E_UNSUPPORTED, open_folder(folder, 1000), err);
    assert_message_contains(err, "sentencepiece.bpe.model: a SentencePiece model of type BPE");
    model = vector_bytes("unigram/small.model", &length);
    put(folder, "sentencepiece.bpe.model", model, length / 2);
    assert_status(MPCF_E_FORMAT, open_folder(folder, 1000), err);
    assert_message_contains(err, "is no message of Protocol Buffers");
    mpcf_free(model);
    mpcf_free(folder);
}

static void a_folder_without_either_says_so(void **state)
{
    char *folder = new_folder("none");

    (void) state;
    assert_status(MPCF_E_IO, open_folder(folder, 1000), err);
    assert_message_contains(err, "neither tokenizer.json nor sentencepiece.bpe.model");
    mpcf_free(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_not_offered_is_refused),
        cmocka_unit_test(pieces_that_the_network_has_not_are_refused),
        cmocka_unit_test(a_folder_without_either_says_so),
    };
    int failed;

    err = mpcf_error_create();
    failed = cmocka_run_group_tests(tests, NULL, NULL);
    mpcf_error_destroy(err);
    return failed;
}
