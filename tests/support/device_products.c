/* SPDX-License-Identifier: Apache-2.0 */
/* A product as an engine would run it: planned, given memory, then copies and the product in a queue. */
#include "support/device_products.h"

#include "device/device_queue.h"

mpcf_status device_bench_begin(struct device_bench *b, size_t room, mpcf_error *err)
{
    MPCF_TRY(device_reserve(b->device, room, err));
    return device_queue_create(b->device, &b->queue, err);
}

void device_bench_end(struct device_bench *b)
{
    device_queue_destroy(b->queue);
    device_close(b->device);
    *b = (struct device_bench){0};
}

struct parts {
    struct device_part a, b, c, scratch, arranged;
};

static mpcf_status take(struct device_bench *bench, const struct device_plan *plan,
                        const struct device_operands *o, struct parts *p, mpcf_error *err)
{
    struct device *d = bench->device;

    device_take_back(d, 0);
    MPCF_TRY(device_take(d, o->bytes_a, &p->a, err));
    MPCF_TRY(device_take(d, device_plan_scratch(plan), &p->scratch, err));
    MPCF_TRY(device_take(d, o->bytes_c, &p->c, err));
    MPCF_TRY(device_take(d, device_plan_arranged(plan), &p->arranged, err));
    return device_take(d, o->bytes_b, &p->b, err);
}

static mpcf_status run(struct device_bench *bench, struct device_plan *plan, bool arranged,
                       const struct device_operands *o, const struct parts *p,
                       struct device_right **right, mpcf_error *err)
{
    struct device_queue *q = bench->queue;

    MPCF_TRY(device_upload(q, p->a, o->a, err));
    MPCF_TRY(device_upload(q, p->b, o->b, err));
    MPCF_TRY(device_upload(q, p->c, o->c, err));
    if (arranged) {
        MPCF_TRY(device_arrange(q, plan, p->b, p->arranged, right, err));
        MPCF_TRY(device_clear(q, p->b, err)); /* it is not needed any more */
        MPCF_TRY(device_multiply_right(q, plan, p->a, *right, p->c, p->scratch, err));
    } else {
        MPCF_TRY(device_multiply(q, plan, p->a, p->b, p->c, p->scratch, err));
    }
    MPCF_TRY(device_download(q, o->c, p->c, err));
    return device_wait(q, err);
}

mpcf_status device_bench_run(struct device_bench *b, struct device_plan *plan, bool arranged,
                             const struct device_operands *operands, device_freeze *freeze,
                             mpcf_error *err)
{
    struct device_right *right = NULL;
    struct parts parts = {{0}, {0}, {0}, {0}, {0}};
    mpcf_status status = take(b, plan, operands, &parts, err);

    if (freeze != NULL) {
        freeze(true);
    }
    if (status == MPCF_OK) {
        status = run(b, plan, arranged, operands, &parts, &right, err);
    }
    if (freeze != NULL) {
        freeze(false);
    }
    device_right_destroy(right);
    device_plan_destroy(plan);
    return status;
}
