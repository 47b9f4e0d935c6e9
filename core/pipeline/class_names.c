/* SPDX-License-Identifier: Apache-2.0 */
/* id2label and label2id of a config.json. */
#include "pipeline/class_names.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"

bool class_name_is_made(const char *name)
{
    return text_starts_with(name, "LABEL_");
}

static const char *name_by_label(const json_t *config, size_t class)
{
    json_t *labels = json_object_get(config, "label2id"), *value = NULL;
    const char *name = NULL;

    json_object_foreach(labels, name, value)
    {
        if (json_is_integer(value) && json_integer_value(value) == (json_int_t) class &&
            !class_name_is_made(name)) {
            return name;
        }
    }
    return NULL;
}

const char *class_name_of(const json_t *config, size_t class)
{
    char key[24];
    const char *name = NULL, *other = NULL;

    (void) snprintf(key, sizeof key, "%zu", class);
    name = json_string_value(json_object_get(json_object_get(config, "id2label"), key));
    if (name != NULL && !class_name_is_made(name)) {
        return name;
    }
    other = name_by_label(config, class);
    return other != NULL ? other : name;
}

static bool is_of_an_earlier(const json_t *config, size_t class, const char *name)
{
    for (size_t i = 0; i < class; i++) {
        if (strcmp(class_name_of(config, i), name) == 0) {
            return true;
        }
    }
    return false;
}

size_t class_names_count(const json_t *config)
{
    const size_t by_number = json_object_size(json_object_get(config, "id2label"));
    const size_t by_name = json_object_size(json_object_get(config, "label2id"));
    const size_t count = by_number > 0 ? by_number : by_name;

    for (size_t i = 0; i < count; i++) {
        const char *name = class_name_of(config, i);

        if (name == NULL || *name == '\0' || is_of_an_earlier(config, i, name)) {
            return 0;
        }
    }
    return count;
}
