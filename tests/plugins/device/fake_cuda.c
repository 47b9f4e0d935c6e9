/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The driver: devices, contexts, memory, copies, kernels; and where the module finds it.
 */
#include "fake_cuda.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cuda_machine.h"
#include "fake_inside.h"
#include "ring_kernels.h"

struct fake_cuda fake_cuda;
struct fake_cuda_counts fake_cuda_counts;

static struct cuda_table table;
static char problem[256];
static int alive;
static cuda_context retained, current;

struct cuda_context_of {
    int uses;
};
static struct cuda_context_of context;

/* --- Problems --- */

void fake_problem(const char *format, ...)
{
    va_list arguments;

    if (*problem == '\0') {
        va_start(arguments, format);
        (void) vsnprintf(problem, sizeof problem, format, arguments);
        va_end(arguments);
    }
}

void fake_call(const char *name, bool makes)
{
    if (current == NULL || current != retained) {
        fake_problem("%s without a context", name);
    }
    if (makes && fake_cuda.is_frozen) {
        fake_problem("%s in the middle of a run", name);
    }
}

void fake_live(int change)
{
    alive += change;
}

const char *fake_cuda_problem(void)
{
    if (alive != 0) {
        fake_problem("%d objects are left alive", alive);
    }
    if (fake_memory_used() > 0) {
        fake_problem("memory of the device is left");
    }
    if (fake_streams_waiting() > 0) {
        fake_problem("work is left that nobody waited for");
    }
    if (retained != NULL) {
        fake_problem("a context is left");
    }
    return *problem == '\0' ? NULL : problem;
}

/* --- Devices --- */

static cuda_result init(unsigned flags)
{
    return flags == 0 ? fake_cuda.init : 1;
}
static cuda_result driver_version(int *version)
{
    *version = fake_cuda.driver_version;
    return CUDA_OK;
}
static cuda_result error_name(cuda_result error, const char **name)
{
    *name = error == CUDA_NO_DEVICE ? "CUDA_ERROR_NO_DEVICE" : "CUDA_ERROR_OTHER";
    return CUDA_OK;
}
static cuda_result error_text(cuda_result error, const char **text)
{
    *text = error == CUDA_NO_DEVICE ? "no CUDA-capable device is detected" : "something failed";
    return CUDA_OK;
}
static cuda_result device_count(int *count)
{
    *count = fake_cuda.count;
    return CUDA_OK;
}
static cuda_result device_get(cuda_number *device, int number)
{
    *device = number;
    return number >= 0 && number < fake_cuda.count ? CUDA_OK : 101;
}
static cuda_result device_name(char *name, int length, cuda_number device)
{
    (void) snprintf(name, (size_t) length, "Pretended %d", device);
    return CUDA_OK;
}
static cuda_result device_attribute(int *value, cuda_attribute attribute, cuda_number device)
{
    (void) device;
    *value = attribute == CUDA_CAPABILITY_MAJOR ? fake_cuda.major : fake_cuda.minor;
    return attribute == CUDA_CAPABILITY_MAJOR || attribute == CUDA_CAPABILITY_MINOR ? CUDA_OK : 1;
}
static cuda_result context_retain(cuda_context *out, cuda_number device)
{
    (void) device;
    retained = &context;
    context.uses++;
    *out = retained;
    return CUDA_OK;
}
static cuda_result context_release(cuda_number device)
{
    (void) device;
    context.uses--;
    if (context.uses < 0) {
        fake_problem("a context is released that is not held");
    }
    retained = context.uses > 0 ? &context : NULL;
    return CUDA_OK;
}
static cuda_result context_set(cuda_context to)
{
    current = to;
    return CUDA_OK;
}

/* --- Memory --- */

static cuda_result memory_info(size_t *free_bytes, size_t *total)
{
    fake_call("cuMemGetInfo", false);
    *total = fake_cuda.memory;
    *free_bytes = fake_cuda.memory - fake_memory_used();
    return CUDA_OK;
}
static cuda_result memory_alloc(cuda_address *out, size_t bytes)
{
    fake_call("cuMemAlloc", true);
    return fake_memory_alloc(out, bytes);
}
static cuda_result memory_free(cuda_address address)
{
    fake_call("cuMemFree", false);
    if (fake_streams_waiting() > 0) {
        fake_problem("memory is freed while work waits");
    }
    return fake_memory_free(address);
}
/* In front of a block: how long it is. */
#define HOST_HEAD 64

