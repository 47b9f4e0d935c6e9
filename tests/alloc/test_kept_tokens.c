/* SPDX-License-Identifier: Apache-2.0 */
/* Kept tokens, written and read, while memory runs out. */
#include <string.h>

#include "alloc/fail_alloc.h"
#include "base/memory.h"
#include "corpus/corpus_cache.h"
#include "support/support.h"

/* Written and read again; what is not kept is tokenized. */
static mpcf_status keep_tokens(void *context, mpcf_error *err)
{
    const struct corpus_item *kept = context;
    static const int32_t ramp[2] = {0, 1};
    const struct corpus_cache_limits limits = {
        .count = 3, .rows = 3, .max_tokens = 1, .vocab_size = 2};
    struct corpus_cache cache = {.folder = test_folder()};
    struct corpus_item items[3];
    struct arena *memory = arena_create();

    if (memory == NULL) {
        return mpcf_fail_memory(err, 0, "tokens");
    }
    memset(cache.key, 'f', sizeof cache.key - 1);
    corpus_cache_write(&cache, kept, 3, 3);
    if (corpus_cache_read(&cache, &limits, memory, ramp, items)) {
        assert_int_equal(items[2].ids[0], 1);
        assert_int_equal(items[2].id, 2);
    }
    arena_destroy(memory);
    return MPCF_OK;
}

static void kept_tokens_survive_short_memory(void **state)
{
    int32_t id = 1, type = 0;
    struct corpus_item items[3] = {{.ids = &id, .types = &type, .length = 1},
                                   {.ids = &id, .types = &type, .length = 1, .id = 1},
                                   {.ids = &id, .types = &type, .length = 1, .id = 2}};

    (void) state;
    assert_survives("tokens that are kept", keep_tokens, items);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(kept_tokens_survive_short_memory)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
