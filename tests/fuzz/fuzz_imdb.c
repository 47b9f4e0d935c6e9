/* SPDX-License-Identifier: Apache-2.0 */
/*
 * aclImdb_v1.tar.gz, and the tar alone: what is listed is in order and within the texts.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "imdb/review_archive.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const struct reviews *r)
{
    size_t end = 0;

    for (size_t i = 0; i < r->count; i++) {
        const struct review *one = &r->items[i];

        if (one->label < 0 || one->label > 1 || one->rating < 1 || one->rating > 10 ||
            one->at + one->length >= r->texts_length || r->texts[one->at + one->length] != '\0') {
            abort();
        }
        if (i > 0 &&
            (one->label < one[-1].label || (one->label == one[-1].label && one->id < one[-1].id))) {
            abort();
        }
        end += one->length + 1;
    }
    if (end != r->texts_length) {
        abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct reviews reviews = {0};
    FILE *file = size > 0 ? fmemopen((void *) (uintptr_t) data, size, "rb") : NULL;

    if (file == NULL) {
        return 0;
    }
    if (archive_list_stream(file, "fuzz", "train", &reviews, NULL) == MPCF_OK) {
        check(&reviews);
    }
    reviews_clear(&reviews);
    (void) fclose(file);
    return 0;
}
