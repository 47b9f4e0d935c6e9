/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SHA-256, of a file or of what is added piece by piece.
 */
#ifndef MPCF_BASE_DIGEST_H
#define MPCF_BASE_DIGEST_H

#include <stddef.h>

#include <mpcf/error.h>

/* In lower-case hex, 64 digits and a zero (OpenSSL). */
#define FILE_DIGEST_SIZE 65
mpcf_status file_digest(const char *path, char digest[FILE_DIGEST_SIZE], mpcf_error *err);
struct digest; /* incremental */
struct digest *digest_begin(void);
void digest_add(struct digest *digest, const void *data, size_t length);
void digest_end(struct digest *digest, char text[FILE_DIGEST_SIZE]); /* frees */

#endif
