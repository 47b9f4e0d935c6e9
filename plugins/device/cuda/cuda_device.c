/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether a device of CUDA can be used, in words that say what is missing, and what it holds while it is
 * open.
 */
#include "cuda_device.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cuda_machine.h"

#define CAPABILITY_LEAST 8 /* sm_80: what our kernels are built for */
#define GIB              (1024.0 * 1024.0 * 1024.0)

/* --- Failures --- */

/* "CUDA_ERROR_NO_DEVICE, no CUDA-capable device is detected"; a number where CUDA has no words. */
static const char *describe(const struct cuda_table *table, cuda_result result, char *text,
                            size_t size)
{
    const char *name = NULL, *words = NULL;

    if (table->error_name(result, &name) == CUDA_OK && name != NULL &&
        table->error_text(result, &words) == CUDA_OK && words != NULL) {
        (void) snprintf(text, size, "%s, %s", name, words);
    } else {
        (void) snprintf(text, size, "error %d", (int) result);
    }
    return text;
}

mpcf_status cuda_check(const struct cuda_table *table, cuda_result result, const char *doing,
                       mpcf_error *err)
{
    char text[256];

    if (result == CUDA_OK) {
        return MPCF_OK;
    }
    return mpcf_fail(err, result == CUDA_OUT_OF_MEMORY ? MPCF_E_NOMEM : MPCF_E_IO, "%s: %s", doing,
                     describe(table, result, text, sizeof text));
}

mpcf_status cuda_check_lt(lt_status status, const char *doing, mpcf_error *err)
{
    return status == LT_OK ? MPCF_OK
                           : mpcf_fail(err, MPCF_E_IO, "%s: cuBLASLt fails with status %d", doing,
                                       (int) status);
}

mpcf_status cuda_enter(const struct cuda_device *c, mpcf_error *err)
{
    return cuda_check(c->table, c->table->context_set(c->context), "taking up the device", err);
}

/* --- Opening --- */

static mpcf_status check_driver(const struct cuda_table *table, mpcf_error *err)
{
    const int needed = cuda_machine_build()->toolkit / 1000 * 1000;
    int version = 0;
    char text[256];
    const cuda_result begun = table->init(0);

    if (begun != CUDA_OK) {
        return mpcf_fail(err, MPCF_E_UNSUPPORTED, "the CUDA driver finds no device: %s",
                         describe(table, begun, text, sizeof text));
    }
    MPCF_TRY(
        cuda_check(table, table->driver_version(&version), "asking the driver's version", err));
    if (version < needed) {
        return mpcf_fail(
            err, MPCF_E_UNSUPPORTED,
            "the driver is one for CUDA %d.%d, this build needs one for CUDA %d.0 or newer",
            version / 1000, version % 1000 / 10, needed / 1000);
    }
    return MPCF_OK;
}

static mpcf_status find_device(struct cuda_device *c, unsigned number, mpcf_error *err)
{
    int count = 0;

    MPCF_TRY(cuda_check(c->table, c->table->device_count(&count), "counting devices", err));
    if (count <= 0) {
        return mpcf_fail(err, MPCF_E_UNSUPPORTED, "the CUDA driver has no device");
    }
    if (number >= (unsigned) count) {
        return mpcf_fail(err, MPCF_E_UNSUPPORTED, "there is no cuda:%u; the last is cuda:%d",
                         number, count - 1);
    }
    MPCF_TRY(cuda_check(c->table, c->table->device_get(&c->number, (int) number),
                        "finding the device", err));
    return cuda_check(c->table,
                      c->table->device_name(c->facts.name, sizeof c->facts.name, c->number),
                      "asking the device's name", err);
}

static mpcf_status check_chip(const struct cuda_device *c, mpcf_error *err)
{
    int major = 0, minor = 0;

    MPCF_TRY(cuda_check(c->table,
                        c->table->device_attribute(&major, CUDA_CAPABILITY_MAJOR, c->number),
                        "asking what the device can do", err));
    MPCF_TRY(cuda_check(c->table,
                        c->table->device_attribute(&minor, CUDA_CAPABILITY_MINOR, c->number),
                        "asking what the device can do", err));
    if (major < CAPABILITY_LEAST) {
        return mpcf_fail(err, MPCF_E_UNSUPPORTED,
                         "%s has compute capability %d.%d, %d.0 or higher is needed", c->facts.name,
                         major, minor, CAPABILITY_LEAST);
    }
    return MPCF_OK;
}

