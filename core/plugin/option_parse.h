/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One value of an option: from its text to its C type. The type decides what a text means,
 * so `yes`, `1_000` and `1e-3` are not guessed at by YAML.
 */
#ifndef MPCF_PLUGIN_OPTION_PARSE_H
#define MPCF_PLUGIN_OPTION_PARSE_H

#include <stdbool.h>
#include <stddef.h>

#include <mpcf/option.h>

#include "base/arena.h"
#include "base/text.h"
#include "format/yaml_tree.h"

/* Field types behind MPCF_OPT_REAL_LIST and MPCF_OPT_STRING_LIST. */
struct option_real_list {
    const double *items;
    size_t count;
};
struct option_string_list {
    const char *const *items;
    size_t count;
};

size_t option_type_size(mpcf_option_type type); /* 0: no such type */
size_t option_type_align(mpcf_option_type type);

/*
 * Writes the value of NODE to AT, as O's type says; strings and lists into ARENA, relative
 * paths from BASE. In a path, ${NAME} and ${NAME:-default} are replaced from the environment.
 * A value that does not fit: false, with the reason in WHY ("'30' has no unit; write ...").
 */
bool option_parse(const mpcf_option *o, const struct yaml_node *node, const char *base,
                  struct arena *arena, void *at, struct text_buffer *why);
/* TEXT with ${...} replaced, from the folder BASE ("." is not put in front of it): "../" in front of
 * TEXT is taken off BASE, where that is the same folder. In ARENA. NULL: see WHY. */
const char *option_expand_path(const char *text, const char *base, struct arena *arena,
                               struct text_buffer *why);

#endif
