/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mpcf/status.h - what a function that can fail returns.
 */
#ifndef MPCF_STATUS_H
#define MPCF_STATUS_H

#include <mpcf/export.h>

MPCF_BEGIN_DECLS

/* One list; the enum, mpcf_status_name() and mpcf_status_text() are made from
 * it. Append only: the numbers are ABI. */
/* clang-format off */
#define MPCF_STATUS_MAP(X)                                            \
    X(OK,            0, "no error")                                   \
    X(E_NOMEM,      -1, "out of memory")                              \
    X(E_INVALID,    -2, "argument outside the documented range")      \
    X(E_SHAPE,      -3, "tensor shapes do not agree")                 \
    X(E_CONFIG,     -4, "pipeline file or option not accepted")       \
    X(E_IO,         -5, "file or device error")                       \
    X(E_FORMAT,     -6, "file content not of the expected form")      \
    X(E_TIMEOUT,    -7, "deadline passed")                            \
    X(E_CLOSED,     -8, "peer closed the connection")                 \
    X(E_AUTH,       -9, "peer is not who it should be")               \
    X(E_PROTOCOL,   -10, "peer broke the protocol; session is dead")  \
    X(E_RANGE,      -11, "value does not fit the fixed-point range")  \
    X(E_UNSUPPORTED, -12, "not offered by this build or plug-in")     \
    X(E_ABI,        -13, "plug-in built for another ABI")             \
    X(E_INTERNAL,   -14, "bug in mpcf")                               \
    X(E_INTERRUPTED, -15, "stopped by a signal; the work is saved")
/* clang-format on */

typedef enum mpcf_status {
#define MPCF_STATUS_ENUM(name, number, text) MPCF_##name = (number),
    MPCF_STATUS_MAP(MPCF_STATUS_ENUM)
#undef MPCF_STATUS_ENUM
} mpcf_status;

/* "MPCF_E_SHAPE"; "unknown status" for a number not in the list. */
MPCF_EXPORT const char *mpcf_status_name(mpcf_status status);
/* "tensor shapes do not agree". */
MPCF_EXPORT const char *mpcf_status_text(mpcf_status status);

/* Returns from the calling function if EXPR, an mpcf_status, is not MPCF_OK. */
#define MPCF_TRY(expr)                                                                             \
    do {                                                                                           \
        mpcf_status mpcf_try_ = (expr);                                                            \
        if (mpcf_try_ != MPCF_OK) {                                                                \
            return mpcf_try_;                                                                      \
        }                                                                                          \
    } while (0)

MPCF_END_DECLS
#endif
