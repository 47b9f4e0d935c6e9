/* SPDX-License-Identifier: Apache-2.0 */
/* A set of heads: one bit a head. */
#include "graph/head_set.h"

#include <assert.h>
#include <stdio.h>

#define WORDS (HEADS_MAX / 64)

bool head_set_is_empty(const struct head_set *s)
{
    return head_set_count(s) == 0;
}

bool head_set_has(const struct head_set *s, size_t head)
{
    return head < HEADS_MAX && (s->bits[head / 64] >> (head % 64) & 1) != 0;
}

void head_set_add(struct head_set *s, size_t head)
{
    assert(head < HEADS_MAX);
    s->bits[head / 64] |= UINT64_C(1) << (head % 64);
}

struct head_set head_set_first(size_t count)
{
    struct head_set s = {{0}};

    for (size_t i = 0; i < count; i++) {
        head_set_add(&s, i);
    }
    return s;
}

struct head_set head_set_join(const struct head_set *a, const struct head_set *b)
{
    struct head_set s = *a;

    for (size_t i = 0; i < WORDS; i++) {
        s.bits[i] |= b->bits[i];
    }
    return s;
}

bool head_set_meets(const struct head_set *a, const struct head_set *b)
{
    const struct head_set rest = head_set_without(a, b);

    return head_set_count(&rest) < head_set_count(a);
}

struct head_set head_set_without(const struct head_set *a, const struct head_set *b)
{
    struct head_set s = *a;

    for (size_t i = 0; i < WORDS; i++) {
        s.bits[i] &= ~b->bits[i];
    }
    return s;
}

size_t head_set_count(const struct head_set *s)
{
    return head_set_rank(s, HEADS_MAX);
}

size_t head_set_at(const struct head_set *s, size_t index)
{
    for (size_t head = 0; head < HEADS_MAX; head++) {
        if (head_set_has(s, head) && index-- == 0) {
            return head;
        }
    }
    return HEADS_MAX;
}

size_t head_set_rank(const struct head_set *s, size_t head)
{
    size_t count = 0;

    for (size_t i = 0; i < head; i++) {
        count += head_set_has(s, i) ? 1 : 0;
    }
    return count;
}

const char *head_set_text(const struct head_set *s, char *text)
{
    size_t length = 0;

    text[0] = '\0';
    for (size_t head = 0; head < HEADS_MAX; head++) {
        size_t last = head;

        if (!head_set_has(s, head)) {
            continue;
        }
        while (head_set_has(s, last + 1)) {
            last++;
        }
        length += (size_t) snprintf(text + length, HEAD_SET_TEXT_SIZE - length,
                                    last > head ? "%s%zu-%zu" : "%s%zu", length == 0 ? "" : ",",
                                    head, last);
        head = last;
    }
    return text;
}
