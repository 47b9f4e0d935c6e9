/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Values of options, of every type, from a mapping of a stranger.
 */
#include <stdint.h>
#include <stdlib.h>

#include "plugin/option_parse.h"
#include "plugin/option_set.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct config {
    bool flag;
    int64_t count, wait;
    double real;
    const char *text, *path;
    int32_t mode;
    uint64_t room;
    struct option_real_list reals;
    struct option_string_list texts;
};

#define AT(field) .offset = offsetof(struct config, field), .help = "a value"
static const char *const modes[] = {"exact", "bucket", NULL};
static const mpcf_option options[] = {
    {.key = "flag", .type = MPCF_OPT_BOOL, .default_text = "no", AT(flag)},
    {.key = "count", .type = MPCF_OPT_INT, .default_text = "1", AT(count), .min = 1, .max = 9},
    {.key = "real", .type = MPCF_OPT_REAL, .default_text = "5", AT(real)},
    {.key = "text", .type = MPCF_OPT_STRING, .default_text = "", AT(text)},
    {.key = "mode", .type = MPCF_OPT_CHOICE, .default_text = "exact", AT(mode), .choices = modes},
    {.key = "room", .type = MPCF_OPT_BYTES, .default_text = "1KiB", AT(room)},
    {.key = "wait", .type = MPCF_OPT_DURATION, .default_text = "1s", AT(wait)},
    {.key = "path", .type = MPCF_OPT_PATH, .default_text = "", AT(path)},
    {.key = "reals", .type = MPCF_OPT_REAL_LIST, .default_text = "[]", AT(reals)},
    {.key = "texts", .type = MPCF_OPT_STRING_LIST, .default_text = "[]", AT(texts)},
    {.key = NULL},
};

static void check(const struct config *c)
{
    double sum = 0;

    for (size_t i = 0; i < c->reals.count; i++) {
        sum += c->reals.items[i];
    }
    for (size_t i = 0; i < c->texts.count; i++) {
        sum += c->texts.items[i][0];
    }
    if (c->count < 1 || c->count > 9 || c->mode < 0 || c->mode > 1 || c->wait < 0 || sum != sum) {
        abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct yaml_tree *tree = NULL;
    struct yaml_problems *problems = yaml_problems_create();
    struct option_memory *owned = NULL;
    struct config config;

    if (problems != NULL &&
        yaml_parse_text((const char *) data, size, "fuzz", &tree, NULL) == MPCF_OK &&
        option_fill(options, sizeof *options, sizeof config, yaml_root(tree), "fuzz", "/base",
                    &config, &owned, problems, NULL) == MPCF_OK &&
        yaml_problems_count(problems) == 0) {
        check(&config);
    }
    if (problems != NULL) {
        (void) yaml_problems_text(problems);
    }
    option_config_release(owned);
    yaml_tree_destroy(tree);
    yaml_problems_destroy(problems);
    return 0;
}
