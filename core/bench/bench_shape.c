/* SPDX-License-Identifier: Apache-2.0 */
/*
 * config.json of known networks, for runs on random weights.
 */
#include "bench/bench_shape.h"

#include <string.h>

struct shape {
    const char *name;
    int layers, hidden, heads, inner, vocabulary, positions;
};

/* Devlin et al. (NAACL 2019), BERT-base; Wang et al. (NeurIPS 2020), MiniLM with 6 layers. */
static const struct shape shapes[] = {
    {"bert-base", 12, 768, 12, 3072, 30522, 512},
    {"minilm", 6, 384, 12, 1536, 30522, 512},
};

json_t *bench_shape(const char *name)
{
    for (size_t i = 0; i < sizeof shapes / sizeof shapes[0]; i++) {
        const struct shape *s = &shapes[i];

        if (strcmp(s->name, name) == 0) {
            return json_pack(
                "{s:[s], s:s, s:i, s:i, s:i, s:i, s:i, s:i, s:i, s:i, s:s, s:f, s:f, s:f, s:f}",
                "architectures", "BertForSequenceClassification", "model_type", "bert",
                "num_hidden_layers", s->layers, "hidden_size", s->hidden, "num_attention_heads",
                s->heads, "intermediate_size", s->inner, "vocab_size", s->vocabulary,
                "max_position_embeddings", s->positions, "type_vocab_size", 2, "pad_token_id", 0,
                "hidden_act", "gelu", "layer_norm_eps", 1e-12, "initializer_range", 0.02,
                "hidden_dropout_prob", 0.1, "attention_probs_dropout_prob", 0.1);
        }
    }
    return NULL;
}
