/* SPDX-License-Identifier: Apache-2.0 */
/*
 * example: a tiny network with random weights and a small task, so that a pipeline can be run
 * where there is nothing else.
 */
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "base/folder.h"
#include "base/memory.h"
#include "base/random.h"
#include "base/text.h"
#include "checkpoint/save.h"
#include "example_task.h"
#include "host.h"
#include "network/network.h"
#include "standard_output.h"

static mpcf_status write_text(const char *folder, const char *name, struct text_buffer *text,
                              mpcf_error *err)
{
    char *path = file_join(folder, name);
    mpcf_status status;

    if (path == NULL || text->failed) {
        status = mpcf_fail_memory(err, text->length, name);
    } else {
        status = file_write_whole(path, text->data, text->length, err);
    }
    text_clear(text);
    mpcf_free(path);
    return status;
}

static mpcf_status write_data(const char *folder, size_t rows, uint64_t seed, mpcf_error *err)
{
    struct text_buffer text = {0};

    MPCF_TRY(file_make_folder(folder, err));
    example_rows(rows, seed, &text);
    MPCF_TRY(write_text(folder, "train.tsv", &text, err));
    example_rows(rows / 10 + 20, seed + 1, &text);
    return write_text(folder, "dev.tsv", &text, err);
}

/* --- The network --- */

/* Families whose tokenizer is WordPiece, and what config.json calls things there. */
static const struct example_family {
    const char *name, *class;
    const char *hidden, *layers, *heads, *inner, *activation, *dropout, *attention_dropout;
} families[] = {
    {"bert", "BertForSequenceClassification", "hidden_size", "num_hidden_layers",
     "num_attention_heads", "intermediate_size", "hidden_act", "hidden_dropout_prob",
     "attention_probs_dropout_prob"},
    {"electra", "ElectraForSequenceClassification", "hidden_size", "num_hidden_layers",
     "num_attention_heads", "intermediate_size", "hidden_act", "hidden_dropout_prob",
     "attention_probs_dropout_prob"},
    {"distilbert", "DistilBertForSequenceClassification", "dim", "n_layers", "n_heads",
     "hidden_dim", "activation", "dropout", "attention_dropout"},
};

static const struct example_family *find_family(const char *name)
{
    for (size_t i = 0; i < sizeof families / sizeof families[0]; i++) {
        if (strcmp(families[i].name, name) == 0) {
            return &families[i];
        }
    }
    return NULL;
}

static json_t *config_of(const struct example_family *f)
{
    return json_pack("{s:[s], s:s, s:s, s:i, s:i, s:i, s:i, s:i, s:i, s:f, s:f, s:f, s:i}",
                     "architectures", f->class, "model_type", f->name, f->activation, "gelu",
                     "vocab_size", (int) example_vocabulary_size(), f->hidden, 48, f->layers, 2,
                     f->heads, 4, f->inner, 96, "max_position_embeddings", 64, f->dropout, 0.0,
                     f->attention_dropout, 0.0, "initializer_range", 0.1, "pad_token_id", 0);
}

static void random_weights(struct parameters *p, uint64_t seed)
{
    uint64_t state = seed;

    for (size_t i = 0; i < p->count; i++) {
        struct parameter *item = &p->items[i];
        const bool is_gain = parameter_is_gain(item);
        const bool is_bias = text_ends_with(item->name, ".bias");

        for (size_t j = 0; j < item->count; j++) {
            item->value[j] = is_gain ? 1 : is_bias ? 0 : (float) (0.1 * random_normal(&state));
        }
    }
}

static mpcf_status save_network(const struct network *n, const json_t *config, const char *folder,
                                uint64_t seed, mpcf_error *err)
{
    struct parameters *p = NULL;
    mpcf_status status;

    MPCF_TRY(parameters_create(n->graph, false, &p, err));
    random_weights(p, seed);
    status = checkpoint_save(folder, config, NULL, p, err);
    parameters_destroy(p);
    return status;
}

