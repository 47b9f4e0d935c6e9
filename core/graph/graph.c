/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A graph as a list: creation, failure, look-up, outputs.
 */
#include "graph/graph.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "graph/graph_inside.h"

mpcf_graph *graph_create(void)
{
    mpcf_graph *g = mpcf_alloc_array(1, sizeof(*g));

    if (g == NULL) {
        return NULL;
    }
    g->arena = arena_create();
    g->scope = "";
    g->parameter_prefix = "";
    g->places = PLACES_DEFAULT;
    if (g->arena == NULL) {
        graph_destroy(g);
        return NULL;
    }
    return g;
}

void graph_set_places(mpcf_graph *g, int64_t places)
{
    if (places > 0) {
        g->places = places < RUN_TOKENS_MAX ? places : RUN_TOKENS_MAX;
    }
}

void graph_destroy(mpcf_graph *g)
{
    if (g == NULL) {
        return;
    }
    arena_destroy(g->arena);
    mpcf_free(g->nodes);
    mpcf_free(g->outputs);
    mpcf_free(g->fillings);
    mpcf_free(g);
}

mpcf_status graph_check(const mpcf_graph *g, mpcf_error *err)
{
    if (g->status != MPCF_OK) {
        return mpcf_fail(err, g->status, "%s", g->message);
    }
    return MPCF_OK;
}

static void record(mpcf_graph *g, mpcf_status status, const char *format, va_list arguments)
    MPCF_PRINTF(3, 0);

static void record(mpcf_graph *g, mpcf_status status, const char *format, va_list arguments)
{
    size_t used = 0;

    if (g->status != MPCF_OK) {
        return; /* the first cause stays */
    }
    g->status = status;
    if (g->scope[0] != '\0') {
        const int n = snprintf(g->message, sizeof(g->message), "%s: ", g->scope);
        used = n < 0 ? 0 : (size_t) n;
    }
    if (used < sizeof(g->message)) {
        (void) vsnprintf(g->message + used, sizeof(g->message) - used, format, arguments);
    }
}

mpcf_node *graph_fail(mpcf_graph *g, mpcf_status status, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    record(g, status, format, arguments);
    va_end(arguments);
    return NULL;
}

mpcf_node *mpcf_graph_refuse(mpcf_graph *g, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    record(g, MPCF_E_INVALID, format, arguments);
    va_end(arguments);
    return NULL;
}

size_t graph_count(const mpcf_graph *g)
{
    return g->count;
}

mpcf_node *graph_node(const mpcf_graph *g, size_t id)
{
    return id < g->count ? g->nodes[id] : NULL;
}

mpcf_node *graph_find(const mpcf_graph *g, const char *name)
{
    for (size_t i = 0; i < g->count; i++) {
        if (strcmp(g->nodes[i]->name, name) == 0) {
            return g->nodes[i];
        }
    }
    return NULL;
}

mpcf_node *graph_find_label(const mpcf_graph *g, enum op_kind kind, const char *label)
{
    for (size_t i = 0; i < g->count; i++) {
        if (g->nodes[i]->kind == kind && strcmp(g->nodes[i]->label, label) == 0) {
            return g->nodes[i];
        }
    }
    return NULL;
}

mpcf_node *graph_find_tap(const mpcf_graph *g, const char *label)
{
    mpcf_node *tap = graph_find_label(g, OP_TAP, label);

    for (size_t i = 0; tap == NULL && i < g->output_count; i++) {
        if (strcmp(g->outputs[i].name, label) == 0) {
            tap = g->outputs[i].node;
        }
    }
    return tap;
}

mpcf_node *graph_find_input(const mpcf_graph *g, const char *label)
{
    return graph_find_label(g, OP_INPUT, label);
}

size_t graph_output_count(const mpcf_graph *g)
{
    return g->output_count;
}

const struct graph_output *graph_output(const mpcf_graph *g, size_t i)
{
    return i < g->output_count ? &g->outputs[i] : NULL;
}

void mpcf_output(mpcf_graph *g, const char *name, mpcf_node *x)
{
    struct graph_output *grown;

    if (x == NULL || x->graph != g) {
        graph_fail(g, MPCF_E_INVALID, "output '%s': no node of this graph", name);
        return;
    }
    for (size_t i = 0; i < g->output_count; i++) {
        if (strcmp(g->outputs[i].name, name) == 0) {
            graph_fail(g, MPCF_E_INVALID, "output '%s' is named twice", name);
            return;
        }
    }
    grown = mpcf_grow_array(g->outputs, g->output_count, g->output_count + 1, sizeof(*grown));
    if (grown == NULL) {
        graph_fail(g, MPCF_E_NOMEM, "out of memory for output '%s'", name);
        return;
    }
    g->outputs = grown;
    grown[g->output_count].name = arena_strdup(g->arena, name);
    grown[g->output_count].node = x;
    if (grown[g->output_count].name == NULL) {
        graph_fail(g, MPCF_E_NOMEM, "out of memory for output '%s'", name);
        return;
    }
    g->output_count++;
}
