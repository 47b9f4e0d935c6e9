/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The form of what is kept of masked weights beyond a session, as bytes: what was kept (kept.h), and one
 * set of the user's D. Each has its own SHA-256, so that one that was damaged, or written in part, is
 * none.
 */
#ifndef MPCF_PREPROCESS_KEPT_FORM_H
#define MPCF_PREPROCESS_KEPT_FORM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/digest.h"

#define KEPT_ID_BYTES   16
#define KEPT_SEED_BYTES 16
#define KEPT_ID_TEXT    (2 * KEPT_ID_BYTES + 1)
#define KEPT_DIGITS     (FILE_DIGEST_SIZE - 1) /* of a SHA-256 in hex, without a zero */

/* In hex, with a zero. */
void kept_id_print(const uint8_t id[KEPT_ID_BYTES], char text[KEPT_ID_TEXT]);

/* Secret at the provider. */
struct kept_mark {
    uint8_t id[KEPT_ID_BYTES];     /* random, alike at provider and user; never zero */
    char facts[FILE_DIGEST_SIZE];  /* digest of what it is kept for, the caller's */
    uint8_t seed[KEPT_SEED_BYTES]; /* of the masks; zero at the user, which never has it */
};

#define KEPT_MARK_BYTES 168
/* False: memory. */
bool kept_mark_encode(const struct kept_mark *mark, uint8_t bytes[KEPT_MARK_BYTES]);
/* False: not of this form, or damaged (or memory). */
bool kept_mark_decode(const uint8_t *bytes, size_t length, struct kept_mark *out);

/* What stands before the LENGTH bytes of D of the set SET (its digest in hex), and behind them. */
#define KEPT_SET_HEAD 96
#define KEPT_SET_TAIL KEPT_DIGITS
void kept_set_head(const uint8_t id[KEPT_ID_BYTES], const char *set, uint64_t length,
                   uint8_t head[KEPT_SET_HEAD]);
/* Of HEAD and the LENGTH bytes of D. False: memory. */
bool kept_set_tail(const uint8_t head[KEPT_SET_HEAD], const uint8_t *d, size_t length,
                   char tail[KEPT_SET_TAIL]);
/* *D in a file of TOTAL bytes, LENGTH of it, of ID and SET; NULL where it is not that, or damaged. False:
 * memory. */
bool kept_set_find(const uint8_t *bytes, size_t total, const uint8_t id[KEPT_ID_BYTES],
                   const char *set, size_t length, const uint8_t **d);

#endif
