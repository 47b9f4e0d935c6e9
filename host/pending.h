/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Functions that a build may lack; the commands then say so.
 */
#ifndef MPCF_HOST_PENDING_H
#define MPCF_HOST_PENDING_H

#pragma weak pipeline_run
#pragma weak pipeline_cost
#pragma weak pipeline_cost_table
#pragma weak bench_secure
#pragma weak bench_secure_table
#pragma weak bench_accuracy
#pragma weak bench_accuracy_table

#endif
