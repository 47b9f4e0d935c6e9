/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is kept of masked weights, while memory runs out: it says so, and takes nothing for damaged.
 */
#include <stdio.h>
#include <string.h>

#include "alloc/fail_alloc.h"
#include "base/memory.h"
#include "preprocess/kept.h"
#include "preprocess/kept_list.h"
#include "support/support.h"

#define FACTS "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

static mpcf_status use_kept(struct kept *k, mpcf_error *err)
{
    static const uint8_t d[64] = {1, 2, 3};
    struct kept_set set = {.d = NULL};

    MPCF_TRY(kept_check(k, FACTS, FACTS, false, err));
    MPCF_TRY(kept_set_write(k, FACTS, d, sizeof d, err));
    MPCF_TRY(kept_set_open(k, FACTS, sizeof d, &set, err));
    assert_memory_equal(set.d, d, sizeof d);
    kept_set_close(&set);
    return MPCF_OK;
}

/* What memory does not suffice to find is not found, and is begun anew. */
static mpcf_status keep_masks(void *context, mpcf_error *err)
{
    const struct kept_mark mark = {.id = {1}, .facts = FACTS};
    char root[4200];
    struct kept *k = NULL;

    (void) context;
    (void) snprintf(root, sizeof root, "%s/kept", test_folder());
    kept_close(kept_find(root, FACTS));
    kept_tidy(root, 1, 0);
    MPCF_TRY(kept_begin(root, "user", &mark, &k, err));
    const mpcf_status status = use_kept(k, err);
    kept_close(k);
    return status;
}

static void kept_masks_say_memory_is_short(void **state)
{
    (void) state;
    assert_survives("masked weights that are kept", keep_masks, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(kept_masks_say_memory_is_short),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
