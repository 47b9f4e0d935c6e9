/* SPDX-License-Identifier: Apache-2.0 */
/* config.json's model_type or architectures, against the families there are. */
#include "pipeline/model_family.h"

#include <string.h>

#include "base/text.h"

/* Families that come along, and how names of their classes begin. */
static const struct {
    const char *name, *classes;
} families[] = {
    {"bert", "Bert"},       {"camembert", "Camembert"}, {"distilbert", "DistilBert"},
    {"electra", "Electra"}, {"roberta", "Roberta"},     {"xlm-roberta", "XLMRoberta"},
};

/* Others that people classify with, and what stands between them and a plug-in. */
static const struct {
    const char *type, *needs;
} others[] = {
    {"albert", "one layer's weights for all layers, and narrower tables"},
    {"bart", "a decoder behind the encoder"},
    {"big_bird", "attention to blocks of tokens"},
    {"convbert", "convolutions inside the attention"},
    {"data2vec-text", "RoBERTa's network under other names"},
    {"deberta", "attention with relative positions (disentangled)"},
    {"deberta-v2", "attention with relative positions (disentangled)"},
    {"ernie", "BERT's network with task types"},
    {"flaubert", "XLM's network: other names, norms in front of the sums"},
    {"funnel", "pooled sequences and relative positions"},
    {"gpt2", "causal attention, and the last token's row"},
    {"ibert", "quantised layers"},
    {"llama", "causal attention, rotary positions, gated feed-forward, RMS norms"},
    {"longformer", "attention to windows of tokens"},
    {"luke", "entities beside words"},
    {"megatron-bert", "norms in front of the layers"},
    {"mistral", "causal attention, rotary positions, gated feed-forward, RMS norms"},
    {"mobilebert", "bottlenecks and norms without statistics"},
    {"modernbert", "rotary positions, gated feed-forward, attention to windows of tokens"},
    {"mpnet", "relative positions in the attention"},
    {"nezha", "relative positions in the attention"},
    {"nomic_bert", "rotary positions and gated feed-forward"},
    {"qwen2", "causal attention, rotary positions, gated feed-forward, RMS norms"},
    {"rembert", "wider output tables and its own names"},
    {"roberta-prelayernorm", "norms in front of the layers"},
    {"roformer", "rotary positions"},
    {"squeezebert", "grouped convolutions in place of linears"},
    {"t5", "a decoder, relative positions, RMS norms"},
    {"xlm", "other names, norms in front of the sums"},
    {"xlm-roberta-xl", "norms in front of the layers"},
    {"xlnet", "two-stream attention with relative positions"},
    {"xmod", "adapters of each language"},
};

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

static bool takes(const mpcf_model *model, const char *class)
{
    for (size_t i = 0; class != NULL && model->architectures[i] != NULL; i++) {
        if (strcmp(model->architectures[i], class) == 0) {
            return true;
        }
    }
    return false;
}

/* A third party's, which the pipeline file names under `plugins`. */
static const char *find_loaded(const struct plugins *plugins, const char *type, const char *class)
{
    const mpcf_model *model;

    for (size_t i = 0; (model = plugins_component(plugins, COMPONENT_MODEL, i)) != NULL; i++) {
        if (type != NULL ? strcmp(model->name, type) == 0 : takes(model, class)) {
            return model->name;
        }
    }
    return NULL;
}

/* CLASS is "BertForSequenceClassification", "BertModel": the family's word and what it is for. */
static bool is_class_of(const char *class, const char *begin)
{
    const char *rest = class + strlen(begin);

    return text_starts_with(class, begin) &&
           (text_starts_with(rest, "For") || strcmp(rest, "Model") == 0);
}

static const char *find_own(const char *type, const char *class)
{
    for (size_t i = 0; i < COUNT(families); i++) {
        if (type != NULL ? strcmp(families[i].name, type) == 0
                         : class != NULL && is_class_of(class, families[i].classes)) {
            return families[i].name;
        }
    }
    return NULL;
}

static const char *needs_of(const char *type)
{
    for (size_t i = 0; i < COUNT(others); i++) {
        if (strcmp(others[i].type, type) == 0) {
            return others[i].needs;
        }
    }
    return NULL;
}

static mpcf_status fail_type(const char *path, const char *type, mpcf_error *err)
{
    const char *needs = needs_of(type);
    const char *names[COUNT(families)], *near;
    struct text_buffer list = {0};
    mpcf_status status;

    for (size_t i = 0; i < COUNT(families); i++) {
        names[i] = families[i].name;
        text_printf(&list, "%s%s", i == 0 ? "" : ", ", names[i]);
    }
    near = needs != NULL ? NULL : text_nearest(type, names, COUNT(families));
    status = mpcf_fail(
        err, MPCF_E_CONFIG,
        "%s: there is no family for model_type '%.100s'%s%s%s%s%s: those that come along are %s; "
        "others are plug-ins, named under `plugins`",
        path, type, needs != NULL ? ", which would need " : "", needs != NULL ? needs : "",
        near != NULL ? "; did you mean '" : "", near != NULL ? near : "", near != NULL ? "'?" : "",
        text_string(&list));
    text_clear(&list);
    return status;
}

mpcf_status model_family_of(const json_t *config, const char *path, const struct plugins *plugins,
                            const char **family, mpcf_error *err)
{
    const json_t *classes = json_object_get(config, "architectures");
    const char *type = json_string_value(json_object_get(config, "model_type"));
    const char *class = json_string_value(json_array_get(classes, 0));
    const char *found = find_loaded(plugins, type, class);

    found = found != NULL ? found : find_own(type, class);
    if (found != NULL) {
        *family = found;
        return MPCF_OK;
    }
    if (type != NULL) {
        return fail_type(path, type, err);
    }
    return mpcf_fail(err, MPCF_E_CONFIG,
                     "%s has no model_type%s%.100s%s: write the network's family, as in `family: "
                     "bert`",
                     path, class != NULL ? ", and no family takes its architecture '" : "",
                     class != NULL ? class : "", class != NULL ? "'" : "");
}
