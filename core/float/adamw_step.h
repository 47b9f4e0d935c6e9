/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One step of Adam with decoupled weight decay: the numbers that are the same for all elements.
 */
#ifndef MPCF_FLOAT_ADAMW_STEP_H
#define MPCF_FLOAT_ADAMW_STEP_H

struct adamw_step {
    float rate;  /* learning rate / (1 - beta1^t) */
    float decay; /* 1 - learning rate * weight decay */
    float beta1, beta2;
    float root_scale; /* 1 / sqrt(1 - beta2^t) */
    float epsilon;
    float gradient_scale; /* of clipping */
};

#endif
