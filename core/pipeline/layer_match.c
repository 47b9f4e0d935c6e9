/* SPDX-License-Identifier: Apache-2.0 */
/* From the keys of stages.distill.layers to what is matched. */
#include "pipeline/layer_match.h"

struct layer_match layer_match_of(const struct layers_settings *s)
{
    return (struct layer_match){.embedding = s->match_embedding,
                                .hidden = s->match_hidden,
                                .scores = s->match_attention && s->attention == ATTENTION_SCORES,
                                .weights = s->match_attention && s->attention == ATTENTION_WEIGHTS};
}
