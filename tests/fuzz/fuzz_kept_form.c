/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Files of what is kept of masked weights. The first byte says which: a mark, which is taken only where it
 * is what its own bytes say; or a set, which is found within its bytes and nowhere else.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "preprocess/kept_form.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool is_so)
{
    if (!is_so) {
        abort();
    }
}

static void check_mark(const uint8_t *data, size_t size)
{
    struct kept_mark mark;
    uint8_t again[KEPT_MARK_BYTES];

    if (kept_mark_decode(data, size, &mark)) {
        must(size == sizeof again && kept_mark_encode(&mark, again) &&
             memcmp(again, data, sizeof again) == 0 && strlen(mark.facts) == KEPT_DIGITS);
    }
}

/* Of the id and the set that its head names; and one whose digest is made to fit. */
static void check_set(const uint8_t *data, size_t size)
{
    static const uint8_t id[KEPT_ID_BYTES] = {7};
    char set[KEPT_DIGITS], tail[KEPT_SET_TAIL];
    const size_t length =
        size < KEPT_SET_HEAD + KEPT_SET_TAIL ? 0 : size - KEPT_SET_HEAD - KEPT_SET_TAIL;
    uint8_t *whole = malloc(size + KEPT_SET_HEAD + KEPT_SET_TAIL + 1);
    const uint8_t *found = NULL;

    must(whole != NULL);
    memset(set, 'a', sizeof set);
    must(kept_set_find(data, size, id, set, length, &found));
    must(found == NULL || found == data + KEPT_SET_HEAD);
    kept_set_head(id, set, size, whole);
    if (size > 0) {
        memcpy(whole + KEPT_SET_HEAD, data, size);
    }
    must(kept_set_tail(whole, whole + KEPT_SET_HEAD, size, tail));
    memcpy(whole + KEPT_SET_HEAD + size, tail, sizeof tail);
    must(kept_set_find(whole, size + KEPT_SET_HEAD + KEPT_SET_TAIL, id, set, size, &found));
    must(found == whole + KEPT_SET_HEAD);
    must(kept_set_find(whole, size + KEPT_SET_HEAD + KEPT_SET_TAIL, id, set, size + 1, &found));
    must(found == NULL);
    free(whole);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0) {
        return 0;
    }
    if (data[0] % 2 == 0) {
        check_mark(data + 1, size - 1);
    } else {
        check_set(data + 1, size - 1);
    }
    return 0;
}
