/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Option tables: checked, filled from YAML, printed.
 */
#ifndef MPCF_PLUGIN_OPTION_SET_H
#define MPCF_PLUGIN_OPTION_SET_H

#include <stddef.h>

#include <mpcf/error.h>
#include <mpcf/option.h>

#include "base/text.h"
#include "format/yaml_tree.h"

/* The table itself: keys well formed and unique, defaults pass their own check. */
mpcf_status option_table_check(const mpcf_option *options, size_t option_size,
                               size_t config_size, mpcf_error *err);

/*
 * Fills CONFIG (config_size bytes, zeroed here) with defaults and then with the entries of
 * MAPPING (NULL: none). Every mistake is added to PROBLEMS with file, line, column and the
 * nearest known key; WHAT names the component ("approximation '2quad'"). Strings and lists
 * belong to the set *OWNED, freed by option_config_release(). BASE: folder of relative paths.
 */
struct option_memory;
mpcf_status option_fill(const mpcf_option *options, size_t option_size, size_t config_size,
                        const struct yaml_node *mapping, const char *what, const char *base,
                        void *config, struct option_memory **owned,
                        struct yaml_problems *problems, mpcf_error *err);
void option_config_release(struct option_memory *owned); /* NULL is fine */

/* "c (real, default 5)   added to the score before squaring" lines, for `plugin show`. */
void option_table_print(const mpcf_option *options, size_t option_size, struct text_buffer *out);
const char *option_type_name(mpcf_option_type type);

#endif
