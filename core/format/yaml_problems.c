/* SPDX-License-Identifier: Apache-2.0 */
/*
 * All mistakes of one file, kept until the end, told in the order of their places and each only
 * once.
 */
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "format/yaml_problems.h"

struct problem {
    char *file; /* NULL: no position */
    size_t line, column, order;
    char *message;
};

enum { PROBLEMS_MAX = 1000 }; /* more are only counted */

struct yaml_problems {
    struct problem *items;
    size_t count, capacity;
    size_t beyond; /* PROBLEMS_MAX */
    size_t lost;   /* for want of memory */
    struct text_buffer text;
};

struct yaml_problems *yaml_problems_create(void)
{
    return mpcf_alloc_array(1, sizeof(struct yaml_problems));
}

void yaml_problems_destroy(struct yaml_problems *p)
{
    if (p == NULL) {
        return;
    }
    for (size_t i = 0; i < p->count; i++) {
        mpcf_free(p->items[i].file);
        mpcf_free(p->items[i].message);
    }
    mpcf_free(p->items);
    text_clear(&p->text);
    mpcf_free(p);
}

/* The same mistake may be met on several ways: options of a transport, once for each role. */
static bool known(const struct yaml_problems *p, const char *file, size_t line, size_t column,
                  const char *message)
{
    for (size_t i = 0; i < p->count; i++) {
        const struct problem *item = &p->items[i];

        if (item->line == line && item->column == column && item->message != NULL &&
            (item->file == NULL) == (file == NULL) &&
            (file == NULL || strcmp(item->file, file) == 0) &&
            strcmp(item->message, message) == 0) {
            return true;
        }
    }
    return false;
}

static void add(struct yaml_problems *p, const char *file, size_t line, size_t column,
                const char *format, va_list args) MPCF_PRINTF(5, 0);

static void add(struct yaml_problems *p, const char *file, size_t line, size_t column,
                const char *format, va_list args)
{
    char message[2048];
    struct problem *items = p->items;

    (void) vsnprintf(message, sizeof message, format, args);
    if (known(p, file, line, column, message)) {
        return;
    }
    if (p->count == PROBLEMS_MAX) {
        p->beyond++;
        return;
    }
    if (p->count == p->capacity) {
        size_t capacity = p->capacity == 0 ? 8 : 2 * p->capacity;

        items = mpcf_grow_array(p->items, p->capacity, capacity, sizeof *items);
        if (items == NULL) {
            p->lost++;
            return;
        }
        p->items = items;
        p->capacity = capacity;
    }
    items[p->count] = (struct problem){
        .file = file == NULL ? NULL : mpcf_strdup(file),
        .line = line,
        .column = column,
        .order = p->count,
        .message = mpcf_strdup(message),
    };
    p->count++;
}

void yaml_problem(struct yaml_problems *p, const struct yaml_node *at, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    if (at == NULL) {
        add(p, NULL, 0, 0, format, args);
    } else {
        add(p, at->file, at->line, at->column, format, args);
    }
    va_end(args);
}

void yaml_problem_key(struct yaml_problems *p, const struct yaml_node *at, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    if (at->key == NULL) {
        add(p, at->file, at->line, at->column, format, args);
    } else {
        add(p, at->file, at->key_line, at->key_column, format, args);
    }
    va_end(args);
}

size_t yaml_problems_count(const struct yaml_problems *p)
{
    return p->count + p->beyond + p->lost;
}

static int compare(const void *left, const void *right)
{
    const struct problem *a = left, *b = right;

    if (a->line != b->line) {
        return a->line < b->line ? -1 : 1;
    }
    if (a->column != b->column) {
        return a->column < b->column ? -1 : 1;
    }
    return a->order < b->order ? -1 : 1;
}

static void append_position(struct text_buffer *text, const struct problem *item)
{
    if (item->file == NULL) {
        return;
    }
    text_append(text, item->file);
    if (item->line > 0) {
        text_printf(text, ":%zu:%zu", item->line, item->column);
    }
    text_append(text, ": ");
}

/* LINE without the key in front where the position is that key: "--set model.path". */
static const char *without_key(const struct problem *item, const char *line)
{
    const char *key = item->file != NULL && item->line == 0 ? strchr(item->file, ' ') : NULL;
    const size_t length = key != NULL ? strlen(key + 1) : 0;

    return length > 0 && text_starts_with(line, key + 1) && text_starts_with(line + length, ": ")
               ? line + length + 2
               : line;
}

static void append_problem(struct text_buffer *text, const struct problem *item)
{
    const char *line = item->message == NULL ? "out of memory" : without_key(item, item->message);

    for (;;) {
        const char *end = strchr(line, '\n');

        append_position(text, item);
        text_append_bytes(text, line, end == NULL ? strlen(line) : (size_t) (end - line));
        text_append(text, "\n");
        if (end == NULL) {
            return;
        }
        line = end + 1;
    }
}

const char *yaml_problems_text(struct yaml_problems *p)
{
    text_clear(&p->text);
    if (p->count > 1) {
        qsort(p->items, p->count, sizeof *p->items, compare);
    }
    for (size_t i = 0; i < p->count; i++) {
        append_problem(&p->text, &p->items[i]);
    }
    if (p->beyond > 0) {
        text_printf(&p->text, "%zu more of the kind\n", p->beyond);
    }
    if (p->lost > 0) {
        text_printf(&p->text, "%zu more, which memory did not suffice for\n", p->lost);
    }
    return text_string(&p->text);
}
