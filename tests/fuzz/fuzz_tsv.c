/* SPDX-License-Identifier: Apache-2.0 */
/*
 * TSV files, with a line of names and without: every field is text, every row has all columns, refused ones
 * are passed, and a second walk gives the same.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <mpcf/tsv.h>

#include "base/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Rows, and a sum over all of them but the refused ones. */
static uint64_t walk(mpcf_tsv *t, uint64_t *sum)
{
    const char *const *fields = NULL;
    mpcf_status status = MPCF_OK;

    *sum = 0;
    for (;;) {
        status = mpcf_tsv_next(t, &fields, NULL);
        if (status == MPCF_E_FORMAT) {
            continue;
        }
        if (status != MPCF_OK || fields == NULL) {
            break;
        }
        for (size_t i = 0; fields[i] != NULL; i++) {
            size_t length = strlen(fields[i]);

            if (text_utf8_valid(fields[i], length) != length) {
                abort();
            }
            *sum = *sum * 31 + length;
        }
    }
    return mpcf_tsv_rows(t);
}

static void read_all(const uint8_t *data, size_t size, const char *const *names)
{
    mpcf_tsv *t = NULL;
    uint64_t rows = 0, sum = 0, again = 0;
    int32_t column = 0;

    if (mpcf_tsv_open_memory_columns(data, size, "fuzz", names, &t, NULL) != MPCF_OK) {
        return;
    }
    if (mpcf_tsv_require(t, "label", &column, NULL) == MPCF_OK && column < 0) {
        abort();
    }
    rows = walk(t, &sum);
    if (mpcf_tsv_rewind(t, NULL) != MPCF_OK || walk(t, &again) != rows || sum != again) {
        abort();
    }
    mpcf_tsv_close(t);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const names[] = {"label", "text", NULL};

    read_all(data, size, NULL);
    read_all(data, size, names);
    return 0;
}
