/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The CPU as a device: every call computes at once, on all workers.
 */
#ifndef MPCF_DEVICE_DEVICE_CPU_H
#define MPCF_DEVICE_DEVICE_CPU_H

#include "device/device_operations.h"

extern const struct device_operations device_cpu;

#endif