static mpcf_status write_network(struct plugins *plugins, const struct example_family *kind,
                                 const char *folder, uint64_t seed, mpcf_error *err)
{
    struct network_request request = {
        .plugins = plugins, .config_name = "config.json", .classes = 2};
    struct text_buffer vocabulary = {0};
    struct network *n = NULL;
    const void *family = NULL;
    json_t *config;
    mpcf_status status;

    MPCF_TRY(plugins_find(plugins, COMPONENT_MODEL, kind->name, &family, err));
    MPCF_TRY(file_make_folder(folder, err));
    example_vocabulary(&vocabulary);
    MPCF_TRY(write_text(folder, "vocab.txt", &vocabulary, err));
    config = config_of(kind);
    request.family = family;
    request.config = config;
    status = config == NULL ? mpcf_fail_memory(err, 0, "config.json")
                            : network_create(&request, &n, err);
    if (status == MPCF_OK) {
        status = save_network(n, config, folder, seed, err);
    }
    network_destroy(n);
    json_decref(config);
    return status;
}

static mpcf_status write_all(const char *folder, const struct example_family *kind, size_t rows,
                             uint64_t seed, const char *plugin_folder, mpcf_error *err)
{
    struct plugins *plugins = NULL;
    char *data = file_join(folder, "data"), *model = file_join(folder, "model");
    mpcf_status status = data == NULL || model == NULL ? mpcf_fail_memory(err, 0, "a path")
                                                       : write_data(data, rows, seed, err);

    if (status == MPCF_OK) {
        status = plugins_create(plugin_folder, &plugins, err);
    }
    if (status == MPCF_OK) {
        status = write_network(plugins, kind, model, seed, err);
    }
    plugins_destroy(plugins);
    mpcf_free(data);
    mpcf_free(model);
    return status;
}

/* In a folder that this command made, and may make anew. */
#define MARK ".mpcf-example"

static bool has(const char *folder, const char *name)
{
    char *path = file_join(folder, name);
    const bool is_there = path == NULL || file_exists(path);

    mpcf_free(path);
    return is_there;
}

/* Whether what lies in FOLDER is somebody's. */
static bool is_foreign(const char *folder)
{
    return (has(folder, "data") || has(folder, "model")) && !has(folder, MARK);
}

/* The mark comes first: what broke off is made anew, too. */
static mpcf_status begin_folder(const char *folder, mpcf_error *err)
{
    struct text_buffer text = {0};

    MPCF_TRY(file_make_folder(folder, err));
    text_append(&text, "`mpcf-host example` made data/ and model/ here, and may replace them.\n");
    return write_text(folder, MARK, &text, err);
}

int cmd_example(const struct args *args)
{
    const char *folder = args->operands[0];
    const char *name = args_value(args, "--family");
    const struct example_family *kind = find_family(name != NULL ? name : "bert");
    int64_t seed = 1, rows = 4000;
    mpcf_error *err;
    int result = EXIT_USAGE;

    if (!args_number(args, "--seed", 0, 1000000000, &seed) ||
        !args_number(args, "--rows", 10, 10000000, &rows)) {
        return EXIT_USAGE;
    }
    if (kind == NULL) {
        return host_usage("example",
                          "there is no example of a family '%s'; bert, distilbert, "
                          "electra",
                          name);
    }
    if (is_foreign(folder) && !args_has(args, "--force")) {
        return host_usage("example",
                          "'%s' has a folder data or model that this command did not make: name "
                          "another folder, or --force replaces what is in them",
                          folder);
    }
    err = mpcf_error_create();
    if (begin_folder(folder, err) != MPCF_OK) {
        result = host_refused(err);
    } else if (write_all(folder, kind, (size_t) rows, (uint64_t) seed,
                         args_value(args, "--plugin-dir"), err) != MPCF_OK) {
        result = host_failed(err);
    } else {
        (void) fprintf(standard_output(), "%s: data/ in SST-2's form, model/ with random weights\n",
                       folder);
        result = EXIT_DONE;
    }
    mpcf_error_destroy(err);
    return result;
}
