/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which heads of a layer: what an entry of the pipeline file is of.
 */
#ifndef MPCF_GRAPH_HEAD_SET_H
#define MPCF_GRAPH_HEAD_SET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define HEADS_MAX 256

struct head_set {
    uint64_t bits[HEADS_MAX / 64];
};

/* "0-3,7" of the most heads that a set can have. */
#define HEAD_SET_TEXT_SIZE 1024

bool head_set_is_empty(const struct head_set *s);
bool head_set_has(const struct head_set *s, size_t head);
void head_set_add(struct head_set *s, size_t head); /* HEAD below HEADS_MAX */
/* The heads 0 .. COUNT - 1. */
struct head_set head_set_first(size_t count);
struct head_set head_set_join(const struct head_set *a, const struct head_set *b);
bool head_set_meets(const struct head_set *a, const struct head_set *b);
/* A without those of B. */
struct head_set head_set_without(const struct head_set *a, const struct head_set *b);
size_t head_set_count(const struct head_set *s);
/* The INDEX-th head from below, from 0; HEADS_MAX: there are not as many. */
size_t head_set_at(const struct head_set *s, size_t index);
/* How many are below HEAD. */
size_t head_set_rank(const struct head_set *s, size_t head);
/* "0-3,7" into TEXT[HEAD_SET_TEXT_SIZE]; returns TEXT. */
const char *head_set_text(const struct head_set *s, char *text);

#endif
