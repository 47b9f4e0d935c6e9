/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The student of a measured run: a network of the request's shape with random weights, or a
 * checkpoint's.
 */
#ifndef MPCF_BENCH_BENCH_STUDENT_H
#define MPCF_BENCH_BENCH_STUDENT_H

#include "bench/bench_folder.h"
#include "pipeline/pipeline.h"

/* Writes OUTPUT/student of P, the pipeline of FOLDER, with its public part and its ranges. */
mpcf_status bench_student_write(const struct bench_secure_request *request,
                                const struct bench_folder *folder, const struct pipeline *p,
                                mpcf_error *err);

#endif
