/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which kinds of components are in a plug-in, and under which names, as far as one can see from
 * outside: loading it would run its code. An object holds the names of the functions that it takes
 * from libraries, and its own texts, each with a zero byte on both sides.
 */
#include "plugin/plugin_words.h"

#include <stdio.h>
#include <string.h>

#include "base/file.h"

enum { WORD_MAX = 128 };

bool plugin_file_says(const char *path, const char *word)
{
    char text[WORD_MAX + 2] = {0};
    const size_t length = strlen(word) + 2;
    struct file_map map;
    bool found;

    if (length > sizeof text || file_map_open(path, &map, NULL) != MPCF_OK) {
        return false;
    }
    memcpy(text + 1, word, length - 2);
    found = map.length >= length && memmem(map.data, map.length, text, length) != NULL;
    file_map_close(&map);
    return found;
}

bool plugin_file_offers(const char *path, enum component_kind kind)
{
    static const char *const functions[COMPONENT_KINDS] = {
        [COMPONENT_APPROX] = "mpcf_register_approx",
        [COMPONENT_TRANSPORT] = "mpcf_register_transport",
        [COMPONENT_MODEL] = "mpcf_register_model",
        [COMPONENT_DATASET] = "mpcf_register_dataset",
    };

    return plugin_file_says(path, functions[kind]);
}
