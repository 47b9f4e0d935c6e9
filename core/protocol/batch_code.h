/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The batch code of the private embedding: which buckets hold which rows of a table, for everybody,
 * and in which buckets the user finds the rows of its text, for it alone.
 *
 * Public hashes put each row into CODE_COPIES of B buckets, one of each third of them; CODE_STASH more
 * buckets, the stash, hold all rows. One row of each bucket can be asked for, so that the distinct ids
 * of a text are placed by a matching. Sizes depend on the number of ids alone.
 * Source: Ishai, Kushilevitz, Ostrovsky, Sahai, "Batch codes and their applications" (STOC 2004);
 * Angel, Chen, Laine, Setty, "PIR with compressed queries and amortized query processing" (S&P 2018),
 * which places by cuckoo hashing; Kirsch, Mitzenmacher, Wieder, "More robust hashing: cuckoo hashing
 * with a stash" (2009).
 */
#ifndef MPCF_PROTOCOL_BATCH_CODE_H
#define MPCF_PROTOCOL_BATCH_CODE_H

#include <stddef.h>
#include <stdint.h>

#include <mpcf/error.h>

enum {
    CODE_COPIES = 3, /* buckets of a row, beside the stash */
    CODE_STASH = 1,
    CODE_WIDTH = CODE_COPIES + CODE_STASH, /* places of a row in all */
    CODE_MORE_BUCKETS = 12, /* than 1.5 an id: with them 64 ids are refused once in 4 10^10 times */
    CODE_LEAST_BUCKETS = 96
};

/* B for COUNT ids: 1.5 an id and some more, CODE_LEAST_BUCKETS at least, a multiple of CODE_COPIES. */
size_t batch_code_buckets(size_t count);
/* Those of B buckets that are asked for: with the stash. */
size_t batch_code_asked(size_t buckets);
/* Where place I (below CODE_WIDTH) of ROW is. The same in every run of every model: a change of it
 * raises HANDSHAKE_PROTOCOL. */
size_t batch_code_bucket(size_t buckets, size_t row, unsigned i);

/* Places COUNT ids, equal ones together: ROW_OF[bucket] is the row asked of each (-1: of an empty
 * one), SLOT[i] the bucket of id i. As many as can be are placed, whatever their order; where the
 * stash does not hold the rest: MPCF_E_INVALID. Its time depends on the ids. */
mpcf_status batch_code_place(size_t buckets, const int32_t *ids, size_t count, int32_t *row_of,
                             int32_t *slot, mpcf_error *err);

#endif
