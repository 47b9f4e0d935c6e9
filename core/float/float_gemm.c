/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Products by OpenBLAS, one thread each: our own workers cut the rows or columns of the result,
 * as OpenBLAS's threads would spin beside them. Cuts lie on multiples of its tiles, so that the
 * order of sums does not depend on the number of workers.
 */
#include "float/float_gemm.h"

#include <cblas.h>
#include <stdatomic.h>
#include <stdio.h>

#include "base/workers.h"
#include "float/float_kernel.h"

#define CUT 96 /* a multiple of the rows and columns of OpenBLAS's tiles */
#define SMALL_WORK                                                                                 \
    (64 * 64 * 64) /* below, packing and calling cost OpenBLAS more than the product */

static atomic_bool is_single;

static void openblas_alone(void)
{
    if (!atomic_exchange(&is_single, true)) {
        openblas_set_num_threads(1);
    }
}

static bool is_small(const struct float_gemm *call)
{
    return call->m * call->n * call->k <= SMALL_WORK && call->k <= FLOAT_SMALL_DEPTH;
}

static void blas(const struct float_gemm *call)
{
    cblas_sgemm(CblasRowMajor, call->transpose_a ? CblasTrans : CblasNoTrans,
                call->transpose_b ? CblasTrans : CblasNoTrans, (blasint) call->m, (blasint) call->n,
                (blasint) call->k, call->alpha, call->a, (blasint) call->lda, call->b,
                (blasint) call->ldb, call->beta, call->c, (blasint) call->ldc);
}

static void gemm_here(const struct float_gemm *call)
{
    if (is_small(call)) {
        float_kernel()->gemm_small(call);
    } else {
        blas(call);
    }
}

static void rows_body(void *context, size_t begin, size_t end)
{
    const struct float_gemm *whole = context;
    struct float_gemm part = *whole;
    const size_t first = begin * CUT;

    part.m = (end * CUT < whole->m ? end * CUT : whole->m) - first;
    part.a += whole->transpose_a ? first : first * whole->lda;
    part.c += first * whole->ldc;
    blas(&part);
}

static void columns_body(void *context, size_t begin, size_t end)
{
    const struct float_gemm *whole = context;
    struct float_gemm part = *whole;
    const size_t first = begin * CUT;

    part.n = (end * CUT < whole->n ? end * CUT : whole->n) - first;
    part.b += whole->transpose_b ? first * whole->ldb : first;
    part.c += first;
    blas(&part);
}

static void gemm(const struct float_gemm *call)
{
    const size_t threads = workers_count();
    const size_t longest = call->m > call->n ? call->m : call->n;
    const size_t cuts = (longest + CUT - 1) / CUT;
    struct float_gemm copy = *call;

    openblas_alone();
    if (threads == 1 || cuts == 1 || is_small(call)) {
        gemm_here(call);
        return;
    }
    workers_for(cuts, (cuts + threads - 1) / threads, call->m > call->n ? rows_body : columns_body,
                &copy);
}

struct batch {
    const struct float_gemm *call;
    size_t stride_a, stride_b, stride_c;
};

static void batch_body(void *context, size_t begin, size_t end)
{
    const struct batch *batch = context;

    for (size_t i = begin; i < end; i++) {
        struct float_gemm call = *batch->call;

        call.a += i * batch->stride_a;
        call.b += i * batch->stride_b;
        call.c += i * batch->stride_c;
        gemm_here(&call);
    }
}

static void gemm_batch(const struct float_gemm *call, size_t count, size_t stride_a,
                       size_t stride_b, size_t stride_c)
{
    struct batch batch = {call, stride_a, stride_b, stride_c};

    openblas_alone();
    workers_for(count, 1 + 65536 / (1 + call->m * call->n * call->k), batch_body, &batch);
}

const struct float_backend *float_backend(void)
{
    static const struct float_backend openblas = {"openblas", gemm, gemm_batch};

    return &openblas;
}

void float_backend_describe(char *text, size_t size)
{
    (void) snprintf(text, size, "%s %s", openblas_get_config(), openblas_get_corename());
}
