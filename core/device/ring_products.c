/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A product of operands on the host: up, multiplied, down. Kept operands lie at the bottom of the
 * reserve, and above them what one product needs.
 */
#include "device/ring_products.h"

#include "base/log.h"
#include "base/memory.h"
#include "device/device_queue.h"

struct planned {
    struct device_ring_product product;
    struct device_plan *plan;
};

struct ring_products {
    struct device *device;
    struct device_queue *queue;
    struct planned *planned;
    size_t planned_count;
};

struct ring_right {
    struct ring_products *products;
    struct device_ring_product shape; /* of one row */
    struct device_right *right;
};

mpcf_status ring_products_create(struct device *d, size_t bytes, struct ring_products **out,
                                 mpcf_error *err)
{
    struct ring_products *r = mpcf_alloc_array(1, sizeof *r);

    if (r == NULL) {
        return mpcf_fail_memory(err, sizeof *r, "products on a device");
    }
    r->device = d;
    mpcf_status status = device_reserve(d, bytes, err);
    if (status == MPCF_OK) {
        status = device_queue_create(d, &r->queue, err);
    }
    if (status != MPCF_OK) {
        ring_products_destroy(r);
        return status;
    }
    *out = r;
    return MPCF_OK;
}

void ring_products_destroy(struct ring_products *r)
{
    if (r == NULL) {
        return;
    }
    for (size_t i = 0; i < r->planned_count; i++) {
        device_plan_destroy(r->planned[i].plan);
    }
    mpcf_free(r->planned);
    if (r->queue != NULL && device_let_go(r->device, r->queue, NULL) != MPCF_OK) {
        log_line(LOG_WARN, "%s: its memory, which held shares, could not be wiped",
                 device_name(r->device));
    }
    device_queue_destroy(r->queue);
    mpcf_free(r);
}

/* --- Plans --- */

static bool is_same(const struct device_ring_product *p, const struct device_ring_product *q)
{
    return p->rows == q->rows && p->depth == q->depth && p->columns == q->columns &&
           p->count == q->count && p->transposed_b == q->transposed_b &&
           p->accumulate == q->accumulate && p->bits == q->bits;
}

static mpcf_status plan_of(struct ring_products *r, const struct device_ring_product *p,
                           struct device_plan **out, mpcf_error *err)
{
    for (size_t i = 0; i < r->planned_count; i++) {
        if (is_same(&r->planned[i].product, p)) {
            *out = r->planned[i].plan;
            return MPCF_OK;
        }
    }
    struct planned *grown =
        mpcf_grow_array(r->planned, r->planned_count, r->planned_count + 1, sizeof *grown);
    if (grown == NULL) {
        return mpcf_fail_memory(err, sizeof *grown, "a product's plan");
    }
    r->planned = grown;
    MPCF_TRY(device_ring_plan(r->device, p, out, err));
    r->planned[r->planned_count++] = (struct planned){*p, *out};
    return MPCF_OK;
}

/* --- Products --- */

struct host_operands {
    const uint64_t *a, *b; /* B or RIGHT */
    const struct device_right *right;
    uint64_t *c;
};

struct parts {
    struct device_part a, b, c, scratch;
};

static mpcf_status take(struct ring_products *r, const struct device_ring_product *p,
                        const struct device_plan *plan, bool has_b, struct parts *out,
                        mpcf_error *err)
{
    const size_t words = sizeof(uint64_t) * p->count;

    MPCF_TRY(device_take(r->device, words * p->rows * p->depth, &out->a, err));
    MPCF_TRY(device_take(r->device, words * p->rows * p->columns, &out->c, err));
    if (has_b) {
        MPCF_TRY(device_take(r->device, words * p->depth * p->columns, &out->b, err));
    }
    return device_take(r->device, device_plan_scratch(plan), &out->scratch, err);
}

