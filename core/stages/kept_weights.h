/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Weights kept between two parts of a stage, in a file of their own.
 */
#ifndef MPCF_STAGES_KEPT_WEIGHTS_H
#define MPCF_STAGES_KEPT_WEIGHTS_H

#include <stdbool.h>

#include "float_engine/float_engine.h"

mpcf_status kept_weights_save(const char *path, const char *key, struct parameters *p,
                              mpcf_error *err);
/* false: nothing there, or of another KEY; P may then hold anything. */
bool kept_weights_restore(const char *path, const char *key, struct parameters *p);
void kept_weights_remove(const char *path);

#endif