static mpcf_status load_kernels(struct cuda_device *c, mpcf_error *err)
{
    char text[256];
    const cuda_result result = c->table->module_load(&c->kernels, cuda_machine_build()->image);

    if (result == CUDA_NO_BINARY || result == CUDA_NEWER_PTX) {
        return mpcf_fail(err, MPCF_E_UNSUPPORTED,
                         "this build has no kernels for %s that its driver takes (%s)",
                         c->facts.name, describe(c->table, result, text, sizeof text));
    }
    MPCF_TRY(cuda_check(c->table, result, "loading our kernels", err));
    MPCF_TRY(cuda_check(c->table, c->table->module_function(&c->split, c->kernels, "mpcf_split"),
                        "finding mpcf_split", err));
    return cuda_check(c->table, c->table->module_function(&c->combine, c->kernels, "mpcf_combine"),
                      "finding mpcf_combine", err);
}

static mpcf_status take_up(struct cuda_device *c, mpcf_error *err)
{
    size_t free_bytes = 0;

    MPCF_TRY(cuda_check(c->table, c->table->context_retain(&c->context, c->number),
                        "making the device's context", err));
    MPCF_TRY(cuda_enter(c, err));
    MPCF_TRY(cuda_check(c->table, c->table->memory_info(&free_bytes, &c->facts.memory),
                        "asking the device's memory", err));
    MPCF_TRY(cuda_check(c->table, c->table->stream_create(&c->own, CUDA_STREAM_NON_BLOCKING),
                        "making a stream", err));
    MPCF_TRY(load_kernels(c, err));
    MPCF_TRY(cuda_machine_lt(err));
    MPCF_TRY(cuda_check_lt(c->table->lt_create(&c->lt), "starting cuBLASLt", err));
    const size_t version = c->table->lt_version();
    (void) snprintf(c->facts.by, sizeof c->facts.by, "cuBLASLt %zu.%zu.%zu", version / 10000,
                    version / 100 % 100, version % 100);
    return MPCF_OK;
}

mpcf_status cuda_device_open(unsigned number, struct cuda_device **out, mpcf_error *err)
{
    const struct cuda_table *table = NULL;

    MPCF_TRY(cuda_machine_driver(&table, err));
    MPCF_TRY(check_driver(table, err));
    struct cuda_device *c = calloc(1, sizeof *c);
    if (c == NULL) {
        return mpcf_fail(err, MPCF_E_NOMEM, "out of memory (a device of CUDA)");
    }
    c->table = table;
    mpcf_status status = find_device(c, number, err);
    if (status == MPCF_OK) {
        status = check_chip(c, err);
    }
    if (status == MPCF_OK) {
        status = take_up(c, err);
    }
    if (status != MPCF_OK) {
        (void) cuda_device_close(c);
        return status;
    }
    *out = c;
    return MPCF_OK;
}

/* What it held were shares: the next owner of the memory is not to see them. False: it may. */
static bool free_memory(struct cuda_device *c)
{
    bool is_wiped = true;

    if (c->memory.at != 0) {
        is_wiped = c->table->set_bytes(c->memory.at, 0, c->memory.bytes, c->own) == CUDA_OK &&
                   c->table->stream_wait(c->own) == CUDA_OK;
        (void) c->table->memory_free(c->memory.at);
    }
    return is_wiped;
}

static void free_rest(struct cuda_device *c)
{
    if (c->lt != NULL) {
        (void) c->table->lt_destroy(c->lt);
    }
    if (c->kernels != NULL) {
        (void) c->table->module_unload(c->kernels);
    }
    if (c->own != NULL) {
        (void) c->table->stream_destroy(c->own);
    }
    (void) c->table->context_set(NULL);
    (void) c->table->context_release(c->number);
}

bool cuda_device_close(struct cuda_device *c)
{
    bool is_wiped = c->memory.at == 0;

    if (c->context != NULL && cuda_enter(c, NULL) == MPCF_OK) {
        is_wiped = free_memory(c);
        free_rest(c);
    }
    free(c);
    return is_wiped;
}

/* --- Memory --- */

mpcf_status cuda_reserve(struct cuda_device *c, size_t bytes, struct device_part *out,
                         mpcf_error *err)
{
    cuda_address address = 0;
    size_t free_bytes = 0, total = 0;

    MPCF_TRY(cuda_enter(c, err));
    const cuda_result result = c->table->memory_alloc(&address, bytes);
    if (result == CUDA_OUT_OF_MEMORY) {
        (void) c->table->memory_info(&free_bytes, &total);
        return mpcf_fail(err, MPCF_E_NOMEM, "%s: %.1f GiB are needed, %.1f of %.1f GiB are free",
                         c->facts.name, (double) bytes / GIB, (double) free_bytes / GIB,
                         (double) total / GIB);
    }
    MPCF_TRY(cuda_check(c->table, result, "taking the device's memory", err));
    c->memory = (struct device_part){address, bytes};
    *out = c->memory;
    return MPCF_OK;
}
