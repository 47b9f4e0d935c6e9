/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From tensors of a file to parameters of a graph.
 */
#include "checkpoint/load.h"

#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "checkpoint/checkpoint_inside.h"
#include "checkpoint/scale.h"
#include "format/tensor_convert.h"

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
        names[i] = c->tensors[i].tensor->name;
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
                              bool is_head, mpcf_error *err)
{
    struct text_buffer text = {0};

    append_shape(&text, t->dim, t->rank);
    text_append(&text, ", expected ");
    append_shape(&text, want, rank);
    mpcf_status status = mpcf_fail(
        err, MPCF_E_SHAPE, "tensor '%.200s' has shape %s%s", t->name, text_string(&text),
        is_head
            ? ": a head of another number of classes, or of another form. stages.finetune trains "
              "a new one; model.labels says how many classes this one has"
            : "");
    text_clear(&text);
    return status;
}

/* --- Loading --- */

static bool has_shape(const struct tensor *t, const mpcf_shape *shape)
{
    bool same = t->rank == (size_t) shape->rank;

    for (size_t i = 0; same && i < t->rank; i++) {
        same = t->dim[i] == (uint64_t) shape->dim[i];
    }
    return same;
}

static mpcf_status check_shape(const struct tensor *t, const mpcf_shape *shape, bool is_head,
                               mpcf_error *err)
{
    uint64_t want[MPCF_RANK_MAX] = {0};

    for (int32_t i = 0; i < shape->rank; i++) {
        want[i] = (uint64_t) shape->dim[i];
    }
    return has_shape(t, shape) ? MPCF_OK : fail_shape(t, want, (size_t) shape->rank, is_head, err);
}

/* A weight that is NaN would make every result NaN, long after its cause. */
static mpcf_status check_finite(const struct tensor *t, const float *value, mpcf_error *err)
{
    for (size_t i = 0; i < t->count; i++) {
        if (!isfinite(value[i])) {
            return mpcf_fail(err, MPCF_E_FORMAT,
                             "tensor '%.200s': element %zu is %g: its weights are not finite",
                             t->name, i, (double) value[i]);
        }
    }
    return MPCF_OK;
}

/* One parameter after the other. */
struct loading {
    const struct checkpoint *c;
    const mpcf_graph *g;
    const struct load_request *request;
    struct parameters *parameters;
    struct load_outcome new_ones;
};

static const char *prefix_of(const struct loading *l)
{
    return l->request->prefix == NULL ? "" : l->request->prefix;
}

static void start_new(struct loading *l, const char *name)
{
    text_printf(&l->new_ones.names, "%s%s", l->new_ones.count == 0 ? "" : ", ", name);
    l->new_ones.count++;
}

static mpcf_status load_values(const struct checkpoint *c, const struct tensor *t, float *values,
                               mpcf_error *err)
{
    MPCF_TRY(checkpoint_check_once(c, t->name, err));
    MPCF_TRY(tensor_floats(t, values, err));
    if (scale_is_needed(t)) {
        MPCF_TRY(scale_apply(c, t, values, err));
    }
    return check_finite(t, values, err);
}

/* What an outline has no room for: read to see that it is whole. */
static mpcf_status look_at_values(const struct checkpoint *c, const struct tensor *t,
                                  mpcf_error *err)
{
    float *values = mpcf_alloc_array(t->count, sizeof *values);
    const mpcf_status status = values != NULL
                                   ? load_values(c, t, values, err)
                                   : mpcf_fail_memory(err, t->count * sizeof *values, t->name);

    mpcf_free(values);
    return status;
}

/* A value of an approximation's own, which no teacher has: it keeps its init, or waits to be measured. */
static bool is_own(const struct parameter *p)
{
    return p->is_measured || text_starts_with(p->name, "approximations.");
}

