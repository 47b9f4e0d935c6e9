/* SPDX-License-Identifier: Apache-2.0 */
/* A model family's graph for a config.json, its slots filled. */
#include "network/network.h"

#include <string.h>

#include "base/memory.h"
#include "format/json.h"
#include "graph/finish.h"
#include "plugin/option_set.h"

enum { DEFAULT_SLOTS = 3, FILLINGS_MAX = 256 };

/* An approximation's options, all at their defaults. */
static mpcf_status default_options(struct network *n, size_t which, const mpcf_approx *approx,
                                   mpcf_error *err)
{
    struct option_memory *memory = NULL;
    struct yaml_problems *problems = NULL;
    mpcf_status status = MPCF_OK;

    n->default_configs[which] = mpcf_alloc_array(1, approx->config_size + 1);
    problems = yaml_problems_create();
    if (n->default_configs[which] == NULL || problems == NULL) {
        status = mpcf_fail_memory(err, approx->config_size, "options");
    } else if (approx->options != NULL) {
        status = option_fill(approx->options, approx->option_size, approx->config_size, NULL,
                             approx->name, ".", n->default_configs[which], &memory, problems, err);
        n->default_memory[which] = memory;
    }
    yaml_problems_destroy(problems);
    return status;
}

/* The exact function of a slot, for layers that the file leaves alone. */
static mpcf_status default_filling(struct network *n, struct plugins *plugins, size_t which,
                                   struct slot_filling *filling, mpcf_error *err)
{
    static const mpcf_slot slots[DEFAULT_SLOTS] = {MPCF_SLOT_ACTIVATION, MPCF_SLOT_NORMALISER,
                                                   MPCF_SLOT_TANH};
    const char *const names[DEFAULT_SLOTS] = {n->facts.activation, "softmax", "tanh"};
    const void *found = NULL;

    MPCF_TRY(plugins_find(plugins, COMPONENT_APPROX, names[which], &found, err));
    MPCF_TRY(default_options(n, which, found, err));
    *filling = (struct slot_filling){.slot = slots[which],
                                     .last_layer = SIZE_MAX,
                                     .approx = found,
                                     .config = n->default_configs[which],
                                     .is_default = true};
    return MPCF_OK;
}

static mpcf_status fill_slots(struct network *n, const struct network_request *request,
                              mpcf_error *err)
{
    struct slot_filling all[FILLINGS_MAX];
    size_t count = request->filling_count;

    if (count > FILLINGS_MAX - DEFAULT_SLOTS) {
        return mpcf_fail(err, MPCF_E_CONFIG, "more than %d entries under approximations",
                         FILLINGS_MAX - DEFAULT_SLOTS);
    }
    /* The first filling that covers a layer counts: the file's go before the defaults. */
    if (count > 0) {
        memcpy(all, request->fillings, count * sizeof all[0]);
    }
    for (size_t i = 0; i < DEFAULT_SLOTS; i++) {
        MPCF_TRY(default_filling(n, request->plugins, i, &all[count++], err));
    }
    return graph_fill_slots(n->graph, all, count, request->fuse, err);
}

/* Whether NAME is another head on the body of TAKEN: BertForTokenClassification on that of
 * BertForSequenceClassification. */
static bool has_body(const char *name, const char *taken)
{
    const char *end = taken == NULL ? NULL : strstr(taken, "For");
    const size_t length = end == NULL ? 0 : (size_t) (end - taken);

    return length > 0 && strncmp(name, taken, length) == 0 &&
           strncmp(name + length, "For", strlen("For")) == 0;
}

/* Written names must be the family's; a config.json may have none. */
static mpcf_status check_architectures(const struct network *n,
                                       const struct network_request *request, mpcf_error *err)
{
    const json_t *found = json_object_get(request->config, "architectures");
    const char *const *taken = n->family->architectures;
    const char *first = json_string_value(json_array_get(found, 0));

    for (size_t i = 0; i < json_array_size(found); i++) {
        const char *name = json_string_value(json_array_get(found, i));

        for (size_t k = 0; name != NULL && taken[k] != NULL; k++) {
            if (strcmp(name, taken[k]) == 0) {
                return MPCF_OK;
            }
        }
        if (name != NULL && request->any_head && has_body(name, taken[0])) {
            return MPCF_OK;
        }
    }
    return json_array_size(found) == 0
               ? MPCF_OK
               : mpcf_fail(
                     err, MPCF_E_UNSUPPORTED,
                     "%s: architectures is '%s', which the family '%s' does not take (%s%s)%s",
                     request->config_name, first == NULL ? "no text" : first, n->family->name,
                     taken[0] == NULL ? "none" : taken[0],
                     taken[0] == NULL || taken[1] == NULL ? "" : ", ...",
                     first != NULL && has_body(first, taken[0])
                         ? "; stages.finetune trains a new head on its body"
                         : "");
}

