/* SPDX-License-Identifier: Apache-2.0 */
/*
 * AdamW over all parameters of a network (Loshchilov and Hutter, ICLR 2019), with clipping of the
 * gradients' norm.
 *
 * Rows of an embedding table that no example has used have no moments: they only decay, all by the
 * same product, which is applied when a row is first used and when the values are read.
 */
#ifndef MPCF_TRAIN_ADAMW_H
#define MPCF_TRAIN_ADAMW_H

#include "graph/parameters.h"

struct adamw_options {
    double beta1, beta2, epsilon;
    double weight_decay; /* not of biases and layer norms */
    double clip_norm;    /* of all gradients together; 0: no clipping */
};
void adamw_options_default(struct adamw_options *o); /* 0.9, 0.999, 1e-8, 0.01, 1 */

struct adamw;
mpcf_status adamw_create(struct parameters *p, const struct adamw_options *o, struct adamw **out,
                         mpcf_error *err);
void adamw_destroy(struct adamw *a); /* NULL is fine */

/* Parameter NAME gets no gradient in this stage: it is neither changed nor decayed. */
void adamw_leave_out(struct adamw *a, const char *name);
/* Before a forward that reads rows IDS of its tables: brings them up to date. */
void adamw_use_rows(struct adamw *a, const int32_t *ids, size_t count);
/* Applies the gradients, which are then zero. *NORM: before clipping. A norm that is not finite
 * changes nothing: MPCF_E_RANGE. */
mpcf_status adamw_step(struct adamw *a, double learning_rate, double *norm, mpcf_error *err);
/* Brings all rows up to date: before values are read as a whole. */
void adamw_settle(struct adamw *a);

/* For resuming: named arrays of floats, valid until the optimizer ends. */
struct adamw_array {
    char name[256];
    float *data;
    size_t count;
};
size_t adamw_array_count(const struct adamw *a);
struct adamw_array adamw_array(struct adamw *a, size_t i);
uint64_t adamw_steps(const struct adamw *a);
double adamw_pending(const struct adamw *a); /* decay that unused rows have not seen */
void adamw_restore(struct adamw *a, uint64_t steps, double pending);

#endif