static mpcf_status run(struct ring_products *r, const struct device_ring_product *p,
                       const struct host_operands *o, mpcf_error *err)
{
    struct device_queue *q = r->queue;
    struct device_plan *plan = NULL;
    struct parts parts = {{0}, {0}, {0}, {0}};

    MPCF_TRY(plan_of(r, p, &plan, err));
    MPCF_TRY(take(r, p, plan, o->right == NULL, &parts, err));
    MPCF_TRY(device_upload(q, parts.a, o->a, err));
    if (p->accumulate) {
        MPCF_TRY(device_upload(q, parts.c, o->c, err));
    }
    if (o->right != NULL) {
        MPCF_TRY(device_multiply_right(q, plan, parts.a, o->right, parts.c, parts.scratch, err));
    } else {
        MPCF_TRY(device_upload(q, parts.b, o->b, err));
        MPCF_TRY(device_multiply(q, plan, parts.a, parts.b, parts.c, parts.scratch, err));
    }
    return device_download(q, o->c, parts.c, err);
}

/* Whatever failed: nothing of it is left in the queue, and what it took is free. */
static mpcf_status multiply(struct ring_products *r, const struct device_ring_product *p,
                            const struct host_operands *o, mpcf_error *err)
{
    const size_t mark = device_taken(r->device);
    mpcf_status status = run(r, p, o, err);
    const mpcf_status waited = device_wait(r->queue, status == MPCF_OK ? err : NULL);

    device_take_back(r->device, mark);
    return status != MPCF_OK ? status : waited;
}

mpcf_status ring_products_multiply(struct ring_products *r, const struct device_ring_product *p,
                                   const uint64_t *a, const uint64_t *b, uint64_t *c,
                                   mpcf_error *err)
{
    return multiply(r, p, &(struct host_operands){.a = a, .b = b, .c = c}, err);
}

/* --- Kept operands --- */

/* The room stays; B's words are there for the time of arranging alone. */
static mpcf_status arrange(struct ring_right *right, const uint64_t *b, mpcf_error *err)
{
    struct ring_products *r = right->products;
    const size_t bytes = sizeof *b * right->shape.depth * right->shape.columns;
    struct device_plan *plan = NULL;
    struct device_part room, words;

    MPCF_TRY(plan_of(r, &right->shape, &plan, err));
    MPCF_TRY(device_take(r->device, device_plan_arranged(plan), &room, err));
    const size_t mark = device_taken(r->device);
    mpcf_status status = device_take(r->device, bytes, &words, err);
    if (status == MPCF_OK) {
        status = device_upload(r->queue, words, b, err);
    }
    if (status == MPCF_OK) {
        status = device_arrange(r->queue, plan, words, room, &right->right, err);
    }
    const mpcf_status waited = device_wait(r->queue, status == MPCF_OK ? err : NULL);
    device_take_back(r->device, mark);
    return status != MPCF_OK ? status : waited;
}

mpcf_status ring_right_create(struct ring_products *r, const uint64_t *b, size_t depth,
                              size_t columns, bool transposed, unsigned bits,
                              struct ring_right **out, mpcf_error *err)
{
    struct ring_right *right = mpcf_alloc_array(1, sizeof *right);

    if (right == NULL) {
        return mpcf_fail_memory(err, sizeof *right, "a right operand");
    }
    right->products = r;
    right->shape = (struct device_ring_product){.rows = 1,
                                                .depth = depth,
                                                .columns = columns,
                                                .count = 1,
                                                .transposed_b = transposed,
                                                .bits = bits};
    mpcf_status status = arrange(right, b, err);
    if (status != MPCF_OK) {
        ring_right_destroy(right);
        return status;
    }
    *out = right;
    return MPCF_OK;
}

void ring_right_destroy(struct ring_right *right)
{
    if (right != NULL) {
        device_right_destroy(right->right);
        mpcf_free(right);
    }
}

mpcf_status ring_right_multiply(const struct ring_right *right, const uint64_t *a, size_t rows,
                                uint64_t *c, bool accumulate, mpcf_error *err)
{
    struct device_ring_product p = right->shape;

    p.rows = rows;
    p.accumulate = accumulate;
    return multiply(right->products, &p,
                    &(struct host_operands){.a = a, .right = right->right, .c = c}, err);
}
