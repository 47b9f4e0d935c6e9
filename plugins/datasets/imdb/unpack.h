/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The bytes of a file, unpacked where gzip packed it: to its last one, or an error.
 */
#ifndef MPCF_IMDB_UNPACK_H
#define MPCF_IMDB_UNPACK_H

#include <stddef.h>
#include <stdio.h>

#include <mpcf/error.h>

struct unpack;

/* Of FILE, which stays the caller's; NAME, for messages, outlives the object. */
mpcf_status unpack_open(FILE *file, const char *name, struct unpack **out, mpcf_error *err);
void unpack_close(struct unpack *unpack); /* NULL is fine */
/* As many bytes as there are, *GOT of them, up to SIZE: 0 at the end, where every checksum was right.
 * MPCF_E_FORMAT: damaged, or it ends early. */
mpcf_status unpack_read(struct unpack *unpack, void *to, size_t size, size_t *got, mpcf_error *err);

#endif
