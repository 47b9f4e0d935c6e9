/* SPDX-License-Identifier: Apache-2.0 */
/* Which operation a kind of node is, and the loops and sums that the operations share. */
#include "ops/op.h"

#include <string.h>

#include "base/workers.h"
#include "float/float_kernel.h"

/* A piece below this is done sooner than another thread wakes. */
#define PIECE 16384

struct job {
    const struct op_call *call;
    op_body *body;
};

static void run(void *context, size_t begin, size_t end)
{
    const struct job *job = context;

    job->body(job->call, begin, end);
}

void op_each(const struct op_call *c, size_t count, op_body *body)
{
    op_each_row(c, count, 1, body);
}

void op_each_row(const struct op_call *c, size_t rows, size_t cols, op_body *body)
{
    struct job job = {c, body};

    workers_for(rows, 1 + PIECE / (cols == 0 ? 1 : cols), run, &job);
}

bool op_same_dims(const struct dims *a, const struct dims *b)
{
    return memcmp(a->dim, b->dim, sizeof(a->dim)) == 0;
}

size_t op_broadcast_row(const struct dims *small, const struct dims *big, size_t r)
{
    size_t index = 0;
    size_t stride = small->dim[3];

    for (size_t axis = 3; axis-- > 0;) {
        if (small->dim[axis] != 1) {
            index += r % big->dim[axis] * stride;
        }
        r /= big->dim[axis];
        stride *= small->dim[axis];
    }
    return index;
}

bool op_shares_rows(const struct dims *small, const struct dims *big)
{
    return memcmp(small->dim, big->dim, 3 * sizeof(small->dim[0])) != 0;
}

/* SIGN travels in the call's factor. */
static void reduce_rows(const struct op_call *c, size_t operand, size_t begin, size_t end)
{
    const struct float_kernel *k = float_kernel();
    const size_t cols = c->out.dim[3];

    for (size_t r = begin; r < end; r++) {
        float *dx = c->dx[operand] + op_broadcast_row(&c->in[operand], &c->out, r);
        const float *dy = c->dy + r * cols;

        if (c->in[operand].dim[3] == cols) {
            k->scale(dy, c->factor, dx, true, cols);
        } else {
            *dx += c->factor * k->sum(dy, cols);
        }
    }
}

static void reduce_first(const struct op_call *c, size_t begin, size_t end)
{
    reduce_rows(c, 0, begin, end);
}

static void reduce_second(const struct op_call *c, size_t begin, size_t end)
{
    reduce_rows(c, 1, begin, end);
}

static void whole_first(const struct op_call *c, size_t begin, size_t end)
{
    float_kernel()->scale(c->dy + begin, c->factor, c->dx[0] + begin, c->add[0], end - begin);
}

static void whole_second(const struct op_call *c, size_t begin, size_t end)
{
    float_kernel()->scale(c->dy + begin, c->factor, c->dx[1] + begin, c->add[1], end - begin);
}

void op_reduce_gradient(const struct op_call *c, size_t operand, float sign)
{
    struct op_call signed_call = *c;
    const size_t rows = c->out.count / c->out.dim[3];

    if (c->dx[operand] == NULL) {
        return;
    }
    signed_call.factor = sign;
    if (op_same_dims(&c->in[operand], &c->out)) {
        op_each(&signed_call, c->out.count, operand == 0 ? whole_first : whole_second);
        return;
    }
    if (!c->add[operand]) {
        memset(c->dx[operand], 0, c->in[operand].count * sizeof(float));
    }
    if (op_shares_rows(&c->in[operand], &c->out)) {
        reduce_rows(&signed_call, operand, 0, rows); /* rows meet: one thread, in order */
    } else {
        op_each_row(&signed_call, rows, c->out.dim[3], operand == 0 ? reduce_first : reduce_second);
    }
}
