/* SPDX-License-Identifier: Apache-2.0 */
/* The text of a program that both parties must have alike, and its SHA-256. */
#include "program/digest.h"

#include <inttypes.h>

#include "base/digest.h"
#include "base/text.h"
#include "graph/digest.h"

static void write_value(struct text_buffer *t, const struct value *v)
{
    text_printf(t, "v %d %zu %zu %zu %zu %u %u %u %d %s\n", (int) v->kind, v->dims.dim[0],
                v->dims.dim[1], v->dims.dim[2], v->dims.dim[3], v->ring, v->fraction, v->magnitude,
                v->is_input_independent, v->node);
}

static void write_step(struct text_buffer *t, const struct step *s)
{
    text_printf(t, "s %s %u %" PRIu64 " %u %u %d %u %s %s\n", step_name(s->kind), (unsigned) s->out,
                s->constant, s->shift, (unsigned) s->row, s->transposed, (unsigned) s->round,
                s->input == NULL ? "-" : s->input, s->node == NULL ? "-" : s->node->name);
    if (s->buckets != 0) {
        text_printf(t, "b %zu %zu %zu\n", s->buckets, s->groups, s->table_rows);
    }
    for (size_t i = 0; i < s->in_count; i++) {
        const struct view *v = &s->views[i];
        text_printf(t, "i %u %zu %zu %zu %zu %zu %" PRId64, (unsigned) s->in[i], v->first,
                    v->stride[0], v->stride[1], v->stride[2], v->stride[3], v->weight);
        if (v->end != 0) {
            text_printf(t, " of %zu %zu", v->begin, v->end);
        }
        text_append(t, "\n");
    }
    for (size_t i = 0; i < s->threshold_count; i++) {
        text_printf(t, "t %" PRId64 "\n", s->thresholds[i]);
    }
}

void program_digest(struct program *p)
{
    struct text_buffer text = {0};
    bool is_told = true;

    text_printf(&text, "mpcf program 1\n%zu %zu %d\n", p->batch, p->tokens, p->exact_length);
    if (p->graph != NULL) {
        char graph[FILE_DIGEST_SIZE] = "";
        is_told = graph_digest(p->graph, graph);
        text_printf(&text, "g %s\n", graph);
    }
    for (size_t i = 0; i < p->value_count; i++) {
        write_value(&text, &p->values[i]);
    }
    for (size_t i = 0; i < p->step_count; i++) {
        write_step(&text, &p->steps[i]);
    }
    struct digest *digest = is_told && !text.failed ? digest_begin() : NULL;
    if (digest == NULL) {
        p->failed = true;
    } else {
        digest_add(digest, text.data, text.length);
        digest_end(digest, p->digest);
    }
    text_clear(&text);
}
