/* SPDX-License-Identifier: Apache-2.0 */
/* How two tensors are combined elementwise where one repeats along dimensions of the other. */
#include "ops/broadcast.h"

#include <string.h>

#include "base/workers.h"
#include "float/float_kernel.h"

struct job {
    const struct op_call *call;
    broadcast_pair *pair;
};

/* COUNT elements from column FIRST of row R of operand I; repeats a single one into ROOM. */
static const float *piece(const struct op_call *c, size_t i, size_t r, size_t first, size_t count,
                          float room[BROADCAST_ROW])
{
    const float *row = c->x[i] + op_broadcast_row(&c->in[i], &c->out, r);

    if (c->in[i].dim[3] == c->out.dim[3]) {
        return row + first;
    }
    for (size_t k = 0; k < count; k++) {
        room[k] = *row;
    }
    return room;
}

static void rows_body(void *context, size_t begin, size_t end)
{
    const struct job *job = context;
    const struct op_call *c = job->call;
    const size_t cols = c->out.dim[3];
    float room[2][BROADCAST_ROW];

    for (size_t r = begin; r < end; r++) {
        for (size_t k = 0; k < cols; k += BROADCAST_ROW) {
            const size_t n = cols - k < BROADCAST_ROW ? cols - k : BROADCAST_ROW;

            job->pair(piece(c, 0, r, k, n, room[0]), piece(c, 1, r, k, n, room[1]),
                      c->y + r * cols + k, n);
        }
    }
}

static void flat_body(void *context, size_t begin, size_t end)
{
    const struct job *job = context;
    const struct op_call *c = job->call;

    job->pair(c->x[0] + begin, c->x[1] + begin, c->y + begin, end - begin);
}

void broadcast_forward(const struct op_call *c, broadcast_pair *pair)
{
    struct job job = {c, pair};
    const size_t cols = c->out.dim[3];

    if (op_same_dims(&c->in[0], &c->out) && op_same_dims(&c->in[1], &c->out)) {
        workers_for(c->out.count, 16384, flat_body, &job);
    } else {
        workers_for(c->out.count / cols, 1 + 16384 / cols, rows_body, &job);
    }
}

struct product {
    const struct op_call *call;
    size_t operand;
};

static void product_flat(void *context, size_t begin, size_t end)
{
    const struct product *job = context;
    const struct op_call *c = job->call;
    const size_t i = job->operand;

    float_kernel()->multiply(c->dy + begin, c->x[1 - i] + begin, c->dx[i] + begin, c->add[i],
                             end - begin);
}

static void product_rows(void *context, size_t begin, size_t end)
{
    const struct product *job = context;
    const struct op_call *c = job->call;
    const struct float_kernel *k = float_kernel();
    const size_t i = job->operand;
    const size_t cols = c->out.dim[3];
    float room[BROADCAST_ROW];

    for (size_t r = begin; r < end; r++) {
        float *dx = c->dx[i] + op_broadcast_row(&c->in[i], &c->out, r);

        for (size_t first = 0; first < cols; first += BROADCAST_ROW) {
            const size_t n = cols - first < BROADCAST_ROW ? cols - first : BROADCAST_ROW;
            const float *dy = c->dy + r * cols + first;
            const float *other = piece(c, 1 - i, r, first, n, room);

            if (c->in[i].dim[3] == cols) {
                k->multiply(dy, other, dx + first, true, n);
            } else {
                *dx += k->dot(dy, other, n);
            }
        }
    }
}

void broadcast_product_gradient(const struct op_call *c, size_t operand)
{
    struct product job = {c, operand};
    const size_t cols = c->out.dim[3];
    const size_t rows = c->out.count / cols;

    if (c->dx[operand] == NULL) {
        return;
    }
    if (op_same_dims(&c->in[0], &c->out) && op_same_dims(&c->in[1], &c->out)) {
        workers_for(c->out.count, 16384, product_flat, &job);
        return;
    }
    if (!c->add[operand]) {
        memset(c->dx[operand], 0, c->in[operand].count * sizeof(float));
    }
    if (op_shares_rows(&c->in[operand], &c->out)) {
        product_rows(&job, 0, rows); /* rows meet: one thread, in order */
    } else {
        workers_for(rows, 1 + 16384 / cols, product_rows, &job);
    }
}
