/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A session kept on disk: a party's seeds, its corrections dealt ahead, and which inferences are
 * used up. One folder a session (store_sessions.h), readable by its owner alone.
 *
 *   lock            whoever holds it has the session
 *   session         the session's id, what it was dealt for, and this party's seeds
 *   consumed        the first inference number that is not used up
 *   inference-N     the user's corrections of inference N: header, then the steps' bytes
 *   packing-ID      the provider's digest of what it sent as D, the masked weights ID
 *
 * `consumed` is on the disk (synced, renamed) before the first byte of an inference is used, so
 * that a crash uses no stream twice; a second process finds the folder locked. A folder restored
 * from a backup still would: the handshake compares both sides' numbers, and both go on at the
 * larger.
 */
#ifndef MPCF_PREPROCESS_STORE_H
#define MPCF_PREPROCESS_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <mpcf/error.h>

#include "base/digest.h"
#include "preprocess/source.h"

#define STORE_ID_BYTES    16
#define STORE_SEEDS_BYTES 48

struct store;

/* Secret. */
struct store_identity {
    uint8_t session[STORE_ID_BYTES];
    uint8_t seeds[STORE_SEEDS_BYTES]; /* provider, weights, user; zero where not known */
    char facts[FILE_DIGEST_SIZE - 1]; /* digest of what it was dealt for, the caller's; or zero */
};

/* Public: what a party needs before it offers to go on with a session. */
struct store_label {
    uint8_t session[STORE_ID_BYTES];
    char facts[FILE_DIGEST_SIZE]; /* with a zero */
    uint32_t next;
};
/* Of the session that lies in FOLDER, which is not taken: MPCF_E_IO, MPCF_E_FORMAT. */
mpcf_status store_look(const char *folder, struct store_label *out, mpcf_error *err);

/* A new session in FOLDER; what lay there of an older one is removed. The folder is this
 * process's until store_close(). Another has it, or it holds files that no store writes:
 * MPCF_E_INVALID. */
mpcf_status store_create(const char *folder, const struct store_identity *identity,
                         struct store **out, mpcf_error *err);
/* The one that lies there: MPCF_E_IO, MPCF_E_FORMAT; another process has it: MPCF_E_INVALID. */
mpcf_status store_open(const char *folder, struct store_identity *identity, struct store **out,
                       mpcf_error *err);
void store_close(struct store *s); /* NULL is fine */

/* The first inference number not used up. */
uint32_t store_next(const struct store *s);
/* INFERENCE and all below are used up, durably. One already used: MPCF_E_INVALID. */
mpcf_status store_consume(struct store *s, uint32_t inference, mpcf_error *err);
/* All below NEXT are used up, durably, and their corrections removed. NEXT is used up itself:
 * MPCF_E_INVALID. */
mpcf_status store_skip_to(struct store *s, uint32_t next, mpcf_error *err);

/* Writes the corrections of INFERENCE for the program of DIGEST as they come from FROM, parts of
 * LENGTHS bytes (zero ones are skipped). */
mpcf_status store_fill(struct store *s, uint32_t inference, const char *digest, struct source *from,
                       const size_t *lengths, size_t count, mpcf_error *err);
/* What the corrections of an inference, COUNT parts of LENGTHS bytes, take on the disk. */
uint64_t store_bytes(const size_t *lengths, size_t count);
/* Digest of the program whose corrections of INFERENCE are there. None: MPCF_E_IO; of another
 * session, or cut short: MPCF_E_FORMAT. */
mpcf_status store_program(struct store *s, uint32_t inference, char digest[FILE_DIGEST_SIZE],
                          mpcf_error *err);
/* Reads them back. Not there: MPCF_E_IO; of another session or program, or cut short:
 * MPCF_E_FORMAT. */
mpcf_status store_source(struct store *s, uint32_t inference, const char *digest,
                         struct source *out, mpcf_error *err);
/* Ends the reading and removes the file. */
void store_source_close(struct store *s, uint32_t inference, struct source *source);

/* Remembers DIGEST for the masked weights ID (hex), or compares: another one is MPCF_E_INVALID. */
mpcf_status store_masked_weights(struct store *s, const char *id, const char *digest,
                                 mpcf_error *err);

#endif
