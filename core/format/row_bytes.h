/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The bytes of a table, piece by piece: of a file, of a gzipped one, or of memory.
 */
#ifndef MPCF_FORMAT_ROW_BYTES_H
#define MPCF_FORMAT_ROW_BYTES_H

#include <stddef.h>
#include <stdio.h>

#include <mpcf/error.h>
#include <mpcf/unpack.h>

struct row_bytes {
    const unsigned char *at, *end; /* of the piece: what is not taken yet */
    const char *name;
    FILE *file; /* NULL: memory */
    mpcf_unpack *unpack;
    unsigned char *buffer;
    const unsigned char *memory;
    size_t memory_length;
};

/* Zeroed B over the file PATH, which B's user keeps as long; row_bytes_close(), also on failure. */
mpcf_status row_bytes_open(struct row_bytes *b, const char *path, mpcf_error *err);
void row_bytes_open_memory(struct row_bytes *b, const void *data, size_t length, const char *name);
void row_bytes_close(struct row_bytes *b);
/* The next piece, where all is taken; AT == END then: the end. */
mpcf_status row_bytes_more(struct row_bytes *b, mpcf_error *err);
/* To the first byte behind a byte order mark. A file that is no text, or text in another encoding that
 * says so: MPCF_E_FORMAT with what to do. */
mpcf_status row_bytes_start(struct row_bytes *b, mpcf_error *err);

#endif
