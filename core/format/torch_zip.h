/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The zip archive that torch.save() writes: data.pkl, and a member for each storage.
 */
#ifndef MPCF_FORMAT_TORCH_ZIP_H
#define MPCF_FORMAT_TORCH_ZIP_H

#include <stdbool.h>
#include <stddef.h>

#include <mpcf/error.h>

struct torch_zip;

/* Whether DATA begins as an archive does. */
bool torch_zip_is(const void *data, size_t length);
/* DATA and NAME outlive it. */
mpcf_status torch_zip_open(const void *data, size_t length, const char *name,
                           struct torch_zip **out, mpcf_error *err);
void torch_zip_close(struct torch_zip *zip); /* NULL is fine */
/* The member FOLDER/MEMBER of the archive, whose one folder is named as its file was: in DATA where it
 * is stored, a copy where it is compressed. *BYTES live as long as ZIP. Its checksum is compared where it has
 * one. MPCF_E_FORMAT: damaged, or it is not there (*BYTES is NULL then). */
mpcf_status torch_zip_member(struct torch_zip *zip, const char *member, size_t member_length,
                             const unsigned char **bytes, size_t *length, mpcf_error *err);

#endif
