/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the CPU does where a device is asked: the same kernels as everywhere (float_gemm.h,
 * ring_product.h), at once, so that queues hold nothing.
 */
#include "device/device_cpu.h"

#include <stdio.h>
#include <string.h>

#include "base/cpu.h"
#include "base/memory.h"
#include "float/float_gemm.h"
#include "ring/ring_product.h"

/* Words and floats lie in blocks of mpcf_secret_alloc(), at multiples of DEVICE_ALIGNMENT. */
static void *at(struct device_part part)
{
    return (void *) (uintptr_t) part.at;
}

struct cpu {
    void *block; /* secret */
};

static mpcf_status open_cpu(unsigned number, void **state, mpcf_error *err)
{
    struct cpu *cpu = mpcf_alloc_array(1, sizeof *cpu);

    (void) number;
    *state = cpu;
    return cpu != NULL ? MPCF_OK : mpcf_fail_memory(err, sizeof *cpu, "a device");
}

static bool close_cpu(void *state)
{
    struct cpu *cpu = state;

    mpcf_secret_free(cpu->block);
    mpcf_free(cpu);
    return true;
}

static void facts(void *state, struct device_facts *out)
{
    (void) state;
    *out = (struct device_facts){0};
    (void) snprintf(out->name, sizeof out->name, "%s", cpu_name());
    (void) snprintf(out->by, sizeof out->by, "%s, %s", float_backend()->name,
                    cpu_level_name(cpu_level()));
}

static mpcf_status reserve(void *state, size_t bytes, struct device_part *out, mpcf_error *err)
{
    struct cpu *cpu = state;

    if (bytes > SIZE_MAX - DEVICE_ALIGNMENT) {
        return mpcf_fail_memory(err, bytes, "a device's memory");
    }
    cpu->block = mpcf_secret_alloc(bytes + DEVICE_ALIGNMENT, 1);
    if (cpu->block == NULL) {
        return mpcf_fail_memory(err, bytes, "a device's memory");
    }
    out->at = ((uintptr_t) cpu->block + DEVICE_ALIGNMENT - 1) / DEVICE_ALIGNMENT * DEVICE_ALIGNMENT;
    out->bytes = bytes;
    return MPCF_OK;
}

static mpcf_status host_alloc(void *state, size_t bytes, void **out, mpcf_error *err)
{
    (void) state;
    *out = mpcf_secret_alloc(bytes, 1);
    return *out != NULL ? MPCF_OK : mpcf_fail_memory(err, bytes, "copies");
}

static void host_free(void *state, void *block, size_t bytes)
{
    (void) state;
    (void) bytes;
    mpcf_secret_free(block);
}

/* --- Queues --- */

static mpcf_status queue_create(void *state, void **queue, mpcf_error *err)
{
    (void) err;
    *queue = state; /* nothing is ever in it */
    return MPCF_OK;
}

static void queue_destroy(void *state, void *queue)
{
    (void) state;
    (void) queue;
}

static mpcf_status wait_cpu(void *state, void *queue, mpcf_error *err)
{
    (void) state;
    (void) queue;
    (void) err;
    return MPCF_OK;
}

static mpcf_status after(void *state, void *queue, void *other, mpcf_error *err)
{
    (void) other;
    return wait_cpu(state, queue, err);
}

static mpcf_status upload(void *state, void *queue, struct device_part to, const void *from,
                          mpcf_error *err)
{
    memcpy(at(to), from, to.bytes);
    return wait_cpu(state, queue, err);
}

static mpcf_status download(void *state, void *queue, void *to, struct device_part from,
                            mpcf_error *err)
{
    memcpy(to, at(from), from.bytes);
    return wait_cpu(state, queue, err);
}

static mpcf_status copy(void *state, void *queue, struct device_part to, struct device_part from,
                        mpcf_error *err)
{
    return upload(state, queue, to, at(from), err);
}

static mpcf_status clear(void *state, void *queue, struct device_part part, mpcf_error *err)
{
    memset(at(part), 0, part.bytes);
    return wait_cpu(state, queue, err);
}

/* --- Products: a plan is its shape --- */