static cuda_result host_alloc(void **out, size_t bytes, unsigned flags)
{
    unsigned char *block = malloc(bytes + HOST_HEAD);

    fake_call("cuMemHostAlloc", true);
    if (flags != 0 || block == NULL) {
        free(block);
        return CUDA_OUT_OF_MEMORY;
    }
    memcpy(block, &bytes, sizeof bytes);
    *out = block + HOST_HEAD;
    fake_live(1);
    return CUDA_OK;
}
static cuda_result host_free(void *block)
{
    fake_call("cuMemFreeHost", false);
    if (fake_streams_waiting() > 0) {
        fake_problem("memory for copies is freed while work waits");
    }
    unsigned char *begin = (unsigned char *) block - HOST_HEAD;
    size_t bytes = 0;
    memcpy(&bytes, begin, sizeof bytes);
    for (size_t i = 0; i < bytes; i++) {
        if (begin[HOST_HEAD + i] != 0) {
            fake_problem("memory for copies is given back with what it held");
        }
    }
    free(begin);
    fake_live(-1);
    return CUDA_OK;
}

/* --- Copies --- */

struct copying {
    void *to;
    const void *from;
    size_t bytes;
    bool from_device, to_device;
    int value; /* of a clearing, where FROM is NULL */
};

static void run_copy(const void *work)
{
    const struct copying *c = work;

    if ((c->to_device && !fake_memory_holds((uintptr_t) c->to, c->bytes, "the end of a copy")) ||
        (c->from_device &&
         !fake_memory_holds((uintptr_t) c->from, c->bytes, "the start of a copy"))) {
        return;
    }
    if (c->from != NULL) {
        memcpy(c->to, c->from, c->bytes);
    } else {
        memset(c->to, c->value, c->bytes);
    }
}

static cuda_result put_copy(const char *name, struct copying copying, cuda_stream stream)
{
    fake_call(name, false);
    fake_cuda_counts.copies++;
    fake_streams_put(stream, run_copy, &copying, sizeof copying);
    return CUDA_OK;
}

static cuda_result copy_in(cuda_address to, const void *from, size_t bytes, cuda_stream stream)
{
    return put_copy(
        "cuMemcpyHtoDAsync",
        (struct copying){
            .to = (void *) (uintptr_t) to, .from = from, .bytes = bytes, .to_device = true},
        stream);
}
static cuda_result copy_out(void *to, cuda_address from, size_t bytes, cuda_stream stream)
{
    return put_copy(
        "cuMemcpyDtoHAsync",
        (struct copying){
            .to = to, .from = (const void *) (uintptr_t) from, .bytes = bytes, .from_device = true},
        stream);
}
static cuda_result copy(cuda_address to, cuda_address from, size_t bytes, cuda_stream stream)
{
    return put_copy("cuMemcpyDtoDAsync",
                    (struct copying){.to = (void *) (uintptr_t) to,
                                     .from = (const void *) (uintptr_t) from,
                                     .bytes = bytes,
                                     .from_device = true,
                                     .to_device = true},
                    stream);
}
static cuda_result set_bytes(cuda_address at, unsigned char value, size_t bytes, cuda_stream stream)
{
    return put_copy(
        "cuMemsetD8Async",
        (struct copying){
            .to = (void *) (uintptr_t) at, .bytes = bytes, .to_device = true, .value = value},
        stream);
}

/* --- Kernels: each by its name, all blocks and threads --- */

struct cuda_module_of {
    int nothing;
};
struct cuda_function_of {
    const char *name;
    size_t size; /* of its one parameter */
    fake_work *run;
};

static const unsigned char image[] = "kernels";

struct launched {
    uint64_t blocks;
    union {
        struct split_call split;
        struct combine_call combine;
    } call;
};

void kernel_leaves_span(void)
{
    fake_problem("a kernel leaves an operand");
    abort(); /* what it would touch is not ours */
}

/* The last thread first: none may lean on one before. */
static void run_split(const void *work)
{
    const struct launched *l = work;
    const struct split_call *c = &l->call.split;

    if (!fake_memory_holds(c->from.at, c->from.bytes, "words to split") ||
        !fake_memory_holds(c->to.at, c->to.bytes, "digits")) {
        return;
    }
    for (uint64_t i = l->blocks * KERNEL_THREADS; i-- > 0;) {
        kernel_split(c, i / KERNEL_THREADS, (uint32_t) (i % KERNEL_THREADS));
    }
}

