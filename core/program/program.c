/* SPDX-License-Identifier: Apache-2.0 */
/* How a program grows: functions, values and steps are added one by one and counted. */
#include "program/program.h"

#include <assert.h>
#include <string.h>

#include "base/memory.h"

const char *step_name(enum step_kind kind)
{
    static const char *const names[STEP_COUNT] = {
#define STEP_NAME(upper, lower) [STEP_##upper] = #lower,
        STEP_MAP(STEP_NAME)
#undef STEP_NAME
    };

    return names[kind];
}

struct program *program_create(const mpcf_graph *g, size_t batch, size_t tokens, bool exact_length)
{
    struct program *p = mpcf_alloc_array(1, sizeof *p);

    if (p == NULL) {
        return NULL;
    }
    p->arena = arena_create();
    if (p->arena == NULL) {
        mpcf_free(p);
        return NULL;
    }
    p->graph = g;
    p->batch = batch;
    p->tokens = tokens;
    p->exact_length = exact_length;
    return p;
}

void program_destroy(struct program *p)
{
    if (p == NULL) {
        return;
    }
    arena_destroy(p->arena);
    mpcf_free(p->values);
    mpcf_free(p->steps);
    mpcf_free(p->functions);
    mpcf_free(p);
}

/* Room for one more in a list that doubles. */
static bool make_room(void **list, size_t count, size_t *capacity, size_t size)
{
    if (count < *capacity) {
        return true;
    }
    size_t wanted = *capacity == 0 ? 64 : 2 * *capacity;
    void *grown = *list == NULL ? mpcf_alloc_array(wanted, size)
                                : mpcf_grow_array(*list, count, wanted, size);
    if (grown == NULL) {
        return false;
    }
    *list = grown;
    *capacity = wanted;
    return true;
}

uint32_t program_function(struct program *p, const char *name)
{
    for (size_t i = 0; i < p->function_count; i++) {
        if (strcmp(p->functions[i], name) == 0) {
            return (uint32_t) i;
        }
    }
    void *list = p->functions;
    char *copy = arena_strdup(p->arena, name);
    if (copy == NULL ||
        !make_room(&list, p->function_count, &p->function_capacity, sizeof *p->functions)) {
        p->failed = true;
        return 0;
    }
    p->functions = list;
    p->functions[p->function_count] = copy;
    return (uint32_t) p->function_count++;
}

value_id program_add_value(struct program *p, enum value_kind kind, struct dims dims,
                           unsigned fraction, unsigned magnitude, const char *node)
{
    void *list = p->values;

    if (!make_room(&list, p->value_count, &p->value_capacity, sizeof *p->values)) {
        p->failed = true;
        return 0;
    }
    p->values = list;
    p->values[p->value_count] = (struct value){
        .kind = kind,
        .dims = dims,
        .fraction = fraction,
        .magnitude = magnitude,
        .node = node == NULL ? "" : arena_strdup(p->arena, node),
        .producer = UINT32_MAX,
        .batch_axis = -1,
    };
    p->failed = p->failed || p->values[p->value_count].node == NULL;
    return (value_id) p->value_count++;
}

struct step *program_add_step(struct program *p, enum step_kind kind, value_id out,
                              const value_id *in, size_t in_count)
{
    void *list = p->steps;
    value_id *operands = arena_alloc(p->arena, in_count + 1, sizeof *operands);
    struct view *views = arena_alloc(p->arena, in_count + 1, sizeof *views);

    if (operands == NULL || views == NULL ||
        !make_room(&list, p->step_count, &p->step_capacity, sizeof *p->steps)) {
        static value_id no_operands[256];
        static struct view no_views[256];
        p->failed = true;
        p->spare = (struct step){.in = no_operands, .views = no_views};
        return &p->spare;
    }
    p->steps = list;
    for (size_t i = 0; i < in_count; i++) {
        operands[i] = in[i];
    }
    struct step *s = &p->steps[p->step_count];
    *s = (struct step){
        .kind = kind,
        .index = (uint32_t) p->step_count,
        .in = operands,
        .in_count = in_count,
        .out = out,
        .views = views,
    };
    p->step_count++;
    return s;
}
