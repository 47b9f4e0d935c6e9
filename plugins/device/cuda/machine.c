/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The module: its one symbol, and CUDA from the libraries of the machine that it runs on.
 */
#include <pthread.h>
#include <stdbool.h>

#include <mpcf/export.h>

#include "cuda_machine.h"
#include "cuda_operations.h"
#include "kernels_image.h"

/* Each half is filled once, when a device is first opened, under LOCK: more than one thread may open
 * devices. Who has got the table reads it without. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct cuda_table table;
static bool has_driver, has_lt;

mpcf_status cuda_machine_driver(const struct cuda_table **out, mpcf_error *err)
{
    mpcf_status status = MPCF_OK;

    (void) pthread_mutex_lock(&lock);
    if (!has_driver) {
        status = cuda_table_fill_driver(&table, err);
        has_driver = status == MPCF_OK;
    }
    (void) pthread_mutex_unlock(&lock);
    *out = &table;
    return status;
}

mpcf_status cuda_machine_lt(mpcf_error *err)
{
    mpcf_status status = MPCF_OK;

    (void) pthread_mutex_lock(&lock);
    if (!has_lt) {
        status = cuda_table_fill_lt(&table, MPCF_CUDA_TOOLKIT / 1000, err);
        has_lt = status == MPCF_OK;
    }
    (void) pthread_mutex_unlock(&lock);
    return status;
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
