/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mpcf-token-lines FOLDER: encodes the texts of FOLDER/texts.jsonl with FOLDER's tokenizer, and says
 * how many have other ids or types than stand there; the first few whole. Exit status 1 where one has.
 * mpcf-token-lines FOLDER TEXTS: how fast the lines of TEXTS are encoded, a second of processor time.
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/folder.h"
#include "base/memory.h"
#include "support/token_lines.h"
#include "text/encode.h"

#define SHOWN 5

static struct token_lines_result result;

static void show(void *context, size_t number, const char *line, const char *got)
{
    (void) context;
    if (result.different < SHOWN) {
        (void) fprintf(stderr, "\nline %zu: %sgot %s", number, line, got);
    }
}

static double processor_seconds(void)
{
    struct timespec now = {0};

    (void) clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (double) now.tv_sec + (double) now.tv_nsec / 1e9;
}

static mpcf_status measure(const struct tokenizer *t, const char *path, mpcf_error *err)
{
    FILE *file = fopen(path, "r");
    char *line = NULL;
    size_t size = 0, bytes = 0, tokens = 0;
    double seconds = 0;
    mpcf_status status = MPCF_OK;

    if (file == NULL) {
        return mpcf_fail(err, MPCF_E_IO, "%s: cannot be read", path);
    }
    for (ssize_t length = 0; status == MPCF_OK && (length = getline(&line, &size, file)) > 0;) {
        struct encoding e = {0};
        double start = processor_seconds();

        status = tokenizer_encode_bytes(t, line, (size_t) length, NULL, 0, SIZE_MAX, &e, err);
        seconds += processor_seconds() - start;
        bytes += (size_t) length;
        tokens += e.count;
        encoding_clear(&e);
    }
    free(line);
    (void) fclose(file);
    (void) printf("%.1f MB, %zu tokens, %.1f MB/s\n", (double) bytes / 1e6, tokens,
                  (double) bytes / 1e6 / seconds);
    return status;
}

static mpcf_status check(const struct tokenizer *t, const char *folder, mpcf_error *err)
{
    char *path = file_join(folder, "texts.jsonl");
    mpcf_status status = token_lines_check(t, path, show, NULL, &result, err);

    mpcf_free(path);
    if (status == MPCF_OK) {
        (void) printf("%zu texts, %zu different\n", result.count, result.different);
    }
    return status;
}

int main(int argc, char **argv)
{
    mpcf_error *err = mpcf_error_create();
    struct tokenizer *t = NULL;
    mpcf_status status = MPCF_OK;

    if (argc != 2 && argc != 3) {
        (void) fprintf(stderr, "usage: mpcf-token-lines FOLDER [TEXTS]\n");
        return 2;
    }
    status = token_lines_open(argv[1], &t, err);
    if (status == MPCF_OK) {
        status = argc == 3 ? measure(t, argv[2], err) : check(t, argv[1], err);
    }
    if (status != MPCF_OK) {
        (void) fprintf(stderr, "%s\n", mpcf_error_text(err));
    }
    tokenizer_close(t);
    mpcf_error_destroy(err);
    return status != MPCF_OK ? 2 : result.different > 0;
}
