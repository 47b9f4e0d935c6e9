/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mpcf-token-lines FOLDER: encodes the texts of FOLDER/texts.jsonl with FOLDER's tokenizer, and says
 * how many have other ids or types than stand there; the first few whole. Exit status 1 where one has.
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/folder.h"
#include "base/memory.h"
#include "support/token_lines.h"

#define SHOWN 5

static struct token_lines_result result;

static void show(void *context, size_t number, const char *line, const char *got)
{
    (void) context;
    if (result.different < SHOWN) {
        (void) fprintf(stderr, "\nline %zu: %sgot %s", number, line, got);
    }
}

int main(int argc, char **argv)
{
    mpcf_error *err = mpcf_error_create();
    struct tokenizer *t = NULL;
    mpcf_status status = MPCF_OK;
    char *path = NULL;

    if (argc != 2) {
        (void) fprintf(stderr, "usage: mpcf-token-lines FOLDER\n");
        return 2;
    }
    status = token_lines_open(argv[1], &t, err);
    path = file_join(argv[1], "texts.jsonl");
    if (status == MPCF_OK) {
        status = token_lines_check(t, path, show, NULL, &result, err);
    }
    if (status != MPCF_OK) {
        (void) fprintf(stderr, "%s\n", mpcf_error_text(err));
    } else {
        (void) printf("%zu texts, %zu different\n", result.count, result.different);
    }
    tokenizer_close(t);
    mpcf_free(path);
    mpcf_error_destroy(err);
    return status != MPCF_OK ? 2 : result.different > 0;
}