static mpcf_status keep(const void *product, size_t bytes, void **plan, mpcf_error *err)
{
    *plan = mpcf_alloc_array(1, bytes);
    if (*plan == NULL) {
        return mpcf_fail_memory(err, bytes, "a product's plan");
    }
    memcpy(*plan, product, bytes);
    return MPCF_OK;
}

static void plan_destroy(void *state, void *plan)
{
    (void) state;
    mpcf_free(plan);
}

static mpcf_status float_plan(void *state, const struct device_float_product *product, void **plan,
                              size_t *scratch, mpcf_error *err)
{
    (void) state;
    *scratch = 0;
    return keep(product, sizeof *product, plan, err);
}

static mpcf_status float_multiply(void *state, void *queue, void *plan, struct device_part a,
                                  struct device_part b, struct device_part c,
                                  struct device_part scratch, mpcf_error *err)
{
    const struct device_float_product *p = plan;
    const struct float_gemm call = {.m = p->m,
                                    .n = p->n,
                                    .k = p->k,
                                    .transpose_a = p->transpose_a,
                                    .transpose_b = p->transpose_b,
                                    .alpha = p->alpha,
                                    .beta = p->beta,
                                    .a = at(a),
                                    .lda = p->lda,
                                    .b = at(b),
                                    .ldb = p->ldb,
                                    .c = at(c),
                                    .ldc = p->ldc};

    (void) scratch;
    if (p->count == 1) {
        float_backend()->gemm(&call);
    } else {
        float_backend()->gemm_batch(&call, p->count, p->stride_a, p->stride_b, p->stride_c);
    }
    return wait_cpu(state, queue, err);
}

static mpcf_status ring_plan(void *state, const struct device_ring_product *product, void **plan,
                             size_t *scratch, size_t *arranged, mpcf_error *err)
{
    (void) state;
    *scratch = 0;
    *arranged = 0; /* ring_pack_right() has memory of its own */
    return keep(product, sizeof *product, plan, err);
}

static mpcf_status ring_multiply(void *state, void *queue, void *plan, struct device_part a,
                                 struct device_part b, struct device_part c,
                                 struct device_part scratch, mpcf_error *err)
{
    const struct device_ring_product *p = plan;

    (void) scratch;
    ring_multiply_batch(at(a), at(b), at(c), p->count, p->rows, p->depth, p->columns,
                        p->transposed_b, p->bits, p->accumulate);
    return wait_cpu(state, queue, err);
}

static mpcf_status ring_arrange(void *state, void *queue, void *plan, struct device_part b,
                                struct device_part room, void **right, mpcf_error *err)
{
    const struct device_ring_product *p = plan;

    (void) room;
    *right = ring_pack_right(at(b), p->depth, p->columns, p->transposed_b ? p->depth : p->columns,
                             p->transposed_b, p->bits);
    if (*right == NULL) {
        return mpcf_fail_memory(err, 8 * p->depth * p->columns, "a right operand");
    }
    return wait_cpu(state, queue, err);
}

static void right_destroy(void *state, void *right)
{
    (void) state;
    ring_packed_destroy(right);
}

static mpcf_status ring_multiply_right(void *state, void *queue, void *plan, struct device_part a,
                                       const void *right, struct device_part c,
                                       struct device_part scratch, mpcf_error *err)
{
    const struct device_ring_product *p = plan;

    (void) scratch;
    ring_multiply_packed(at(a), p->rows, p->depth, right, at(c), p->columns, p->accumulate);
    return wait_cpu(state, queue, err);
}

const struct device_operations device_cpu = {
    .open = open_cpu,
    .close = close_cpu,
    .facts = facts,
    .reserve = reserve,
    .host_alloc = host_alloc,
    .host_free = host_free,
    .queue_create = queue_create,
    .queue_destroy = queue_destroy,
    .wait = wait_cpu,
    .after = after,
    .upload = upload,
    .download = download,
    .copy = copy,
    .clear = clear,
    .float_plan = float_plan,
    .float_plan_destroy = plan_destroy,
    .float_multiply = float_multiply,
    .ring_plan = ring_plan,
    .ring_plan_destroy = plan_destroy,
    .ring_multiply = ring_multiply,
    .ring_arrange = ring_arrange,
    .ring_right_destroy = right_destroy,
    .ring_multiply_right = ring_multiply_right,
};
