/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An expression of a stranger, and behind a zero byte a text to find it in: what is found covers the
 * text once, in order. Behind a first byte '=' a fixed string.
 */
#include "base/text.h"
#include "fuzz_tokenizer.h"
#include "text/pattern.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_parts(const struct parts *parts, size_t count)
{
    size_t at = 0;

    for (size_t i = 0; i < parts->count; i++) {
        const struct part *p = &parts->items[i];

        if (p->first != at || p->end < p->first || (p->first == p->end && !p->is_match)) {
            abort();
        }
        at = p->end;
    }
    if (at != count) {
        abort();
    }
}

static void find(const struct pattern *pattern, const uint8_t *text, size_t size)
{
    struct points points = {0};
    struct parts parts = {0};

    points_add_utf8(&points, (const char *) text, size);
    parts_begin(&parts, size);
    if (pattern_find(pattern, points.data, points.count, &parts, NULL) == MPCF_OK) {
        check_parts(&parts, points.count);
    }
    parts_clear(&parts);
    points_clear(&points);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const uint8_t *text = NULL;
    size_t text_size = 0, length = fuzz_cut(data, size, &text, &text_size);
    const char *expression = (const char *) data;
    struct pattern pattern = {0};
    mpcf_status status = MPCF_OK;

    if (text_utf8_valid(expression, length) < length ||
        text_utf8_valid((const char *) text, text_size) < text_size) {
        return 0; /* readers of files see to that */
    }
    if (length > 0 && *expression == '=') {
        status = pattern_set_string(&pattern, expression + 1, length - 1, NULL);
    } else {
        status = pattern_set_expression(&pattern, expression, length, NULL);
    }
    if (status == MPCF_OK) {
        find(&pattern, text, text_size);
    }
    pattern_clear(&pattern);
    return 0;
}
