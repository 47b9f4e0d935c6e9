/* SPDX-License-Identifier: Apache-2.0 */
/*
 * config.json of known networks, for runs on random weights.
 */
#include "bench/bench_shape.h"

#include <string.h>

/* What the classes of config.json have already is left out. Devlin et al. (NAACL 2019), BERT-base;
 * Wang et al. (NeurIPS 2020), MiniLM with 6 layers; Liu et al. (2019), RoBERTa-base; Sanh et al.
 * (2019), DistilBERT; Clark et al. (ICLR 2020), ELECTRA. */
static const struct {
    const char *name, *config;
} shapes[] = {
    {"bert-base", "{\"model_type\": \"bert\", \"vocab_size\": 30522}"},
    {"minilm", "{\"model_type\": \"bert\", \"vocab_size\": 30522, \"num_hidden_layers\": 6, "
               "\"hidden_size\": 384, \"intermediate_size\": 1536}"},
    {"roberta-base", "{\"model_type\": \"roberta\", \"vocab_size\": 50265, "
                     "\"max_position_embeddings\": 514, \"type_vocab_size\": 1, "
                     "\"layer_norm_eps\": 1e-5}"},
    {"distilbert-base", "{\"model_type\": \"distilbert\", \"vocab_size\": 30522}"},
    {"electra-small", "{\"model_type\": \"electra\", \"vocab_size\": 30522}"},
    {"electra-base", "{\"model_type\": \"electra\", \"vocab_size\": 30522, "
                     "\"embedding_size\": 768, \"hidden_size\": 768, "
                     "\"num_attention_heads\": 12, \"intermediate_size\": 3072}"},
};

json_t *bench_shape(const char *name)
{
    for (size_t i = 0; i < sizeof shapes / sizeof shapes[0]; i++) {
        if (strcmp(shapes[i].name, name) == 0) {
            return json_loads(shapes[i].config, 0, NULL);
        }
    }
    return NULL;
}

void bench_shape_names(struct text_buffer *out)
{
    for (size_t i = 0; i < sizeof shapes / sizeof shapes[0]; i++) {
        text_printf(out, "%s%s", i == 0 ? "" : ", ", shapes[i].name);
    }
}
