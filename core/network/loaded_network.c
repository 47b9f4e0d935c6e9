/* SPDX-License-Identifier: Apache-2.0 */
/* Networks of a run: opened with their weights or built without, and saved. */
#include "network/loaded_network.h"

#include <string.h>

#include "base/folder.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/text.h"
#include "checkpoint/checkpoint.h"
#include "checkpoint/load.h"
#include "checkpoint/save.h"
#include "format/json.h"
#include "network/label_names.h"

void loaded_network_clear(struct loaded_network *n)
{
    network_destroy(n->network);
    parameters_destroy(n->parameters);
    json_decref(n->config);
    mpcf_free(n->folder);
    mpcf_free(n->new_weights);
    *n = (struct loaded_network){0};
}

/* How a folder is opened. */
struct folder_use {
    enum network_functions functions;
    bool is_trained;
    double dropout; /* -1: as the config says */
};

/* What fine-tuning begins with: whatever its head was, it is learnt. */
static bool is_start(const struct pipeline *p, const char *folder)
{
    return p->has_stage[STAGE_FINETUNE] && strcmp(folder, p->model_path) == 0;
}

/* The config that the graph is built from; what is saved keeps its own dropout. */
static json_t *config_to_build(const json_t *config, double dropout)
{
    /* What the families call it. */
    static const char *const keys[] = {"hidden_dropout_prob", "attention_probs_dropout_prob",
                                       "classifier_dropout",  "dropout",
                                       "attention_dropout",   "seq_classif_dropout"};
    const size_t begun = json_begin();
    json_t *copy = json_deep_copy(config);

    for (size_t i = 0; copy != NULL && dropout >= 0 && i < sizeof keys / sizeof keys[0]; i++) {
        (void) json_object_set_new(copy, keys[i], json_real(dropout));
    }
    return json_end(copy, begun);
}

static mpcf_status build(const struct pipeline *p, const struct folder_use *use,
                         struct loaded_network *n, mpcf_error *err)
{
    bool is_filled = use->functions == FUNCTIONS_APPROXIMATED;
    json_t *config = config_to_build(n->config, use->dropout);
    char *name = file_join(n->folder, "config.json");
    struct network_request request = {.plugins = p->plugins,
                                      .family = p->model.descriptor,
                                      .family_config = p->model.config,
                                      .config = config,
                                      .config_name = name != NULL ? name : "config.json",
                                      .classes = p->task.classes,
                                      .any_head = is_start(p, n->folder),
                                      .fillings = is_filled ? p->fillings : NULL,
                                      .filling_count = is_filled ? p->filling_count : 0,
                                      .fuse = use->is_trained};
    mpcf_status status = config != NULL ? network_create(&request, &n->network, err)
                                        : mpcf_fail_memory(err, 0, "config.json");

    json_decref(config);
    mpcf_free(name);
    return status;
}

mpcf_status loaded_network_build(const struct pipeline *p, const char *folder,
                                 enum network_functions functions, struct loaded_network *out,
                                 mpcf_error *err)
{
    struct loaded_network n = {.folder = mpcf_strdup(folder)};
    char *path = file_join(folder, "config.json");
    mpcf_status status = MPCF_OK;

    if (n.folder == NULL || path == NULL) {
        status = mpcf_fail_memory(err, strlen(folder), "a path");
    }
    if (status == MPCF_OK) {
        status = json_read_file(path, &n.config, err);
    }
    if (status == MPCF_OK) {
        const struct folder_use use = {functions, false, -1};

        status = build(p, &use, &n, err);
    }
    mpcf_free(path);
    if (status != MPCF_OK) {
        loaded_network_clear(&n);
        return status;
    }
    *out = n;
    return MPCF_OK;
}

/* Each class by itself, yes or no: the largest of such logits is not its answer. */
static mpcf_status check_problem(const json_t *config, const char *name, mpcf_error *err)
{
    const char *type = json_string_value(json_object_get(config, "problem_type"));

    return type == NULL || strcmp(type, "multi_label_classification") != 0
               ? MPCF_OK
               : mpcf_fail(err, MPCF_E_UNSUPPORTED,
                           "%s: problem_type is multi_label_classification, whose answers are a "
                           "sigmoid of each logit; only one class of several, or a score, is "
                           "supported. stages.finetune trains its encoder for the task",
                           name);
}

/* Said once: a stage opens the exact network and then the approximated one. */
static mpcf_status check_classes(const struct pipeline *p, const struct folder_use *use,
                                 const struct loaded_network *n, mpcf_error *err)
{
    const bool starts = is_start(p, n->folder);
    char *name = file_join(n->folder, "config.json");
    mpcf_status status =
        name != NULL ? MPCF_OK : mpcf_fail_memory(err, strlen(n->folder), "a path");

    if (status == MPCF_OK && !starts) {
        status = check_problem(n->config, name, err);
    }
    if (status == MPCF_OK && !starts) {
        status = label_names_check(&p->task, n->config, name, err);
    }
    if (status == MPCF_OK && use->functions == FUNCTIONS_EXACT) {
        label_names_say(&p->task, n->config, name, starts);
    }
    mpcf_free(name);
    return status;
}

/* The library would make 8 or 4 bits of weights that are stored as floats, and other logits. F8 is what
 * is stored, and read with its scale (checkpoint/scale.h). */
static void warn_of_quantization(const json_t *config)
{
    const char *method = json_string_value(
        json_object_get(json_object_get(config, "quantization_config"), "quant_method"));

    if (method != NULL && strcmp(method, "fp8") != 0 && strcmp(method, "fbgemm_fp8") != 0 &&
        strcmp(method, "compressed-tensors") != 0) {
        log_line(LOG_WARN,
                 "config.json: quantization_config '%.40s' is left out: the weights are used as "
                 "they are stored, and the logits may differ from the library's",
                 method);
    }
}

