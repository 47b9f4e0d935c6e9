/* SPDX-License-Identifier: Apache-2.0 */
#include "support/programs.h"

struct dims test_dims(size_t a, size_t b, size_t c, size_t d)
{
    return (struct dims){.dim = {a, b, c, d}, .count = a * b * c * d};
}

value_id test_value(struct program *p, enum value_kind kind, struct dims dims, unsigned ring,
                    unsigned fraction, unsigned magnitude, const char *node)
{
    value_id id = program_add_value(p, kind, dims, fraction, magnitude, node);
    p->values[id].ring = ring;
    return id;
}

struct view test_view(struct dims dims, int64_t weight)
{
    struct view v = {.weight = weight};
    size_t stride = 1;
    for (unsigned i = MPCF_RANK_MAX; i-- > 0;) {
        v.stride[i] = dims.dim[i] > 1 ? stride : 0;
        stride *= dims.dim[i];
    }
    return v;
}

value_id test_provider(struct program *p, struct dims dims, unsigned fraction, unsigned magnitude,
                       const char *node)
{
    value_id id = test_value(p, VALUE_PROVIDER, dims, magnitude, fraction, magnitude, node);
    (void) program_add_step(p, STEP_PROVIDER, id, NULL, 0);
    return id;
}

value_id test_sum(struct program *p, enum value_kind kind, const value_id *in, size_t count,
                  unsigned ring, unsigned fraction, unsigned magnitude, const char *node)
{
    struct dims dims = p->values[in[0]].dims;
    value_id id = test_value(p, kind, dims, ring, fraction, magnitude, node);
    struct step *s = program_add_step(p, STEP_COMBINE, id, in, count);
    for (size_t i = 0; i < count; i++) {
        s->views[i] = test_view(dims, 1);
    }
    return id;
}

value_id test_step(struct program *p, enum step_kind kind, value_id a, value_id b, bool has_b,
                   enum value_kind out, struct dims dims, unsigned ring, unsigned fraction,
                   unsigned magnitude, const char *node)
{
    value_id in[2] = {a, b};
    value_id id = test_value(p, out, dims, ring, fraction, magnitude, node);
    (void) program_add_step(p, kind, id, in, has_b ? 2 : 1);
    return id;
}

value_id test_reveal(struct program *p, value_id x)
{
    struct value v = p->values[x];
    return test_step(p, STEP_REVEAL, x, x, false, VALUE_USER, v.dims, v.ring, v.fraction,
                     v.magnitude, v.node);
}