static mpcf_status load_parameter(struct loading *l, struct parameter *p, mpcf_init init,
                                  mpcf_error *err)
{
    const bool is_head = init != MPCF_INIT_REQUIRED;
    bool memory_short = false;
    const struct tensor *t = find_tensor(l->c, prefix_of(l), p->name, &memory_short);

    if (memory_short) {
        return mpcf_fail_memory(err, strlen(p->name), "a tensor's name");
    }
    if (t == NULL && !is_head) {
        return fail_missing(l->c, p->name, err);
    }
    if (t == NULL ? is_own(p) : p->is_measured && !has_shape(t, &p->shape)) {
        return MPCF_OK; /* one that was measured otherwise is measured anew */
    }
    if (t == NULL || (is_head && l->request->new_weights == NEW_ANY && !has_shape(t, &p->shape))) {
        start_new(l, p->name);
        return MPCF_OK;
    }
    MPCF_TRY(check_shape(t, &p->shape, is_head, err));
    return p->value == NULL ? look_at_values(l->c, t, err) : load_values(l->c, t, p->value, err);
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

/* --- A head that is not there --- */

/* Whether one of the parameters, under any of its names, is the tensor NAME. */
static bool is_used(const struct loading *l, const char *name)
{
    bool memory_short = false;

    for (size_t i = 0; i < l->parameters->count; i++) {
        const struct tensor *t =
            find_tensor(l->c, prefix_of(l), l->parameters->items[i].name, &memory_short);

        if (t != NULL && strcmp(t->name, name) == 0) {
            return true;
        }
    }
    return memory_short;
}

/* Tensors that may be the head under another name: what nothing uses, outside the body. */
static void append_unused(const struct loading *l, struct text_buffer *text)
{
    enum { SHOWN = 6 };
    size_t count = 0;

    for (size_t i = 0; i < l->c->tensor_count; i++) {
        const char *name = l->c->tensors[i].tensor->name;
        const bool is_body = text_starts_with(name, prefix_of(l)) && prefix_of(l)[0] != '\0';

        if (is_body || text_ends_with(name, "position_ids") || is_used(l, name)) {
            continue;
        }
        if (count < SHOWN) {
            text_printf(text, "%s'%.100s'", count == 0 ? "; nothing uses " : ", ", name);
        }
        count++;
    }
    if (count > SHOWN) {
        text_printf(text, " and %zu more", count - SHOWN);
    }
    text_append(text, count > 0 ? " of the file" : "");
}

static mpcf_status fail_new(const struct loading *l, mpcf_error *err)
{
    struct text_buffer unused = {0};
    mpcf_status status = MPCF_OK;

    append_unused(l, &unused);
    status = unused.failed || l->new_ones.names.failed
                 ? mpcf_fail_memory(err, unused.length, "a message")
                 : mpcf_fail(err, MPCF_E_FORMAT,
                             "weights of the head are missing: %s%s. Without them its answers are "
                             "random: train them with stages.finetune, or say model.new_head: true",
                             text_string(&l->new_ones.names), text_string(&unused));
    text_clear(&unused);
    return status;
}

static mpcf_status load_all(struct loading *l, mpcf_error *err)
{
    for (size_t i = 0; i < l->parameters->count; i++) {
        struct parameter *p = &l->parameters->items[i];

        MPCF_TRY(load_parameter(l, p, init_of(l->g, p->name), err));
    }
    if (l->new_ones.names.failed) {
        return mpcf_fail_memory(err, l->new_ones.names.length, "a list of names");
    }
    return l->new_ones.count > 0 && l->request->new_weights == NEW_REFUSED ? fail_new(l, err)
                                                                           : MPCF_OK;
}

mpcf_status checkpoint_load(const struct checkpoint *c, const mpcf_graph *g,
                            const struct load_request *request, struct parameters *parameters,
                            struct load_outcome *outcome, mpcf_error *err)
{
    struct loading l = {.c = c, .g = g, .request = request, .parameters = parameters};
    const mpcf_status status = load_all(&l, err);

    if (status == MPCF_OK && outcome != NULL) {
        *outcome = l.new_ones;
        return MPCF_OK;
    }
    text_clear(&l.new_ones.names);
    return status == MPCF_OK ? MPCF_OK : mpcf_fail_while(err, status, "checkpoint '%s'", c->folder);
}
