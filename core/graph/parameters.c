/* SPDX-License-Identifier: Apache-2.0 */
/* Parameters by name, shared by the engines of one network. */
#include "graph/parameters.h"

#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"

bool parameter_is_gain(const struct parameter *p)
{
    return text_ends_with(p->name, "LayerNorm.weight") ||
           text_ends_with(p->name, "layer_norm.weight");
}

bool parameter_is_unmeasured(const struct parameter *p)
{
    return p->is_measured && p->value != NULL && isnan(p->value[0]);
}

mpcf_status parameter_fail_unmeasured(const struct parameter *p, mpcf_error *err)
{
    return mpcf_fail(
        err, MPCF_E_INVALID,
        "'%s' is a constant that was not measured: the stage convert does, on training "
        "rows",
        p->name);
}

/* Every use of the table is a look-up, so that its gradient has few rows. */
static bool is_table(const mpcf_graph *g, const mpcf_node *parameter)
{
    bool is_used = false;

    for (size_t i = 0; i < graph_count(g); i++) {
        const mpcf_node *node = graph_node(g, i);

        for (size_t k = 0; k < node->in_count; k++) {
            if (node->in[k] != parameter) {
                continue;
            }
            if (node->kind != OP_EMBEDDING) {
                return false;
            }
            is_used = true;
        }
    }
    return is_used;
}

static mpcf_status outline_one(const mpcf_graph *g, const mpcf_node *node, bool is_trained,
                               struct parameter *p, mpcf_error *err)
{
    p->shape = node->shape;
    p->count = shape_resolve(node->shape, 1, 1).count;
    p->name = mpcf_strdup(node->label);
    p->is_table = is_table(g, node);
    p->is_trained = is_trained && !node->is_frozen;
    p->is_measured = node->is_measured;
    return p->name != NULL ? MPCF_OK : mpcf_fail_memory(err, strlen(node->label), node->label);
}

static mpcf_status add_numbers(struct parameter *p, mpcf_error *err)
{
    const bool gradients = p->is_trained;
    const size_t rows = (size_t) p->shape.dim[0];

    p->value = mpcf_alloc_array(p->count, sizeof(float));
    if (gradients) {
        p->gradient = mpcf_alloc_array(p->count, sizeof(float));
    }
    if (gradients && p->is_table) {
        p->touched = mpcf_alloc_array(rows, sizeof(*p->touched));
        p->is_touched = mpcf_alloc_array(rows, sizeof(*p->is_touched));
    }
    if (p->value == NULL || (gradients && p->gradient == NULL) ||
        (gradients && p->is_table && (p->touched == NULL || p->is_touched == NULL))) {
        return mpcf_fail_memory(err, p->count * sizeof(float), p->name);
    }
    for (size_t i = 0; p->is_measured && i < p->count; i++) {
        p->value[i] = NAN;
    }
    return MPCF_OK;
}

static mpcf_status outline(const mpcf_graph *g, parameters_filter *wanted, bool is_trained,
                           struct parameters **out, mpcf_error *err)
{
    struct parameters *p = mpcf_alloc_array(1, sizeof(*p));
    mpcf_status status = MPCF_OK;

    if (p == NULL) {
        return mpcf_fail_memory(err, sizeof(*p), "parameters");
    }
    p->items = mpcf_alloc_array(graph_count(g) + 1, sizeof(*p->items));
    if (p->items == NULL) {
        status = mpcf_fail_memory(err, graph_count(g) * sizeof(*p->items), "parameters");
    }
    for (size_t i = 0; status == MPCF_OK && i < graph_count(g); i++) {
        const mpcf_node *node = graph_node(g, i);

        if (node->kind == OP_PARAMETER && (wanted == NULL || wanted(g, node))) {
            status = outline_one(g, node, is_trained, &p->items[p->count++], err);
        }
    }
    if (status != MPCF_OK) {
        parameters_destroy(p);
        return status;
    }
    *out = p;
    return MPCF_OK;
}

mpcf_status parameters_outline(const mpcf_graph *g, bool is_trained, struct parameters **out,
                               mpcf_error *err)
{
    return outline(g, NULL, is_trained, out, err);
}

static mpcf_status create(const mpcf_graph *g, parameters_filter *wanted, bool gradients,
                          struct parameters **out, mpcf_error *err)
{
    struct parameters *p = NULL;
    mpcf_status status = outline(g, wanted, gradients, &p, err);

