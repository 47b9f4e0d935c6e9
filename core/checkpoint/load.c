/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From tensors of a file to parameters of a graph.
 */
#include "checkpoint/load.h"

#include <math.h>
#include <string.h>

#include "base/log.h"
#include "base/memory.h"
#include "base/text.h"
#include "checkpoint/checkpoint_inside.h"

/* What LayerNorm's weights were called in files converted from TensorFlow. */
static const struct {
    const char *now, *before;
} old_names[] = {
    {"LayerNorm.weight", "LayerNorm.gamma"},
    {"LayerNorm.bias", "LayerNorm.beta"},
};

/* NAME as it stands, or under the name it had before; *MEMORY_SHORT where that cannot be told. */
static const struct tensor *find_now_or_before(const struct checkpoint *c, const char *name,
                                               bool *memory_short)
{
    const struct tensor *t = checkpoint_tensor(c, name);
    for (size_t i = 0; t == NULL && i < sizeof(old_names) / sizeof(old_names[0]); i++) {
        if (!text_ends_with(name, old_names[i].now)) {
            continue;
        }
        size_t kept = strlen(name) - strlen(old_names[i].now);
        char *before = mpcf_format("%.*s%s", (int) kept, name, old_names[i].before);
        if (before == NULL) {
            *memory_short = true;
            return NULL;
        }
        t = checkpoint_tensor(c, before);
        mpcf_free(before);
    }
    return t;
}

static const struct tensor *find_tensor(const struct checkpoint *c, const char *prefix,
                                        const char *name, bool *memory_short)
{
    const struct tensor *t = find_now_or_before(c, name, memory_short);
    if (t == NULL && prefix[0] != '\0' && text_starts_with(name, prefix)) {
        t = find_now_or_before(c, name + strlen(prefix), memory_short);
    }
    return t;
}

/* --- Messages --- */

static mpcf_status fail_missing(const struct checkpoint *c, const char *name, mpcf_error *err)
{
    const char **names = mpcf_alloc_array(c->tensor_count, sizeof(*names));
    if (names == NULL) {
        return mpcf_fail_memory(err, c->tensor_count * sizeof(*names), "a list of names");
    }
    for (size_t i = 0; i < c->tensor_count; i++) {
        names[i] = c->tensors[i]->name;
    }
    const char *nearest = text_nearest(name, names, c->tensor_count);
    mpcf_free(names);
    return mpcf_fail(err, MPCF_E_FORMAT, "no tensor '%s' among its %zu%s%.200s%s", name,
                     c->tensor_count, nearest == NULL ? "" : "; the nearest name is '",
                     nearest == NULL ? "" : nearest, nearest == NULL ? "" : "'");
}

static void append_shape(struct text_buffer *text, const uint64_t *dim, size_t rank)
{
    text_append(text, "[");
    for (size_t i = 0; i < rank; i++) {
        text_printf(text, "%s%llu", i == 0 ? "" : ", ", (unsigned long long) dim[i]);
    }
    text_append(text, "]");
}

static mpcf_status fail_shape(const struct tensor *t, const uint64_t *want, size_t rank,
                              mpcf_error *err)
{
    struct text_buffer text = {0};
    append_shape(&text, t->dim, t->rank);
    text_append(&text, ", expected ");
    append_shape(&text, want, rank);
    mpcf_status status =
        mpcf_fail(err, MPCF_E_SHAPE, "tensor '%.200s' has shape %s", t->name, text_string(&text));
    text_clear(&text);
    return status;
}

/* --- Loading --- */

static mpcf_status check_shape(const struct tensor *t, const mpcf_shape *shape, mpcf_error *err)
{
    uint64_t want[MPCF_RANK_MAX] = {0};
    size_t rank = (size_t) shape->rank;
    for (size_t i = 0; i < rank; i++) {
        want[i] = (uint64_t) shape->dim[i];
    }
    if (t->rank != rank || memcmp(t->dim, want, rank * sizeof(want[0])) != 0) {
        return fail_shape(t, want, rank, err);
    }
    return MPCF_OK;
}

/* A weight that is NaN would make every result NaN, long after its cause. */
static mpcf_status check_finite(const struct tensor *t, const float *value, mpcf_error *err)
{
    for (size_t i = 0; i < t->count; i++) {
        if (!isfinite(value[i])) {
            return mpcf_fail(err, MPCF_E_FORMAT, "tensor '%.200s': element %zu is %g", t->name, i,
                             (double) value[i]);
        }
    }
    return MPCF_OK;
}

static mpcf_status load_parameter(const struct checkpoint *c, const char *prefix,
                                  struct parameter *p, mpcf_init init, size_t *made,
                                  mpcf_error *err)
{
    bool memory_short = false;
    const struct tensor *t = find_tensor(c, prefix, p->name, &memory_short);
    if (memory_short) {
        return mpcf_fail_memory(err, strlen(p->name), "a tensor's name");
    }
    if (t == NULL && init == MPCF_INIT_REQUIRED) {
        return fail_missing(c, p->name, err);
    }
    if (t == NULL) {
        log_line(LOG_DEBUG, "checkpoint '%s' has no '%s': it starts new", c->folder, p->name);
        (*made)++;
        return MPCF_OK;
    }
    MPCF_TRY(check_shape(t, &p->shape, err));
    MPCF_TRY(tensor_floats(t, p->value, err));
    return check_finite(t, p->value, err);
}

static mpcf_init init_of(const mpcf_graph *g, const char *name)
{
    for (size_t i = 0; i < graph_count(g); i++) {
        const mpcf_node *node = graph_node(g, i);
        if (node->kind == OP_PARAMETER && strcmp(node->label, name) == 0) {
            return node->init;
        }
    }
    return MPCF_INIT_REQUIRED;
}

mpcf_status checkpoint_load(const struct checkpoint *c, const mpcf_graph *g, const char *prefix,
                            struct parameters *parameters, size_t *made, mpcf_error *err)
{
    size_t new_count = 0;
    for (size_t i = 0; i < parameters->count; i++) {
        struct parameter *p = &parameters->items[i];
        mpcf_status status = load_parameter(c, prefix == NULL ? "" : prefix, p, init_of(g, p->name),
                                            &new_count, err);
        if (status != MPCF_OK) {
            return mpcf_fail_while(err, status, "checkpoint '%s'", c->folder);
        }
    }
    if (made != NULL) {
        *made = new_count;
    }
    return MPCF_OK;
}
