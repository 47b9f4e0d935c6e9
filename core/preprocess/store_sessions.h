/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The stored sessions of one role: a folder (store.h) for each, named by the session's id in hex, in
 * one folder of the role's. Several processes may work in it at once, each with a session of its own.
 */
#ifndef MPCF_PREPROCESS_STORE_SESSIONS_H
#define MPCF_PREPROCESS_STORE_SESSIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <mpcf/error.h>

#include "preprocess/store.h"

/* MPCF_E_CONFIG where an earlier version wrote ROOT, which need not be there. Only looks. */
mpcf_status store_sessions_check(const char *root, mpcf_error *err);
/* Before anything else: ROOT, for its owner alone, also where it is missing. One that an earlier
 * version wrote, with a session in ROOT itself: MPCF_E_CONFIG. */
mpcf_status store_sessions_open(const char *root, mpcf_error *err);
/* The folder of session ID in ROOT; mpcf_free(). NULL: memory. */
char *store_sessions_folder(const char *root, const uint8_t id[STORE_ID_BYTES]);

/* What lies there of session ID; false where there is none, or a process has it. Only looks. */
bool store_sessions_look(const char *root, const uint8_t id[STORE_ID_BYTES],
                         struct store_label *out);
/* Of the sessions that no process has and that were dealt for FACTS the one used last; where there
 * is none *OUT is the one used last of other facts, if any, and the answer is false. */
bool store_sessions_find(const char *root, const char *facts, struct store_label *out,
                         bool *has_other);

/* Removes session ID, its seeds first, if no process has it. */
void store_sessions_remove(const char *root, const uint8_t id[STORE_ID_BYTES]);
/* Removes those not used for longer than AGE_NS (0: none), and then the one unused longest, until
 * KEEP are left. What a process has is left, and counts. What cannot be removed is logged. */
void store_sessions_tidy(const char *root, size_t keep, int64_t age_ns);

#endif
