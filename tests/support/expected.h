/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Networks with the values that another implementation computes with them: a folder of Hugging Face's
 * form with expected.safetensors, gradients.safetensors, approximated.safetensors
 * (tests/vectors/make_families.py says what is in them). All fail the test that calls them.
 */
#ifndef MPCF_TESTS_SUPPORT_EXPECTED_H
#define MPCF_TESTS_SUPPORT_EXPECTED_H

#include "plugin/plugins.h"

/* Every tap: 1e-4 on values of size 1, relative above. */
void expected_values(struct plugins *plugins, const char *folder);
/* The taps in FILE alone, of FOLDER's network. */
void expected_values_in(struct plugins *plugins, const char *folder, const char *file);
/* 1e-3 of each tensor's largest. */
void expected_gradients(struct plugins *plugins, const char *folder);
/* As expected_values(), with functions replaced. */
void expected_approximated(struct plugins *plugins, const char *folder);
/* Weights after three steps of AdamW (stepped.safetensors; false: there is none). */
bool expected_training(struct plugins *plugins, const char *folder);
/* The largest difference of a logit. */
double expected_logits_error(struct plugins *plugins, const char *folder);

#endif
