/* SPDX-License-Identifier: Apache-2.0 */
/* From a key's dotted name to its node in the file. */
#include "pipeline/key_place.h"

#include <stdio.h>
#include <string.h>

const struct yaml_node *key_place(const struct pipeline *p, const char *dotted)
{
    enum { KEY_SIZE = 64 };
    const struct yaml_node *found = p->root;
    char key[KEY_SIZE];

    for (const char *rest = dotted; *rest != '\0';) {
        const size_t length = strcspn(rest, ".");
        const struct yaml_node *next = NULL;

        (void) snprintf(key, sizeof key, "%.*s", (int) length, rest);
        next = yaml_get(found, key);
        if (next == NULL) {
            break;
        }
        found = next;
        rest += length + (rest[length] == '.');
    }
    return found;
}
