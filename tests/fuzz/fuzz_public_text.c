/* SPDX-License-Identifier: Apache-2.0 */
/* A line of another's approximations.json: an entry of one line without a key of the file, or an error. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "client/public_text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct text_buffer out = {0};
    char *line = malloc(size + 1);

    if (line == NULL) {
        return 0;
    }
    memcpy(line, data, size);
    line[size] = '\0';
    if (public_text_entry(line, &out, NULL) == MPCF_OK &&
        strpbrk(text_string(&out), "\n[]#&*!|>'%@`/") != NULL) {
        abort();
    }
    text_clear(&out);
    free(line);
    return 0;
}
