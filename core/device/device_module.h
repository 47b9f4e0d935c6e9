/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Modules that open devices, beside the library: mpcf-NAME.so in devices-MAJOR.
 */
#ifndef MPCF_DEVICE_DEVICE_MODULE_H
#define MPCF_DEVICE_DEVICE_MODULE_H

#include "device/device_operations.h"

/* Loads mpcf-NAME.so with libltdl, for the life of the process. Not there: MPCF_E_UNSUPPORTED; of another
 * DEVICE_INTERFACE: MPCF_E_ABI (builds of one number are not told apart). */
mpcf_status device_module_load(const char *name, const struct device_operations **out,
                               mpcf_error *err);

#endif
