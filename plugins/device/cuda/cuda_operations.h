/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The table that makes a device of CUDA one of core/device.
 */
#ifndef MPCF_CUDA_OPERATIONS_H
#define MPCF_CUDA_OPERATIONS_H

#include "device/device_operations.h"

extern const struct device_operations cuda_operations;

#endif
