/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The provider's record of a set of masked weights: the digest of what it sent as D, written before that. One
 * that is there is never written over.
 */
#ifndef MPCF_PREPROCESS_KEPT_RECORDS_H
#define MPCF_PREPROCESS_KEPT_RECORDS_H

#include <stdbool.h>

#include <mpcf/error.h>

/* What a record says of D. */
enum kept_record {
    KEPT_SAME,
    KEPT_OTHER,  /* or it cannot be read as a record */
    KEPT_ABSENT, /* it was never written, or an old copy of the folder was put in place of it */
};

/* Of the KEPT_DIGITS of DIGEST, the record in PATH. A file that is there and cannot be read: MPCF_E_IO. */
mpcf_status kept_record_compare(const char *path, const char *digest, enum kept_record *out,
                                mpcf_error *err);
/* Writes it, synced. Another process was first: *OUT says what it wrote. MPCF_E_IO. */
mpcf_status kept_record_write(const char *path, const char *digest, enum kept_record *out,
                              mpcf_error *err);
/* Whether FOLDER has a record of any set. */
bool kept_records_any(const char *folder);

#endif
