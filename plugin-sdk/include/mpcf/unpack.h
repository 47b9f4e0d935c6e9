/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mpcf/unpack.h - helpers of dataset readers: the bytes of a file, unpacked where gzip packed it (RFC 1952),
 * to its last one, or an error. Since 0.7.
 *
 * A file that begins as gzip's do is one; any other is given as it stands. Members one behind the other are one
 * text, as gzip(1) has it, and zero bytes behind the last are nothing. Other bytes there, which gzip(1) leaves out
 * with a warning, are refused: what they were is lost. So is a file that ends in the middle of a member. Checksums
 * and lengths are compared. A file that was cut between two members cannot be told from a whole one.
 *
 * An object is used from one thread at a time, different ones at once.
 */
#ifndef MPCF_UNPACK_H
#define MPCF_UNPACK_H

#include <stddef.h>
#include <stdio.h>

#include <mpcf/error.h>

MPCF_BEGIN_DECLS

typedef struct mpcf_unpack mpcf_unpack;

/* Of FILE, from where it stands; it stays the caller's, and is read by nobody else meanwhile. NAME, for messages,
 * outlives the object. *OUT ends with mpcf_unpack_close(), and is not set on failure. */
MPCF_EXPORT MPCF_MUST_CHECK mpcf_status mpcf_unpack_open(FILE *file, const char *name,
                                                         mpcf_unpack **out, mpcf_error *err);
MPCF_EXPORT void mpcf_unpack_close(mpcf_unpack *unpack); /* NULL is fine */
/* SIZE bytes, or as many as there are: *GOT of them, 0 at the end, where all was right. MPCF_E_IO: cannot be read,
 * damaged, or it ends early; the object may only be closed then. */
MPCF_EXPORT MPCF_MUST_CHECK mpcf_status mpcf_unpack_read(mpcf_unpack *unpack, void *to, size_t size,
                                                         size_t *got, mpcf_error *err);

MPCF_END_DECLS
#endif
