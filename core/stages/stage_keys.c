/* SPDX-License-Identifier: Apache-2.0 */
/* What a stage's key is made of: settings, plug-ins' files, folders. */
#include "stages/stage_keys.h"

#include "base/folder.h"
#include "base/memory.h"
#include "base/text.h"
#include "checkpoint/checkpoint.h"
#include "format/json.h"
#include "pipeline/print_settings.h"
#include "text/tokenizer_files.h"
#include <string.h>

/* Whether STAGE computes with COMPONENT. Fine-tuning knows the exact functions alone: another stand-in for
 * the student leaves it as it is. */
static bool uses(const struct stage_context *c, enum pipeline_stage stage, enum component_kind kind,
                 const char *component)
{
    switch (kind) {
    case COMPONENT_TRANSPORT:
        return stage == STAGE_INFER;
    case COMPONENT_APPROX:
        return stage != STAGE_FINETUNE || strcmp(component, "softmax") == 0 ||
               strcmp(component, "tanh") == 0 || strcmp(component, c->activation) == 0;
    default:
        return true;
    }
}

static void print_plugins(const struct stage_context *c, enum pipeline_stage stage,
                          struct text_buffer *out)
{
    for (int k = 0; k < COMPONENT_KINDS; k++) {
        const enum component_kind kind = (enum component_kind) k;
        const void *component = NULL;

        for (size_t i = 0; (component = plugins_component(c->pipeline->plugins, kind, i)) != NULL;
             i++) {
            const struct plugin_facts *facts = plugins_facts_of(c->pipeline->plugins, component);
            const char *name = component_name(kind, component);

            if (facts != NULL && uses(c, stage, kind, name)) {
                text_printf(out, "plugin %s %s %s\n", component_kind_name(kind), name,
                            facts->digest);
            }
        }
    }
}

/* Takes over TEXT. */
static mpcf_status digest_text(struct text_buffer *text, char key[FILE_DIGEST_SIZE],
                               mpcf_error *err)
{
    struct digest *digest = digest_begin();
    const bool is_whole = digest != NULL && !text->failed;

    if (digest != NULL) {
        digest_add(digest, text_string(text), text->length);
        digest_end(digest, key);
    }
    text_clear(text);
    return is_whole ? MPCF_OK : mpcf_fail_memory(err, 0, "a stage's key");
}

mpcf_status stage_key(const struct stage_context *c, enum pipeline_stage stage, const char *extra,
                      char key[FILE_DIGEST_SIZE], mpcf_error *err)
{
    struct text_buffer text = {0};

    pipeline_print_settings(c->pipeline, stage, &text);
    print_plugins(c, stage, &text);
    text_printf(&text, "\nbefore %s\nextra %s\n", c->key, extra != NULL ? extra : "");
    return digest_text(&text, key, err);
}

mpcf_status stage_weights_key(const struct stage_context *c, enum pipeline_stage stage,
                              const char *extra, char key[FILE_DIGEST_SIZE], mpcf_error *err)
{
    struct text_buffer text = {0};

    pipeline_print_weights(c->pipeline, stage, &text);
    print_plugins(c, stage, &text);
    text_printf(&text, "\nextra %s\n", extra);
    return digest_text(&text, key, err);
}

/* Of what tokenizer_files_copy() would copy. */
static mpcf_status add_tokenizer(const char *folder, struct digest *digest, mpcf_error *err)
{
    mpcf_status status = MPCF_OK;

    for (size_t i = 0; status == MPCF_OK && tokenizer_file_names[i] != NULL; i++) {
        char *path = file_join(folder, tokenizer_file_names[i]), text[FILE_DIGEST_SIZE];

        if (path == NULL) {
            status = mpcf_fail_memory(err, strlen(folder), "a path");
        } else if (file_exists(path)) {
            status = file_digest(path, text, err);
            if (status == MPCF_OK) {
                digest_add(digest, tokenizer_file_names[i], strlen(tokenizer_file_names[i]) + 1);
                digest_add(digest, text, sizeof text);
            }
        }
        mpcf_free(path);
    }
    return status;
}

mpcf_status stage_folder_digest(const char *folder, char text[FILE_DIGEST_SIZE], mpcf_error *err)
{
    struct checkpoint *checkpoint = NULL;
    struct digest *digest = NULL;
    char *config = NULL;
    mpcf_status status = MPCF_OK;

    MPCF_TRY(checkpoint_open(folder, &checkpoint, err));
    digest = digest_begin();
    config = json_text(checkpoint_config(checkpoint), JSON_SORT_KEYS);
    if (digest != NULL && config != NULL) {
        digest_add(digest, config, strlen(config));
        checkpoint_digest(checkpoint, digest);
        status = add_tokenizer(folder, digest, err);
    } else {
        status = mpcf_fail_memory(err, 0, "a digest");
    }
    if (digest != NULL) {
        digest_end(digest, text);
    }
    checkpoint_close(checkpoint);
    free(config);
    return status;
}
