/* SPDX-License-Identifier: Apache-2.0 */
/* Readers say "option 'text': rows.csv:1: no column 'txt'"; the pipeline file has the key. */
#include "check/data_mistake.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "format/yaml_tree.h"

/* Whether the section has NAME, there or under `options`; then KEY says where. */
static bool take(const struct yaml_node *section, const char *name, char key[DATA_KEY_SIZE])
{
    if (yaml_get(yaml_get(section, "options"), name) != NULL) {
        (void) snprintf(key, DATA_KEY_SIZE, "dataset.options.%s", name);
        return true;
    }
    if (yaml_get(section, name) != NULL) {
        (void) snprintf(key, DATA_KEY_SIZE, "dataset.%s", name);
        return true;
    }
    return false;
}

/* What stands between quotes behind "option". */
static bool named_option(const char *text, char name[DATA_KEY_SIZE / 2])
{
    const char *at = strstr(text, "option '");
    size_t length;

    if (at == NULL) {
        return false;
    }
    at += strlen("option '");
    length = strcspn(at, "'");
    if (at[length] == '\0' || length >= DATA_KEY_SIZE / 2) {
        return false;
    }
    (void) snprintf(name, DATA_KEY_SIZE / 2, "%.*s", (int) length, at);
    return true;
}

void data_mistake_key(const struct pipeline *p, const char *text, char key[DATA_KEY_SIZE])
{
    static const struct {
        const char *words, *first, *second;
    } known[] = {{": label '", "labels", "label"},
                 {"that are no label", "labels", "label"},
                 {": the label is missing", "label", "label"},
                 {": no text in column", "text", "text"}};
    const struct yaml_node *section = yaml_get(p->root, "dataset");
    char name[DATA_KEY_SIZE / 2];

    (void) snprintf(key, DATA_KEY_SIZE, "dataset.path");
    if (named_option(text, name)) {
        (void) take(section, name, key);
        return;
    }
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        if (strstr(text, known[i].words) != NULL) {
            (void) (take(section, known[i].first, key) || take(section, known[i].second, key));
            return;
        }
    }
}

/* TEXT behind "reading split 'train' with table: ". */
static const char *readers_words(const char *text)
{
    const char *at = strstr(text, " with ");

    at = strncmp(text, "reading split '", 15) == 0 && at != NULL ? strstr(at, ": ") : NULL;
    return at != NULL ? at + 2 : text;
}

/* Behind "FILE:LINE: ", the line's number included; NULL: it begins with no place of a file. */
static const char *behind_file(const char *words)
{
    const char *end = strstr(words, ": "), *at = end;

    while (at != NULL && at > words && isdigit((unsigned char) at[-1])) {
        at--;
    }
    return at != NULL && at < end && at > words && at[-1] == ':' ? at : NULL;
}

bool data_mistakes_are_one(const char *a, const char *b)
{
    const char *first = readers_words(a), *second = readers_words(b);

    if (strcmp(first, second) == 0) {
        return true;
    }
    first = behind_file(first);
    second = behind_file(second);
    return first != NULL && second != NULL && strcmp(first, second) == 0;
}
