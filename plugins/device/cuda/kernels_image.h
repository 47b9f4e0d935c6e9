/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Our kernels, compiled: made from kernels.cu when the module is built.
 */
#ifndef MPCF_CUDA_KERNELS_IMAGE_H
#define MPCF_CUDA_KERNELS_IMAGE_H

extern const unsigned char kernels_image[];

#endif
