/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a float engine is made for.
 */
#ifndef MPCF_FLOAT_ENGINE_FLOAT_MODE_H
#define MPCF_FLOAT_ENGINE_FLOAT_MODE_H

enum float_mode {
    FLOAT_EVALUATE, /* no dropout, buffers reused as soon as they are free; taps are kept */
    FLOAT_TRAIN,    /* keeps what backward needs; dropout */
    FLOAT_OBSERVE   /* evaluate, keeping every node: calibration, comparison */
};

#endif
