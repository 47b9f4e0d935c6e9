/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The module: its one symbol, and CUDA from the libraries of the machine that it runs on.
 */
#include <stdbool.h>

#include <mpcf/export.h>

#include "cuda_machine.h"
#include "cuda_operations.h"
#include "kernels_image.h"

/* Filled once, when a device is first opened, by the thread that opens devices; others may work by then. */
static struct cuda_table table;
static bool has_driver, has_lt;

mpcf_status cuda_machine_driver(const struct cuda_table **out, mpcf_error *err)
{
    if (!has_driver) {
        MPCF_TRY(cuda_table_fill_driver(&table, err));
        has_driver = true;
    }
    *out = &table;
    return MPCF_OK;
}

mpcf_status cuda_machine_lt(mpcf_error *err)
{
    if (!has_lt) {
        MPCF_TRY(cuda_table_fill_lt(&table, MPCF_CUDA_TOOLKIT / 1000, err));
        has_lt = true;
    }
    return MPCF_OK;
}

const struct cuda_build *cuda_machine_build(void)
{
    static const struct cuda_build build = {kernels_image, MPCF_CUDA_TOOLKIT};

    return &build;
}

extern MPCF_EXPORT const struct device_module mpcf_device_module;
const struct device_module mpcf_device_module = {
    .magic = DEVICE_MAGIC,
    .interface = DEVICE_INTERFACE,
    .name = "cuda",
    .operations = &cuda_operations,
};
