/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The tree of JSON that a report is: values at paths ("secure.online.rounds"), and its lists.
 */
#ifndef MPCF_REPORT_REPORT_TREE_H
#define MPCF_REPORT_REPORT_TREE_H

#include <stddef.h>
#include <stdint.h>

#include <jansson.h>
#include <mpcf/error.h>

/* Puts VALUE (taken, also on failure; NULL is "memory short") at PATH, "secure.online.rounds";
 * objects on the way are made, an old value is replaced. */
mpcf_status report_set(json_t *root, const char *path, json_t *value, mpcf_error *err);
/* NaN and infinities, which JSON has not, become null. */
mpcf_status report_set_real(json_t *root, const char *path, double value, mpcf_error *err);
mpcf_status report_set_count(json_t *root, const char *path, uint64_t value, mpcf_error *err);
mpcf_status report_set_text(json_t *root, const char *path, const char *value, mpcf_error *err);
/* The value at PATH, or NULL; belongs to ROOT. */
json_t *report_get(const json_t *root, const char *path);
/* Forgets the value at PATH, which an earlier run may have left. */
void report_drop(json_t *root, const char *path);

/* One point of STAGE's curve ("finetune", "distill.layers"). */
mpcf_status report_add_loss(json_t *root, const char *stage, uint64_t step, double epoch,
                            double loss, mpcf_error *err);
/* Forgets STAGE's points from STEP on: before a stage begins (0) or resumes. */
void report_drop_losses(json_t *root, const char *stage, uint64_t step);

/* What a function cost per run; added to an entry of its name where there is one. */
struct report_function {
    const char *name;
    double seconds;
    uint64_t bytes, offline_bytes, rounds; /* bytes: whole link, both ways */
};
mpcf_status report_add_function(json_t *root, const struct report_function *function,
                                mpcf_error *err);
/* A plug-in in use; its SHA-256 is taken from PATH (NULL: built in). Once for each KIND and NAME. */
mpcf_status report_add_plugin(json_t *root, const char *kind, const char *name, const char *version,
                              const char *path, mpcf_error *err);

#endif
