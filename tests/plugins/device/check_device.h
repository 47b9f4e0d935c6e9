/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A device against the CPU, for scripts/gpu-check: whether its products are equal, and how long they take.
 */
#ifndef MPCF_TESTS_CHECK_DEVICE_H
#define MPCF_TESTS_CHECK_DEVICE_H

#include <stdio.h>

#include "support/device_products.h"

/* A line of the table. */
struct check_result {
    const char *what;
    size_t count, rows, depth, columns;
    unsigned bits;       /* 0: floats */
    bool is_equal;       /* to the CPU: bit for bit, floats within 2e-5 sqrt(depth) */
    double seconds;      /* median, operands and right operand on the device */
    double copied;       /* median with operands coming from the host and the result going there */
    double host_seconds; /* median on the CPU, right operand arranged where it was here */
};

/* Products of odd shapes, every width, and operands that digits may stumble over: how many were compared in
 * *DONE. MPCF_E_INTERNAL with the first that differs. */
mpcf_status check_exact(struct device_bench *device, struct device_bench *cpu, size_t *done,
                        mpcf_error *err);
/* Secure inferences of a small network with one role's products, then all roles', on devices called ASKED:
 * what any role sends is what it sends on the CPU. How many in *DONE. A difference ends the process. */
mpcf_status check_secure(const char *asked, size_t *done, mpcf_error *err);
/* Shapes of BERT-base, and of its training: COUNT results, RESULTS of static memory. REPEATS: of which the
 * median is taken. SMALL: a tenth of the rows, to try the program itself. */
mpcf_status check_speed(struct device_bench *device, struct device_bench *cpu, unsigned repeats,
                        bool small, const struct check_result **results, size_t *count,
                        mpcf_error *err);

#endif
