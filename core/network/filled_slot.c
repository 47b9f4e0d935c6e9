/* SPDX-License-Identifier: Apache-2.0 */
/* Fills a config from defaults and what is given. */
#include "network/filled_slot.h"

#include "base/memory.h"
#include "base/text.h"
#include "plugin/option_set.h"

/* What is no option of an approximation without any. */
static mpcf_status refuse(const mpcf_approx *approx, const char *options, mpcf_error *err)
{
    return options == NULL
               ? MPCF_OK
               : mpcf_fail(err, MPCF_E_CONFIG, "approximation '%s' has no options", approx->name);
}

static mpcf_status parse(const char *options, struct yaml_tree **tree, mpcf_error *err)
{
    struct text_buffer text = {0};
    mpcf_status status = MPCF_OK;

    if (options != NULL) {
        text_printf(&text, "{%s}", options);
        status = text.failed
                     ? mpcf_fail_memory(err, text.length, "options")
                     : yaml_parse_text(text_string(&text), text.length, "--options", tree, err);
    }
    text_clear(&text);
    return status;
}

static mpcf_status fill(struct filled_slot *f, const mpcf_approx *approx,
                        const struct yaml_tree *tree, struct yaml_problems *problems,
                        mpcf_error *err)
{
    const struct option_source source = {.options = approx->options,
                                         .option_size = approx->option_size,
                                         .config_size = approx->config_size,
                                         .mapping = tree == NULL ? NULL : yaml_root(tree),
                                         .what = approx->name,
                                         .base = "."};

    MPCF_TRY(option_fill_from(&source, f->config, &f->owned, problems, err));
    return yaml_problems_count(problems) == 0
               ? MPCF_OK
               : mpcf_fail(err, MPCF_E_CONFIG, "%s", yaml_problems_text(problems));
}

mpcf_status filled_slot_open(struct filled_slot *f, const mpcf_approx *approx, const char *options,
                             mpcf_error *err)
{
    struct yaml_problems *problems = yaml_problems_create();
    struct yaml_tree *tree = NULL;
    mpcf_status status;

    *f = (struct filled_slot){.config = mpcf_alloc_array(1, approx->config_size + 1)};
    f->filling = (struct slot_filling){
        .slot = approx->slot, .last_layer = SIZE_MAX, .approx = approx, .config = f->config};
    if (problems == NULL || f->config == NULL) {
        status = mpcf_fail_memory(err, approx->config_size, "options");
    } else if (approx->options == NULL) {
        status = refuse(approx, options, err);
    } else {
        status = parse(options, &tree, err);
        status = status == MPCF_OK ? fill(f, approx, tree, problems, err) : status;
    }
    yaml_tree_destroy(tree);
    yaml_problems_destroy(problems);
    return status;
}

void filled_slot_clear(struct filled_slot *f)
{
    option_config_release(f->owned);
    mpcf_free(f->config);
    *f = (struct filled_slot){0};
}
