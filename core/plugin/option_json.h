/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The options of a component as JSON.
 */
#ifndef MPCF_PLUGIN_OPTION_JSON_H
#define MPCF_PLUGIN_OPTION_JSON_H

#include <stddef.h>

#include <jansson.h>
#include <mpcf/option.h>

/* An object, key to value in CONFIG: numbers, words, true and false, lists of them; durations as the
 * file writes them ("60s"), sizes in bytes. NULL: memory. */
json_t *option_config_json(const mpcf_option *options, size_t option_size, const void *config);

#endif
