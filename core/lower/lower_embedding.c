/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The private embedding in two forms, of which the cheaper one is taken: one-hot rows of all ids times
 * the table, or a batch code (protocol/batch_code.h), which asks for each distinct row once and costs
 * one message more.
 */
#include "lower/lower_embedding.h"

#include "graph/owner.h"
#include "lower/emit.h"
#include "lower/emit_party.h"
#include "lower/lower_node.h"
#include "lower/lower_places.h"
#include "lower/magnitude.h"
#include "lower/step_price.h"
#include "protocol/batch_code.h"

/* --- Which --- */

struct form {
    size_t groups; /* 0: one-hot rows; else batch codes, each of some of the examples */
    double price;
};

/* Of S, whose VALUES are as step_price() takes them, with its messages. */
static double price_of(const struct prices *at, struct step s, struct value *values)
{
    const struct step_price p = step_price(at, &s, values);

    return p.rounds * at->message + p.seconds;
}

static struct value value_of(enum value_kind kind, struct dims dims, unsigned ring)
{
    return (struct value){.kind = kind, .dims = dims, .magnitude = ring - 1, .ring = ring};
}

/* The result has one bit more than is needed (lower_embedding()). Of that truncation its openings alone: what it would
 * have of the dealer the search saves where it weighs. */
static double truncation_price(struct dims dims, unsigned ring, bool is_input_independent,
                               const struct prices *p)
{
    struct value values[] = {value_of(VALUE_SHARED, dims, ring),
                             value_of(VALUE_SHARED, dims, ring)};

    struct prices openings = *p;

    openings.dealer_bit = 0;
    values[0].is_input_independent = is_input_independent;
    return price_of(&openings,
                    (struct step){.kind = STEP_TRUNCATE_EXTEND, .in_count = 1, .shift = 1}, values);
}

/* X, the user's, masked, and as a product of KIND with the TABLE of the provider, which is OUT. */
static double product_price(enum step_kind kind, struct dims x, struct dims table, struct dims out,
                            unsigned ring, const struct prices *p)
{
    struct value masked[] = {value_of(VALUE_USER, x, ring), value_of(VALUE_MASKED, x, ring)};
    struct value product[] = {masked[1], value_of(VALUE_PROVIDER, table, ring),
                              value_of(VALUE_SHARED, out, ring)};

    return price_of(p, (struct step){.kind = STEP_MASKED, .in_count = 1}, masked) +
           price_of(p, (struct step){.kind = kind, .in_count = 2}, product);
}

/* RING is near what the search will find. */

static double one_hot_price(struct dims dims, size_t rows, unsigned ring, const struct prices *p)
{
    const struct dims hot = dims_of(1, dims.dim[1], dims.dim[2], rows);

    return product_price(STEP_LINEAR, hot, dims_of(1, 1, rows, dims.dim[3]), dims, ring, p) +
           truncation_price(dims, ring, true, p);
}

/* What is truncated is no longer input-independent. */
static double code_price(struct dims dims, size_t rows, size_t groups, unsigned ring,
                         const struct prices *p)
{
    const size_t ids = dims.dim[1] * dims.dim[2];
    const size_t asked = batch_code_asked(batch_code_buckets(ids / groups));
    const struct dims found = dims_of(1, groups, asked, dims.dim[3]);
    struct value picked[] = {
        value_of(VALUE_USER, dims_of(1, dims.dim[1], dims.dim[2], asked), ring),
        value_of(VALUE_SHARED, found, ring), value_of(VALUE_SHARED, dims, ring)};

    return product_price(STEP_BUCKET_SUMS, dims_of(1, groups, rows, CODE_WIDTH),
                         dims_of(1, 1, rows, dims.dim[3]), found, ring, p) +
           price_of(p, (struct step){.kind = STEP_USER_MATMUL, .in_count = 2}, picked) +
           truncation_price(dims, ring, false, p);
}

static struct form cheapest(struct dims dims, size_t rows, unsigned ring, const struct prices *p)
{
    struct form best = {.price = one_hot_price(dims, rows, ring, p)};

    for (size_t groups = 1; groups <= dims.dim[1]; groups++) {
        const double price = code_price(dims, rows, groups, ring, p);
        if (dims.dim[1] % groups == 0 && price < best.price) {
            best = (struct form){groups, price};
        }
    }
    return best;
}

/* --- Each --- */

struct embedding {
    const mpcf_node *node, *ids;
    struct dims dims; /* of the result */
    size_t rows;
    unsigned fraction, magnitude; /* of the table; of the result */
};

static value_id by_one_hot(struct lowering *l, const struct embedding *e)
{
    const value_id hot = emit_user(l, STEP_USER_ONE_HOT, e->ids->label, (uint32_t) e->ids->first,
                                   dims_of(1, e->dims.dim[1], e->dims.dim[2], e->rows));
    const value_id masked = emit_masked(l, hot);
    const value_id out = emit_linear(l, STEP_LINEAR, masked,
                                     lower_constant(l, e->node->in[0], e->fraction), e->dims);

    if (l->status == MPCF_OK) {
        l->program->steps[l->program->step_count - 1].transposed = true;
        l->program->values[out].magnitude = e->magnitude;
    }
    return out;
}

static value_id by_code(struct lowering *l, const struct embedding *e, size_t groups)
{
    const size_t count = e->dims.dim[1] * e->dims.dim[2];
    const struct emit_code code = {.input = e->ids->label,
                                   .pad_id = (uint32_t) e->ids->first,
                                   .rows = e->rows,
                                   .groups = groups,
                                   .buckets = batch_code_buckets(count / groups)};
    const size_t asked = batch_code_asked(code.buckets);
    const value_id wanted =
        emit_code_user(l, STEP_USER_BUCKETS, &code, dims_of(1, groups, e->rows, CODE_WIDTH));
    const value_id masked = emit_masked(l, wanted);
    const value_id found =
        emit_bucket_sums(l, masked, lower_constant(l, e->node->in[0], e->fraction), &code,
                         dims_of(1, groups, asked, e->dims.dim[3]), e->magnitude);
    const value_id slots = emit_code_user(l, STEP_USER_SLOTS, &code,
                                          dims_of(1, e->dims.dim[1], e->dims.dim[2], asked));

    return emit_user_matmul(l, slots, found, e->dims, e->magnitude);
}

/* The table has one bit more than is needed, so that the sum of embeddings is truncated by one bit: a
 * site where the ring can change. */
void lower_embedding(struct lowering *l, const mpcf_node *node, struct lowered *out)
{
    const mpcf_node *table = node->in[0], *ids = node->in[1];
    const int want = l->nodes[node->id].want;
    const unsigned f = (unsigned) (want < 4 ? 4 : want) + 1;
    struct embedding e = {.node = node, .ids = ids, .dims = node_dims(l, node)};

    if (!node_is_constant(table) || ids->kind != OP_INPUT || ids->owner != MPCF_USER) {
        lower_fail(l, MPCF_E_UNSUPPORTED,
                   "'%s': expected a table of the provider and ids of the "
                   "user",
                   node->name);
        return;
    }
    lower_check_places(l, node);
    e.rows = (size_t) table->shape.dim[0];
    e.fraction = f;
    e.magnitude = lower_magnitude(l, node, f);
    /* Shared weights are another system's, which is compared with as it is. */
    const struct prices prices = prices_on(&l->options->network);
    struct form form = {0};
    if (!l->options->weights_shared) {
        form = cheapest(e.dims, e.rows, e.magnitude, &prices);
    }
    out->raw = form.groups == 0 ? by_one_hot(l, &e) : by_code(l, &e, form.groups);
}