static mpcf_status configure(struct network *n, const struct network_request *request,
                             mpcf_error *err)
{
    const struct mpcf_json config = {request->config, request->config_name};

    MPCF_TRY(check_architectures(n, request, err));
    MPCF_TRY(n->family->configure(request->family_config, &config, (int64_t) request->classes,
                                  &n->model, err));
    n->facts.struct_size = sizeof n->facts;
    n->tokenizer.struct_size = sizeof n->tokenizer;
    MPCF_TRY(n->family->facts(n->model, &n->facts, err));
    return n->family->tokenizer(n->model, &n->tokenizer, err);
}

/* One result, which is what everything behind the network has room for. */
static mpcf_status check_output(const struct network *n, size_t classes, mpcf_error *err)
{
    const struct graph_output *first = graph_output(n->graph, 0);
    const int64_t columns = classes != 0 ? (int64_t) classes : n->facts.classes;
    char text[SHAPE_TEXT_SIZE];
    mpcf_shape shape;

    if (graph_output_count(n->graph) != 1) {
        const struct graph_output *second = graph_output(n->graph, 1);

        return mpcf_fail(
            err, MPCF_E_UNSUPPORTED,
            "the family '%s' builds %zu outputs%s%s%s%s%s: a network has one, 'logits'",
            n->family->name, graph_output_count(n->graph), first == NULL ? "" : " ('",
            first == NULL ? "" : first->name, first == NULL ? "" : "', '",
            second == NULL ? "" : second->name, first == NULL ? "" : "')");
    }
    shape = first->node->shape;
    if (strcmp(first->name, "logits") != 0 || shape.rank != 2 || shape.dim[0] != MPCF_DIM_BATCH ||
        shape.dim[1] != columns) {
        return mpcf_fail(err, MPCF_E_UNSUPPORTED,
                         "the family '%s' builds the output '%s' %s: expected 'logits' [B, %lld]",
                         n->family->name, first->name, shape_text(shape, text),
                         (long long) columns);
    }
    return MPCF_OK;
}

static mpcf_status build(struct network *n, const struct network_request *request, mpcf_error *err)
{
    n->graph = graph_create();
    if (n->graph == NULL) {
        return mpcf_fail_memory(err, 0, "a graph");
    }
    graph_set_places(n->graph, n->tokenizer.max_tokens);
    MPCF_TRY(fill_slots(n, request, err));
    MPCF_TRY(n->family->build(n->model, n->graph, err));
    MPCF_TRY(graph_finish(n->graph, err));
    MPCF_TRY(graph_check_layers(n->graph, err));
    return check_output(n, request->classes, err);
}

mpcf_status network_create(const struct network_request *request, struct network **out,
                           mpcf_error *err)
{
    struct network *n = mpcf_alloc_array(1, sizeof *n);
    mpcf_status status = MPCF_OK;

    if (n == NULL) {
        return mpcf_fail_memory(err, sizeof *n, "a network");
    }
    n->family = request->family;
    status = configure(n, request, err);
    if (status == MPCF_OK) {
        status = build(n, request, err);
    }
    if (status != MPCF_OK) {
        network_destroy(n);
        return status;
    }
    *out = n;
    return MPCF_OK;
}

void network_destroy(struct network *n)
{
    if (n == NULL) {
        return;
    }
    graph_destroy(n->graph);
    if (n->model != NULL) {
        n->family->release(n->model);
    }
    for (size_t i = 0; i < DEFAULT_SLOTS; i++) {
        mpcf_free(n->default_configs[i]);
        option_config_release(n->default_memory[i]);
    }
    mpcf_free(n);
}
