/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What provider and user keep of masked weights beyond a session (weight_masks: kept): the provider the
 * seed of the masks, one for a user, the user D.
 *
 *   ROOT/NAME/lock        who has it open shares it; who begins or removes it has it alone
 *            kept         the id that both know, what it is for, and the provider's seed
 *            packing-SET  the provider's digest of what it sent as D of a set of masked weights
 *            weights-SET  the user's D
 *
 * The id is random and says nothing of weights. Each file is written beside its place, synced and renamed,
 * with a digest of its own: what a crash or a disk damaged is not there. NAME is the id in hex at the user, at
 * the provider a digest of the graph and the user's name: so one provider has one seed for a user of a graph, and a user never
 * writes into what another session of its own reads.
 *
 * All is readable by its owner alone. Removing a folder of ROOT, or ROOT, while no role runs forgets it.
 */
#ifndef MPCF_PREPROCESS_KEPT_H
#define MPCF_PREPROCESS_KEPT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <mpcf/error.h>

#include "preprocess/kept_form.h"

struct kept;

/* Of the folders in ROOT that are for FACTS the one used last, shared; NULL where there is none that can be
 * read and that nobody has alone. */
struct kept *kept_find(const char *root, const char *facts);
/* The provider: NAME's, shared, where it is of FACTS and ID. NULL: it is not, or has no seed. */
struct kept *kept_open(const char *root, const char *name, const char *facts,
                       const uint8_t id[KEPT_ID_BYTES]);
/* MARK in ROOT/NAME, which is emptied, and this process's alone until it is closed. A process has it:
 * MPCF_E_INVALID; others may look into it: MPCF_E_CONFIG; MPCF_E_IO. */
mpcf_status kept_begin(const char *root, const char *name, const struct kept_mark *mark,
                       struct kept **out, mpcf_error *err);
void kept_close(struct kept *k); /* NULL is fine */
/* Closes it, and removes what lies there, but for what another process reads yet. NULL is fine. */
void kept_remove(struct kept *k);
/* Whether any of ROOT has ID, open or not. */
bool kept_has_id(const char *root, const uint8_t id[KEPT_ID_BYTES]);

const struct kept_mark *kept_mark(const struct kept *k);
/* Nothing of it is found again. False: it may be, since the disk fails. */
bool kept_forget(const struct kept *k);

/* The provider: remembers DIGEST of D of SET, before it is sent; or compares: another one would show the
 * difference of two weights, and is MPCF_E_INVALID. So is none where WAS_SENT: the user has D. Where it cannot be
 * written K is forgotten, and goes on in this session alone: MPCF_OK, or MPCF_E_IO where that fails, too. */
mpcf_status kept_check(struct kept *k, const char *set, const char *digest, bool was_sent,
                       mpcf_error *err);
/* Whether any D was remembered. None: D may have been sent that is not, where an old copy was put back. */
bool kept_is_recorded(const struct kept *k);

/* The user: whether there is a file of D of SET, LENGTH bytes. */
bool kept_has_set(const struct kept *k, const char *set, size_t length);
/* D, until kept_set_close(). Not there, or damaged: MPCF_E_FORMAT, and the file is removed. */
struct kept_set {
    const uint8_t *d;
    void *map;
};
mpcf_status kept_set_open(const struct kept *k, const char *set, size_t length,
                          struct kept_set *out, mpcf_error *err);
void kept_set_close(struct kept_set *set);
mpcf_status kept_set_write(struct kept *k, const char *set, const uint8_t *d, size_t length,
                           mpcf_error *err);

#endif
