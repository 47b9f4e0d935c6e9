/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The entry points of our kernels on the device; what they do is in ring_kernels.h.
 */
#include "ring_kernels.h"

extern "C" __global__ void __launch_bounds__(KERNEL_THREADS)
    mpcf_split(const __grid_constant__ split_call call)
{
    kernel_split(&call, blockIdx.x, threadIdx.x);
}

extern "C" __global__ void __launch_bounds__(KERNEL_THREADS)
    mpcf_combine(const __grid_constant__ combine_call call)
{
    kernel_combine(&call, blockIdx.x, threadIdx.x);
}
