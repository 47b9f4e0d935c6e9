/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lines of texts: no byte is lost or added, and no text has what ends one.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "format/text_lines.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(int is_so)
{
    if (!is_so) {
        abort();
    }
}

static void check_text(const char *text, size_t length)
{
    must(text[length] == '\0');
    must(memchr(text, '\t', length) == NULL && memchr(text, '\n', length) == NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct text_lines *l = NULL;
    struct text_line line;
    enum text_lines_found found = TEXT_LINE;
    mpcf_status status = MPCF_OK;
    size_t bytes = 0, count = 0, ends = 0;

    if (text_lines_open_memory(data, size, "fuzz", &l, NULL) != MPCF_OK) {
        return 0;
    }
    while (status == MPCF_OK && found == TEXT_LINE) {
        status = text_lines_next(l, true, &line, &found, NULL);
        if (status == MPCF_OK && found == TEXT_LINE) {
            check_text(line.a, line.a_length);
            bytes += line.a_length;
            if (line.b != NULL) {
                check_text(line.b, line.b_length);
                bytes += line.b_length + 1;
            }
            count++;
        }
    }
    for (size_t i = 0; i < size; i++) {
        ends += data[i] == '\n';
    }
    if (status == MPCF_OK) {
        must(count == ends || count == ends + 1);
        must(bytes + ends <= size && size <= bytes + 2 * ends + 3);
    }
    text_lines_close(l);
    return 0;
}
