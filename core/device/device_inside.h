/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the files of this folder know of a device and its queues.
 */
#ifndef MPCF_DEVICE_DEVICE_INSIDE_H
#define MPCF_DEVICE_DEVICE_INSIDE_H

#include "device/device_operations.h"

struct device {
    const struct device_operations *operations;
    void *state;
    char *name, *reason;
    struct device_facts facts;
    struct device_part reserve; /* at 0: none yet */
    size_t taken;
    bool is_let_go; /* the reserve, wiped: the next may have it */
};

struct device_queue {
    struct device *device;
    void *state;
};

#endif
