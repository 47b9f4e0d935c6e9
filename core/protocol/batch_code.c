/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Hashes and the matching. The matching is Kuhn's: an id whose buckets are taken looks, breadth first,
 * for a row of others that can move.
 */
#include "protocol/batch_code.h"

#include "base/memory.h"

size_t batch_code_buckets(size_t count)
{
    const size_t wanted = count + (count + 1) / 2 + CODE_MORE_BUCKETS;
    const size_t buckets = wanted > CODE_LEAST_BUCKETS ? wanted : CODE_LEAST_BUCKETS;

    return (buckets + CODE_COPIES - 1) / CODE_COPIES * CODE_COPIES;
}

size_t batch_code_asked(size_t buckets)
{
    return buckets + CODE_STASH;
}

/* SplitMix64's (Steele, Lea, Flood, OOPSLA 2014). */
static uint64_t mixed(uint64_t x)
{
    x = (x ^ x >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
    x = (x ^ x >> 27) * UINT64_C(0x94D049BB133111EB);
    return x ^ x >> 31;
}

size_t batch_code_bucket(size_t buckets, size_t row, unsigned i)
{
    const uint64_t third = buckets / CODE_COPIES;

    if (i >= CODE_COPIES) {
        return buckets + i - CODE_COPIES;
    }
    const uint64_t number = (uint64_t) row * CODE_COPIES + i + 1;
    const uint64_t hash = mixed(number * UINT64_C(0x9E3779B97F4A7C15)) >> 32;
    return (size_t) (i * third + (hash * third >> 32));
}

#define NOWHERE (-1)

/* Distinct ids have numbers in the order in which they come; all arrays are of one block. */
struct matching {
    size_t buckets, distinct;
    int32_t *ids;   /* by number */
    int32_t *at;    /* by number: its bucket */
    int32_t *queue; /* numbers */
    int32_t *owner; /* by bucket: a number */
    int32_t *via;   /* by bucket: the number that looks at it */
    int32_t *seen;  /* by bucket: the last search that did */
};

static void set_all(int32_t *x, size_t count, int32_t to)
{
    for (size_t i = 0; i < count; i++) {
        x[i] = to;
    }
}

/* Everyone on the way to the free BUCKET moves into what the next one leaves. */
static void move_along(struct matching *m, int32_t bucket)
{
    while (bucket != NOWHERE) {
        const int32_t number = m->via[bucket], left = m->at[number];
        m->owner[bucket] = number;
        m->at[number] = bucket;
        bucket = left;
    }
}

static void place_one(struct matching *m, int32_t number)
{
    size_t first = 0, end = 1;

    m->queue[0] = number;
    for (; first < end; first++) {
        const int32_t looking = m->queue[first];
        for (unsigned i = 0; i < CODE_COPIES; i++) {
            const size_t b = batch_code_bucket(m->buckets, (size_t) m->ids[looking], i);
            if (m->seen[b] == number) {
                continue;
            }
            m->seen[b] = number;
            m->via[b] = looking;
            if (m->owner[b] == NOWHERE) {
                move_along(m, (int32_t) b);
                return;
            }
            m->queue[end++] = m->owner[b];
        }
    }
}

/* Gives each id its number, in SLOT. */
static void number_ids(struct matching *m, const int32_t *ids, size_t count, int32_t *slot)
{
    for (size_t i = 0; i < count; i++) {
        size_t n = 0;
        while (n < m->distinct && m->ids[n] != ids[i]) {
            n++;
        }
        m->ids[n] = ids[i];
        m->distinct += n == m->distinct;
        slot[i] = (int32_t) n;
    }
}

/* Number of those that go to the stash, which may be more than it holds. */
static size_t fill_stash(struct matching *m)
{
    size_t stashed = 0;

    for (size_t n = 0; n < m->distinct; n++) {
        if (m->at[n] == NOWHERE) {
            m->at[n] = (int32_t) (m->buckets + stashed++);
        }
    }
    return stashed;
}

static size_t match(struct matching *m, const int32_t *ids, size_t count, int32_t *row_of,
                    int32_t *slot)
{
    number_ids(m, ids, count, slot);
    set_all(m->at, count, NOWHERE);
    set_all(m->owner, m->buckets, NOWHERE);
    set_all(m->seen, m->buckets, NOWHERE);
    for (size_t n = 0; n < m->distinct; n++) {
        place_one(m, (int32_t) n);
    }
    const size_t stashed = fill_stash(m);
    set_all(row_of, batch_code_asked(m->buckets), NOWHERE);
    for (size_t n = 0; stashed <= CODE_STASH && n < m->distinct; n++) {
        row_of[m->at[n]] = m->ids[n];
    }
    for (size_t i = 0; i < count; i++) {
        slot[i] = m->at[slot[i]];
    }
    return stashed;
}

mpcf_status batch_code_place(size_t buckets, const int32_t *ids, size_t count, int32_t *row_of,
                             int32_t *slot, mpcf_error *err)
{
    const size_t room = 3 * count + 1 + 3 * buckets;
    int32_t *block = mpcf_secret_alloc(room, sizeof *block);

    if (block == NULL) {
        return mpcf_fail_memory(err, room * sizeof *block, "places of ids");
    }
    struct matching m = {.buckets = buckets, .ids = block};
    m.at = m.ids + count;
    m.queue = m.at + count;
    m.owner = m.queue + count + 1;
    m.via = m.owner + buckets;
    m.seen = m.via + buckets;
    const size_t stashed = match(&m, ids, count, row_of, slot);
    mpcf_secret_free(block);
    return stashed <= CODE_STASH
               ? MPCF_OK
               : mpcf_fail(
                     err, MPCF_E_INVALID,
                     "no place for the words of this text: nothing of it was sent. Ask it with "
                     "other words, with a word less, or at another padded length "
                     "(stages.infer.length)");
}