static mpcf_status load_weights(const struct pipeline *p, const struct checkpoint *checkpoint,
                                const struct folder_use *use, struct loaded_network *n,
                                mpcf_error *err)
{
    const enum new_weights kept = p->new_head ? NEW_MISSING : NEW_REFUSED;
    const struct load_request request = {.prefix = n->network->facts.weight_prefix,
                                         .new_weights = is_start(p, n->folder) ? NEW_ANY : kept};
    struct load_outcome outcome = {0};

    MPCF_TRY(check_classes(p, use, n, err));
    if (use->functions == FUNCTIONS_EXACT) {
        warn_of_quantization(n->config);
    }
    MPCF_TRY(parameters_create(n->network->graph, use->is_trained, &n->parameters, err));
    parameters_init(n->parameters, n->network->graph, (uint64_t) p->seed);
    MPCF_TRY(
        checkpoint_load(checkpoint, n->network->graph, &request, n->parameters, &outcome, err));
    if (outcome.count > 0) {
        n->new_weights = mpcf_strdup(text_string(&outcome.names));
    }
    text_clear(&outcome.names);
    return outcome.count == 0 || n->new_weights != NULL
               ? MPCF_OK
               : mpcf_fail_memory(err, 0, "a list of names");
}

static mpcf_status open_network(const struct pipeline *p, const char *folder,
                                const struct folder_use *use, struct loaded_network *out,
                                mpcf_error *err)
{
    struct loaded_network n = {.folder = mpcf_strdup(folder)};
    struct checkpoint *checkpoint = NULL;
    mpcf_status status = checkpoint_open(folder, &checkpoint, err);

    if (status == MPCF_OK && n.folder == NULL) {
        status = mpcf_fail_memory(err, strlen(folder), "a path");
    }
    if (status == MPCF_OK) {
        n.config = json_deep_copy(checkpoint_config(checkpoint));
        status = build(p, use, &n, err);
    }
    if (status == MPCF_OK) {
        status = load_weights(p, checkpoint, use, &n, err);
    }
    checkpoint_close(checkpoint);
    if (status != MPCF_OK) {
        loaded_network_clear(&n);
        return mpcf_fail_while(err, status, "loading '%s'", folder);
    }
    *out = n;
    return MPCF_OK;
}

mpcf_status loaded_network_open(const struct pipeline *p, const char *folder,
                                enum network_functions functions, struct loaded_network *out,
                                mpcf_error *err)
{
    const struct folder_use use = {functions, false, -1};

    return open_network(p, folder, &use, out, err);
}

mpcf_status loaded_network_open_trainable(const struct pipeline *p, const char *folder,
                                          enum network_functions functions, double dropout,
                                          struct loaded_network *out, mpcf_error *err)
{
    const struct folder_use use = {functions, true, dropout};

    return open_network(p, folder, &use, out, err);
}

/* How our weights are written, whatever the file had that they came from. Transformers loads in the
 * type that `dtype` names; older versions asked `torch_dtype`. */
static void put_type(json_t *config)
{
    if (json_object_get(config, "torch_dtype") != NULL) {
        (void) json_object_set_new(config, "torch_dtype", json_string("float32"));
    }
    (void) json_object_set_new(config, "dtype", json_string("float32"));
    (void) json_object_del(config, "quantization_config");
}

/* config.json of a classifier for the task, whatever the folder it came from was. */
static json_t *classifier_config(const struct pipeline *p, const struct loaded_network *n)
{
    const size_t begun = json_begin();
    json_t *config = json_deep_copy(n->config);
    json_t *id2label = json_object(), *label2id = json_object();

    for (size_t i = 0; i < p->task.classes; i++) {
        char key[24], made[32];
        const char *name = made;

        (void) snprintf(key, sizeof key, "%zu", i);
        (void) snprintf(made, sizeof made, "LABEL_%zu", i);
        if (p->task.label_names != NULL && p->task.classes > 1) {
            name = p->task.label_names[i];
        }
        (void) json_object_set_new(id2label, key, json_string(name));
        (void) json_object_set_new(label2id, name, json_integer((json_int_t) i));
    }
    if (json_object_get(config, "model_type") == NULL) {
        (void) json_object_set_new(config, "model_type", json_string(n->network->family->name));
    }
    (void) json_object_set_new(config, "id2label", id2label);
    (void) json_object_set_new(config, "label2id", label2id);
    (void) json_object_set_new(config, "num_labels", json_integer((json_int_t) p->task.classes));
    /* Other tools choose the loss by it, so what an earlier task left must not stay. */
    if (p->task.classes == 1) {
        (void) json_object_set_new(config, "problem_type", json_string("regression"));
    } else if (json_object_get(config, "problem_type") != NULL) {
        (void) json_object_set_new(config, "problem_type",
                                   json_string("single_label_classification"));
    }
    put_type(config);
    (void) json_object_set_new(config, "architectures",
                               json_pack("[s]", n->network->family->architectures[0]));
    return json_end(config, begun);
}

mpcf_status loaded_network_save(const struct pipeline *p, const struct loaded_network *n,
                                const char *folder, mpcf_error *err)
{
    json_t *config = classifier_config(p, n);
    mpcf_status status = config != NULL ? MPCF_OK : mpcf_fail_memory(err, 0, "config.json");

    if (status == MPCF_OK) {
        status = checkpoint_save(folder, config, n->folder, n->parameters, err);
    }
    json_decref(config);
    return status;
}