    for (size_t i = 0; status == MPCF_OK && i < p->count; i++) {
        status = add_numbers(&p->items[i], err);
    }
    if (status != MPCF_OK) {
        parameters_destroy(p);
        return status;
    }
    *out = p;
    return MPCF_OK;
}

mpcf_status parameters_create(const mpcf_graph *g, bool gradients, struct parameters **out,
                              mpcf_error *err)
{
    return create(g, NULL, gradients, out, err);
}

mpcf_status parameters_create_some(const mpcf_graph *g, parameters_filter *wanted,
                                   struct parameters **out, mpcf_error *err)
{
    return create(g, wanted, false, out, err);
}

void parameters_destroy(struct parameters *p)
{
    if (p == NULL) {
        return;
    }
    for (size_t i = 0; p->items != NULL && i < p->count; i++) {
        mpcf_free((void *) (uintptr_t) p->items[i].name);
        mpcf_free(p->items[i].value);
        mpcf_free(p->items[i].gradient);
        mpcf_free(p->items[i].touched);
        mpcf_free(p->items[i].is_touched);
    }
    mpcf_free(p->items);
    mpcf_free(p);
}

struct parameter *parameters_find(const struct parameters *p, const char *name)
{
    for (size_t i = 0; i < p->count; i++) {
        if (strcmp(p->items[i].name, name) == 0) {
            return &p->items[i];
        }
    }
    return NULL;
}

/* SplitMix64 (Steele, Lea and Flood 2014), in (0, 1]. */
static double next_uniform(uint64_t *state)
{
    uint64_t z = *state += UINT64_C(0x9E3779B97F4A7C15);

    z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
    z ^= z >> 31;
    return ((double) (z >> 11) + 1.0) / 9007199254740992.0;
}

static void fill_normal(struct parameter *p, double deviation, uint64_t seed)
{
    uint64_t state = seed;

    for (const char *c = p->name; *c != '\0'; c++) { /* each parameter has its own numbers */
        state = (state ^ (uint64_t) (unsigned char) *c) * UINT64_C(0x100000001B3);
    }
    for (size_t i = 0; i < p->count; i++) {
        const double radius = sqrt(-2.0 * log(next_uniform(&state)));

        p->value[i] =
            (float) (deviation * radius * cos(6.283185307179586477 * next_uniform(&state)));
    }
}

void parameters_init(struct parameters *p, const mpcf_graph *g, uint64_t seed)
{
    for (size_t i = 0; i < graph_count(g); i++) {
        const mpcf_node *node = graph_node(g, i);
        struct parameter *item =
            node->kind == OP_PARAMETER ? parameters_find(p, node->label) : NULL;

        if (item == NULL || node->is_measured) {
            continue;
        }
        if (node->init == MPCF_INIT_NORMAL) {
            fill_normal(item, node->real, seed);
        }
        for (size_t k = 0; node->init == MPCF_INIT_CONSTANT && k < item->count; k++) {
            item->value[k] = (float) node->real;
        }
    }
}

static bool same_shape(mpcf_shape a, mpcf_shape b)
{
    return a.rank == b.rank && memcmp(a.dim, b.dim, (size_t) a.rank * sizeof(a.dim[0])) == 0;
}

void parameters_copy(struct parameters *to, const struct parameters *from, size_t *copied)
{
    size_t count = 0;

    for (size_t i = 0; i < to->count; i++) {
        const struct parameter *source = parameters_find(from, to->items[i].name);

        if (source != NULL && same_shape(source->shape, to->items[i].shape)) {
            memcpy(to->items[i].value, source->value, source->count * sizeof(float));
            count++;
        }
    }
    if (copied != NULL) {
        *copied = count;
    }
}

static void zero_touched(struct parameter *p)
{
    const size_t cols = p->count / (size_t) p->shape.dim[0];

    for (size_t i = 0; i < p->touched_count; i++) {
        memset(p->gradient + p->touched[i] * cols, 0, cols * sizeof(float));
        p->is_touched[p->touched[i]] = false;
    }
    p->touched_count = 0;
}

void parameters_zero_gradients(struct parameters *p)
{
    for (size_t i = 0; i < p->count; i++) {
        if (p->items[i].gradient == NULL) {
            continue;
        }
        if (p->items[i].touched != NULL) {
            zero_touched(&p->items[i]);
        } else {
            memset(p->items[i].gradient, 0, p->items[i].count * sizeof(float));
        }
    }
}