static void run_combine(const void *work)
{
    const struct launched *l = work;
    const struct combine_call *c = &l->call.combine;

    if (!fake_memory_holds(c->sums.at, c->sums.bytes, "sums of digits") ||
        !fake_memory_holds(c->to.at, c->to.bytes, "words of a result")) {
        return;
    }
    for (uint64_t i = l->blocks * KERNEL_THREADS; i-- > 0;) {
        kernel_combine(c, i / KERNEL_THREADS, (uint32_t) (i % KERNEL_THREADS));
    }
}

static struct cuda_function_of functions[] = {
    {"mpcf_split", sizeof(struct split_call), run_split},
    {"mpcf_combine", sizeof(struct combine_call), run_combine}};

static cuda_result module_load(cuda_module *out, const void *from)
{
    fake_call("cuModuleLoadData", true);
    if (fake_cuda.load != CUDA_OK) {
        return fake_cuda.load;
    }
    if (from != image) {
        fake_problem("kernels that are not ours");
    }
    *out = malloc(sizeof **out);
    fake_live(1);
    return CUDA_OK;
}
static cuda_result module_unload(cuda_module module)
{
    fake_call("cuModuleUnload", false);
    free(module);
    fake_live(-1);
    return CUDA_OK;
}
static cuda_result module_function(cuda_function *out, cuda_module module, const char *name)
{
    (void) module;
    for (size_t i = 0; i < sizeof functions / sizeof functions[0]; i++) {
        if (strcmp(functions[i].name, name) == 0) {
            *out = &functions[i];
            return CUDA_OK;
        }
    }
    return 500; /* CUDA_ERROR_NOT_FOUND */
}
static cuda_result launch(cuda_function function, unsigned grid_x, unsigned grid_y, unsigned grid_z,
                          unsigned block_x, unsigned block_y, unsigned block_z,
                          unsigned shared_bytes, cuda_stream stream, void **parameters,
                          void **extra)
{
    struct launched l = {.blocks = grid_x};

    fake_call("cuLaunchKernel", false);
    if (grid_x < 1 || grid_y != 1 || grid_z != 1 || block_x != KERNEL_THREADS || block_y != 1 ||
        block_z != 1 || shared_bytes != 0 || extra != NULL) {
        fake_problem("a kernel is started in a shape that it is not written for");
    }
    memcpy(&l.call, parameters[0], function->size);
    fake_cuda_counts.kernels++;
    fake_streams_put(stream, function->run, &l, sizeof l);
    return CUDA_OK;
}

/* --- Where the module finds it --- */

mpcf_status cuda_machine_driver(const struct cuda_table **out, mpcf_error *err)
{
    *out = &table;
    return fake_cuda.has_driver
               ? MPCF_OK
               : mpcf_fail(err, MPCF_E_UNSUPPORTED, "no CUDA driver: libcuda.so.1: not here");
}

mpcf_status cuda_machine_lt(mpcf_error *err)
{
    fake_lt_fill(&table);
    return fake_cuda.has_lt
               ? MPCF_OK
               : mpcf_fail(err, MPCF_E_UNSUPPORTED, "no cuBLAS: libcublasLt: not here");
}

const struct cuda_build *cuda_machine_build(void)
{
    static struct cuda_build build;

    build = (struct cuda_build){image, fake_cuda.toolkit};
    return &build;
}

void fake_cuda_begin(void)
{
    fake_cuda = (struct fake_cuda){.driver_version = 13000,
                                   .toolkit = 13000,
                                   .count = 1,
                                   .major = 9,
                                   .memory = (size_t) 256 << 20,
                                   .has_driver = true,
                                   .has_lt = true};
    fake_cuda_counts = (struct fake_cuda_counts){0};
    problem[0] = '\0';
    table = (struct cuda_table){.init = init,
                                .driver_version = driver_version,
                                .error_name = error_name,
                                .error_text = error_text,
                                .device_count = device_count,
                                .device_get = device_get,
                                .device_name = device_name,
                                .device_attribute = device_attribute,
                                .context_retain = context_retain,
                                .context_release = context_release,
                                .context_set = context_set,
                                .memory_info = memory_info,
                                .memory_alloc = memory_alloc,
                                .memory_free = memory_free,
                                .host_alloc = host_alloc,
                                .host_free = host_free,
                                .copy_in = copy_in,
                                .copy_out = copy_out,
                                .copy = copy,
                                .set_bytes = set_bytes,
                                .module_load = module_load,
                                .module_unload = module_unload,
                                .module_function = module_function,
                                .launch = launch};
    fake_streams_fill(&table);
}
