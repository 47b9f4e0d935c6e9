/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The three roles of a small pipeline, each started as a process of its own.
 */
#ifndef MPCF_TESTS_APART_H
#define MPCF_TESTS_APART_H

#include <stddef.h>
#include <sys/types.h>

enum { PROVIDER, USER, DEALER, ROLES };
extern const char *const apart_names[ROLES]; /* "provider" */
extern const char *const apart_logs[ROLES];  /* "provider.log", in the folder */

/* As test_run_create(), with addresses that no other test has; ROWS of the evaluation split. */
const char *apart_create(const char *infer, size_t rows);
/* ROLE of FOLDER's pipeline; BEFORE as in test_host_start(); SET: an option, or NULL. */
pid_t apart_start(const char *folder, int role, const char *const *before, const char *set);
/* SETS: options, NULL ends; at most 4. */
pid_t apart_start_with(const char *folder, int role, const char *const *sets);
/* All three, the user last and with SET, on which roles must agree: nobody begins, and each ends with 1, the others when
 * their connect_timeout is over. */
void apart_disagree(const char *folder, const char *set);
/* ROLE's log of the last run says PART. */
void apart_assert_logged(const char *folder, int role, const char *part);
/* FOLDER/bare.yaml: its pipeline without data and stages. */
void apart_write_bare(const char *folder);

#endif
