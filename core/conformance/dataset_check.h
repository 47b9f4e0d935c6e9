/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a dataset must do, as far as it can be asked without data.
 */
#ifndef MPCF_CONFORMANCE_DATASET_CHECK_H
#define MPCF_CONFORMANCE_DATASET_CHECK_H

#include <mpcf/dataset.h>

#include "conformance/conform.h"

void dataset_check(struct conform *c, const mpcf_dataset *dataset);

#endif
