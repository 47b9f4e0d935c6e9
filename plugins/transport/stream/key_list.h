/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Texts of keys, line by line, and the list of keys that were taken back. Foreign bytes, all of them.
 */
#ifndef MPCF_STREAM_KEY_LIST_H
#define MPCF_STREAM_KEY_LIST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <mpcf/error.h>

#include "proof_file.h"

#define KEY_FINGERPRINT_BYTES 16 /* half of a SHA-256 */
#define REVOKED_MAX           1024

struct key_list {
    const char *text;
    size_t length, at;
    const char *name; /* in messages */
    unsigned number;  /* of the line that was given last, from 1 */
    const char *line; /* NULL: there was none */
    size_t size;      /* its bytes */
};

/* The next line that is neither empty nor a comment, which begins with #. MPCF_E_FORMAT, "NAME:LINE: ...": it ends
 * in CR LF. */
mpcf_status key_list_next(struct key_list *l, mpcf_error *err);
/* The same, and it must be FIRST: "NAME: ...". */
mpcf_status key_list_first(struct key_list *l, const char *first, mpcf_error *err);
/* Whether TEXT is BYTES in lower-case hexadecimal digits, and nothing else: what people compare has one spelling. */
bool key_list_digits(const char *text, size_t length, uint8_t *out, size_t bytes);

struct revoked_keys {
    size_t count;
    uint8_t fingerprints[REVOKED_MAX][KEY_FINGERPRINT_BYTES];
};

/* Lines of 32 hexadecimal digits behind the line "mpcf-revoked 1". MPCF_E_FORMAT. */
mpcf_status revoked_keys_parse(const char *text, size_t length, const char *name,
                               struct revoked_keys *out, mpcf_error *err);
/* FOLDER/revoked, which need not be there: none was taken back then. FILE: its path and facts; no text is kept. */
mpcf_status revoked_keys_read(const char *folder, struct proof_file *file, struct revoked_keys *out,
                              mpcf_error *err);
bool revoked_keys_have(const struct revoked_keys *revoked,
                       const uint8_t fingerprint[KEY_FINGERPRINT_BYTES]);

#endif
