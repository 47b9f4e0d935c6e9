/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whole runs of three processes (apart.h), by users with output folders of their own.
 */
#ifndef MPCF_TESTS_APART_USERS_H
#define MPCF_TESTS_APART_USERS_H

#include <stddef.h>

#include <jansson.h>

/* A user's own output folder NAME: the student, and nothing of another's sessions. */
void apart_add_user(const char *folder, const char *name);
/* The record of the user whose output is OUTPUT, of a run that ends well; provider and dealer keep
 * theirs. SET: an option of all three, or NULL. */
json_t *apart_run_user(const char *folder, const char *output, const char *set);
/* Takes USER, such a record, over. */
void apart_assert_taken_up(json_t *user, double runs, double taken_up);
/* Sessions that lie in ROOT, as "run/store/provider". */
size_t apart_sessions(const char *folder, const char *root);

#endif
