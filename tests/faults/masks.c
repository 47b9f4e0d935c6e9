/* SPDX-License-Identifier: Apache-2.0 */
#include "faults/masks.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/apart.h"
#include "support/support.h"

/* Two that mean different things are equal by chance below that. */
#define SHORTEST 64
#define LINES    3 /* that say which */
/* What is public and may be sent again: announcements and hellos, handshakes. */
#define ANNOUNCEMENT 128
#define HANDSHAKE    8192

struct sent {
    unsigned long long hash;
    int role;
    unsigned turn;
    unsigned long event;
    unsigned long long length;
    bool is_weights; /* of a session that is new in this run, before its first inference */
};

struct used {
    unsigned long long session;
    unsigned number; /* the first that is not used up */
    int role;
    unsigned turn;
};

struct mask_book {
    struct sent *sent;
    size_t sent_count;
    struct used *used;
    size_t used_count;
};

bool masks_are_public(unsigned long long length)
{
    return length == ANNOUNCEMENT || length == HANDSHAKE;
}

struct mask_book *masks_open(void)
{
    struct mask_book *book = calloc(1, sizeof *book);

    assert_non_null(book);
    return book;
}

void masks_close(struct mask_book *book)
{
    free(book->sent);
    free(book->used);
    free(book);
}

static void add_sent(struct mask_book *book, const struct sent *sent)
{
    book->sent = realloc(book->sent, (book->sent_count + 1) * sizeof *book->sent);
    assert_non_null(book->sent);
    book->sent[book->sent_count++] = *sent;
}

static void add_used(struct mask_book *book, const struct used *used)
{
    book->used = realloc(book->used, (book->used_count + 1) * sizeof *book->used);
    assert_non_null(book->used);
    book->used[book->used_count++] = *used;
}

void masks_read(struct mask_book *book, int role, unsigned turn, const char *path)
{
    FILE *file = fopen(path, "r");
    char line[1024];
    struct sent sent = {.role = role, .turn = turn};
    struct used used = {.role = role, .turn = turn};

    while (file != NULL && fgets(line, sizeof line, file) != NULL) {
        if (sscanf(line, "wire %lu sent %*u %llu %llx", &sent.event, &sent.length, &sent.hash) ==
            3) {
            if (sent.length >= SHORTEST && !masks_are_public(sent.length)) {
                add_sent(book, &sent);
            }
        } else if (sscanf(line, "used %llx %u", &used.session, &used.number) == 2) {
            sent.is_weights = role == PROVIDER && used.number == 0;
            add_used(book, &used);
        }
    }
    if (file != NULL) {
        (void) fclose(file);
    }
}

/* By role and hash, the earlier one first. */
static int order_sent(const void *left, const void *right)
{
    const struct sent *a = left, *b = right;

    if (a->role != b->role || a->hash != b->hash) {
        return a->role != b->role ? a->role - b->role : a->hash < b->hash ? -1 : 1;
    }
    if (a->turn != b->turn) {
        return a->turn < b->turn ? -1 : 1;
    }
    return a->event < b->event ? -1 : a->event > b->event;
}

static size_t messages_twice(const struct mask_book *book)
{
    size_t twice = 0;

    if (book->sent_count == 0) {
        return 0;
    }
    qsort(book->sent, book->sent_count, sizeof *book->sent, order_sent);
    for (size_t i = 1; i < book->sent_count; i++) {
        const struct sent *a = &book->sent[i - 1], *b = &book->sent[i];

        if (a->role != b->role || a->hash != b->hash || a->length != b->length) {
            continue;
        }
        book->sent[i].is_weights = a->is_weights;
        if (!a->is_weights) {
            twice++;
        }
        if (!a->is_weights && twice <= LINES) {
            print_error("the %s sends %llu bytes at event %lu of run %u, and again at event %lu "
                        "of run %u\n",
                        apart_names[a->role], a->length, a->event, a->turn, b->event, b->turn);
        }
    }
    return twice;
}

/* Numbers of a session only grow. */
static size_t numbers_twice(const struct mask_book *book)
{
    size_t twice = 0;

    for (size_t i = 0; i < book->used_count; i++) {
        for (size_t k = 0; k < i; k++) {
            const struct used *a = &book->used[k], *b = &book->used[i];

            if (a->role == b->role && a->session == b->session && b->number <= a->number) {
                print_error("the %s's store says %u of session %llx in run %u, and %u in run %u\n",
                            apart_names[a->role], a->number, a->session, a->turn, b->number,
                            b->turn);
                twice++;
            }
        }
    }
    return twice;
}

size_t masks_twice(const struct mask_book *book)
{
    return messages_twice(book) + numbers_twice(book);
}

size_t masks_count(const struct mask_book *book)
{
    return book->sent_count;
}
