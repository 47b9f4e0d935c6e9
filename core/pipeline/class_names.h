/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a config.json calls the classes of its network.
 */
#ifndef MPCF_PIPELINE_CLASS_NAMES_H
#define MPCF_PIPELINE_CLASS_NAMES_H

#include <stdbool.h>
#include <stddef.h>

#include <jansson.h>

/* Whether NAME is one of those that the library makes where nobody gave any: LABEL_0. */
bool class_name_is_made(const char *name);
/* By id2label or, where that has none or a made one, label2id: some folders have names there alone. NULL: none;
 * else it lives as long as CONFIG. */
const char *class_name_of(const json_t *config, size_t class);
/* Classes that have a name, from 0 on without a gap; 0 where two names are the same or one is empty. */
size_t class_names_count(const json_t *config);

#endif
