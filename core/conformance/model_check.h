/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a model must do: build a network of its family and run it in floats.
 */
#ifndef MPCF_CONFORMANCE_MODEL_CHECK_H
#define MPCF_CONFORMANCE_MODEL_CHECK_H

#include <mpcf/model.h>

#include "conformance/conform.h"

void model_check(struct conform *c, const mpcf_model *model);

#endif
