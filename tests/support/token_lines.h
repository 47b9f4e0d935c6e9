/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Files of texts and what another implementation makes of them: lines of
 * {"text": "a", "pair": "b", "max_length": 16, "ids": [0, 2], "types": [0, 0]}; pair, max_length and
 * types may be missing.
 */
#ifndef MPCF_TESTS_TOKEN_LINES_H
#define MPCF_TESTS_TOKEN_LINES_H

#include <stddef.h>

#include "text/tokenizer.h"

struct token_lines_result {
    size_t count, different;
};

/* FOLDER's tokenizer.json as the library tokenizers reads it, without a class around it. */
mpcf_status token_lines_open_file(const char *folder, const mpcf_tokenizer_spec *spec,
                                  struct tokenizer **out, mpcf_error *err);
/* A tokenizer.json without a network around it: of any size, two types. */
mpcf_status token_lines_open(const char *folder, struct tokenizer **out, mpcf_error *err);
/* Calls DIFFERS for each line whose tokens T sees otherwise, with what it has got; then counts it in
 * RESULT. */
mpcf_status token_lines_check(const struct tokenizer *t, const char *path,
                              void (*differs)(void *context, size_t number, const char *line,
                                              const char *got),
                              void *context, struct token_lines_result *result, mpcf_error *err);

#endif
