/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a kind of device has to be able to do: the table that the CPU fills, and that a module
 * (mpcf-cuda.so) exports. Callers use device.h, which checks what they ask.
 *
 * Interface of this build alone: a module and the library are built and installed together, and
 * DEVICE_INTERFACE tells where they were not. It is no part of the plug-in ABI.
 */
#ifndef MPCF_DEVICE_DEVICE_OPERATIONS_H
#define MPCF_DEVICE_DEVICE_OPERATIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <mpcf/error.h>

#define DEVICE_MAGIC             0x6d706364u /* "mpcd" */
#define DEVICE_INTERFACE         2           /* raised by any change of this header */
#define DEVICE_NAME_SIZE         128
#define DEVICE_OPERAND_ALIGNMENT 16  /* of what products take, in bytes */
#define DEVICE_ALIGNMENT         256 /* of parts of the device's memory, in bytes; a power of two */

/* Bytes of the device's memory. On the CPU AT is a pointer; elsewhere the host must not follow it. */
struct device_part {
    uint64_t at;
    size_t bytes;
};

/* COUNT products c_i = alpha a_i b_i + beta c_i, row-major; a is [m, k] or, transposed, [k, m]; b is
 * [k, n] or, transposed, [n, k]. m, n, k, COUNT from 1 on. Leading dimensions and strides (from one
 * product to the next; any where COUNT is 1) in floats. */
struct device_float_product {
    size_t m, n, k;
    bool transpose_a, transpose_b;
    float alpha, beta;
    size_t lda, ldb, ldc;
    size_t count, stride_a, stride_b, stride_c;
};

/* COUNT products c_i (+)= a_i b_i modulo 2^BITS (1 .. 64) of 64-bit words: a [rows, depth], b [depth,
 * columns] or, transposed, [columns, depth], c [rows, columns], contiguous, one after the other, all
 * dimensions from 1 on. Bits of c from BITS on are not defined. */
struct device_ring_product {
    size_t rows, depth, columns, count;
    bool transposed_b, accumulate;
    unsigned bits;
};

struct device_facts {
    char name[DEVICE_NAME_SIZE]; /* of the hardware: "NVIDIA H200", "AMD EPYC 9654" */
    char by[DEVICE_NAME_SIZE];   /* what computes: "cuBLASLt 13.1", "openblas, avx512" */
    size_t memory;               /* of the device, bytes; 0: the host's own */
};

/*
 * All functions: STATE is what open() made. What is put into a queue runs in the order in which it was
 * put there, after the call has come back or before; a failure on the way is told by a later call, at the
 * latest by wait(). Operands on the host must stay as they are until then.
 */
struct device_operations {
    /* Device number NUMBER. A failure is one line that says what is missing. */
    mpcf_status (*open)(unsigned number, void **state, mpcf_error *err);
    /* Wipes and frees all that is left. False: its memory could not be wiped. */
    bool (*close)(void *state);
    void (*facts)(void *state, struct device_facts *out);

    /* BYTES of memory in one block, DEVICE_ALIGNMENT aligned; it holds anything. Once. */
    mpcf_status (*reserve)(void *state, size_t bytes, struct device_part *out, mpcf_error *err);
    /* Host memory for copies, for shares, too: wiped when it is given back. */
    mpcf_status (*host_alloc)(void *state, size_t bytes, void **out, mpcf_error *err);
    void (*host_free)(void *state, void *block, size_t bytes);

    mpcf_status (*queue_create)(void *state, void **queue, mpcf_error *err);
    void (*queue_destroy)(void *state, void *queue); /* waits first */
    mpcf_status (*wait)(void *state, void *queue, mpcf_error *err);
    /* What is put into QUEUE from now on runs after what stands in OTHER now. */
    mpcf_status (*after)(void *state, void *queue, void *other, mpcf_error *err);
    mpcf_status (*upload)(void *state, void *queue, struct device_part to, const void *from,
                          mpcf_error *err);
    mpcf_status (*download)(void *state, void *queue, void *to, struct device_part from,
                            mpcf_error *err);
    mpcf_status (*copy)(void *state, void *queue, struct device_part to, struct device_part from,
                        mpcf_error *err);
    mpcf_status (*clear)(void *state, void *queue, struct device_part part, mpcf_error *err);

    /* A plan holds all that a product of its shape needs but memory: SCRATCH bytes for each run, and
     * ARRANGED bytes for a right operand that is kept (0 where none is, or it lies elsewhere). */
    mpcf_status (*float_plan)(void *state, const struct device_float_product *product, void **plan,
                              size_t *scratch, mpcf_error *err);
    void (*float_plan_destroy)(void *state, void *plan);
    mpcf_status (*float_multiply)(void *state, void *queue, void *plan, struct device_part a,
                                  struct device_part b, struct device_part c,
                                  struct device_part scratch, mpcf_error *err);

    mpcf_status (*ring_plan)(void *state, const struct device_ring_product *product, void **plan,
                             size_t *scratch, size_t *arranged, mpcf_error *err);
    void (*ring_plan_destroy)(void *state, void *plan);
    mpcf_status (*ring_multiply)(void *state, void *queue, void *plan, struct device_part a,
                                 struct device_part b, struct device_part c,
                                 struct device_part scratch, mpcf_error *err);
    /* A right operand, arranged once for plans of one depth, columns, orientation and width, COUNT 1. */
    mpcf_status (*ring_arrange)(void *state, void *queue, void *plan, struct device_part b,
                                struct device_part room, void **right, mpcf_error *err);
    void (*ring_right_destroy)(void *state, void *right);
    mpcf_status (*ring_multiply_right)(void *state, void *queue, void *plan, struct device_part a,
                                       const void *right, struct device_part c,
                                       struct device_part scratch, mpcf_error *err);
};

/* The one symbol of a module: `mpcf_device_module`. */
struct device_module {
    uint32_t magic;     /* DEVICE_MAGIC */
    uint32_t interface; /* DEVICE_INTERFACE */
    const char *name;   /* of the devices it opens: "cuda" */
    const struct device_operations *operations;
};

#endif
