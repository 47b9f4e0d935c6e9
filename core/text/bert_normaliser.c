/* SPDX-License-Identifier: Apache-2.0 */
/* A text as BERT wants it: no control characters, Chinese ones apart, no accents, no capitals. */
#include "text/bert_normaliser.h"

#include "text/normal_forms.h"

/* Cleaning and spaces around Chinese characters. */
static void add_clean(const struct bert_normaliser *n, uint32_t point, struct points *out)
{
    unsigned bits = unicode_class(point);

    if (n->clean && (bits & UNICODE_DROP) != 0) {
        return;
    }
    if (n->clean && (bits & UNICODE_BLANK) != 0) {
        points_add(out, ' ');
    } else if (n->chinese && (bits & UNICODE_CHINESE) != 0) {
        points_add(out, ' ');
        points_add(out, point);
        points_add(out, ' ');
    } else {
        points_add(out, point);
    }
}

static void clean_all(const struct bert_normaliser *n, const struct points *in, struct points *out)
{
    for (size_t i = 0; i < in->count; i++) {
        add_clean(n, in->data[i], out);
        if (i < in->head) {
            out->head = out->count;
        }
    }
}

static void strip_marks(struct points *p)
{
    size_t kept = 0, head = p->head;

    for (size_t i = 0; i < p->count; i++) {
        if (p->data[i] < 0x300 || (unicode_class(p->data[i]) & UNICODE_MARK) == 0) {
            p->data[kept++] = p->data[i];
        } else {
            head -= i < p->head;
        }
    }
    p->count = kept;
    p->head = head;
}

static void add_all(const struct bert_normaliser *n, const struct points *from, struct points *out)
{
    for (size_t i = 0; i < from->count; i++) {
        if (n->lower) {
            unicode_add_lower(out, from->data[i]);
        } else {
            points_add(out, from->data[i]);
        }
        if (i < from->head) {
            out->head = out->count;
        }
    }
}

void bert_normalise(const struct bert_normaliser *n, const struct points *in, struct points *out)
{
    struct points clean = {0}, stripped = {0};
    const struct points *from = &clean;

    clean_all(n, in, &clean);
    if (n->strip && !clean.failed) {
        normal_form(NORMAL_FORM_D, &clean, &stripped);
        strip_marks(&stripped);
        from = &stripped;
    }
    add_all(n, from, out);
    out->failed = out->failed || clean.failed || stripped.failed;
    points_clear(&clean);
    points_clear(&stripped);
}
