/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Option tables: checked, filled from YAML, printed.
 */
#ifndef MPCF_PLUGIN_OPTION_SET_H
#define MPCF_PLUGIN_OPTION_SET_H

#include <stdbool.h>
#include <stddef.h>

#include <mpcf/error.h>
#include <mpcf/option.h>

#include "base/text.h"
#include "format/yaml_tree.h"

/* The table itself: keys well formed and unique, fields inside the config, defaults pass
 * their own check. A wrong one is a bug of its component: MPCF_E_INVALID. */
mpcf_status option_table_check(const mpcf_option *options, size_t option_size, size_t config_size,
                               mpcf_error *err);

/* Strings and lists of a config. */
struct option_memory;
void option_config_release(struct option_memory *owned); /* NULL is fine */

/* What to fill a config from. */
struct option_source {
    const mpcf_option *options; /* NULL: the component takes none */
    size_t option_size, config_size;
    const struct yaml_node *mapping; /* NULL: defaults only */
    const struct yaml_node *at;      /* where a missing option is complained about; may be NULL */
    const char *const *others;       /* keys of MAPPING that someone else reads, ends with NULL */
    const char *what;                /* "approximation '2quad'", for messages */
    const char *base;                /* folder that relative paths start from */
};

/*
 * Fills CONFIG (config_size bytes, zeroed here) with defaults and then with the entries of
 * the mapping. Every mistake is added to PROBLEMS with file, line, column and the nearest
 * known key. Strings and lists belong to *OWNED, which is set also where there are problems.
 */
mpcf_status option_fill_from(const struct option_source *source, void *config,
                             struct option_memory **owned, struct yaml_problems *problems,
                             mpcf_error *err);
/* The same with its parts as arguments. */
mpcf_status option_fill(const mpcf_option *options, size_t option_size, size_t config_size,
                        const struct yaml_node *mapping, const char *what, const char *base,
                        void *config, struct option_memory **owned, struct yaml_problems *problems,
                        mpcf_error *err);

/* "c (real, default 5)   added to the score before squaring" lines, for `plugin show`. */
void option_table_print(const mpcf_option *options, size_t option_size, struct text_buffer *out);
/* Each option with its value in CONFIG: "c=5 p=2". For digests and what is compared: numbers have all their
 * digits, 1.1 is 1.1000000000000001. */
void option_config_print(const mpcf_option *options, size_t option_size, const void *config,
                         struct text_buffer *out);
/* The same for people: numbers are the shortest text that reads back. */
void option_config_show(const mpcf_option *options, size_t option_size, const void *config,
                        struct text_buffer *out);
/* Entry I of a table of a plug-in, whose entries may be smaller than ours: copied into
 * *OPTION, the rest zero. false: past the end. */
bool option_at(const mpcf_option *options, size_t option_size, size_t i, mpcf_option *option);

#endif
