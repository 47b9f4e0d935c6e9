/* SPDX-License-Identifier: Apache-2.0 */
/* How the choices of a pipeline file are called. */
#include "pipeline/settings.h"

const char *const infer_length_names[] = {"exact", "bucket", "full", NULL};
const char *const infer_embedding_names[] = {"private", "public", NULL};
const char *const infer_weights_names[] = {"held", "shared", NULL};
const char *const infer_masks_names[] = {"session", "kept", NULL};
const char *const model_case_names[] = {"auto", "always", "never", NULL}; /* enum letter_case */
const char *const infer_reveal_names[] = {"logits", "label", NULL};
const char *const infer_check_names[] = {"off", "rows", "all", "false", "true", NULL};
const char *const infer_preprocess_names[] = {"stream", "store", NULL};
