/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Queues of a device and what is copied by them.
 */
#include "device/device_queue.h"

#include <assert.h>

#include "base/memory.h"
#include "device/device_inside.h"

mpcf_status device_queue_create(struct device *d, struct device_queue **out, mpcf_error *err)
{
    struct device_queue *q = mpcf_alloc_array(1, sizeof *q);

    if (q == NULL) {
        return mpcf_fail_memory(err, sizeof *q, "a queue");
    }
    q->device = d;
    mpcf_status status = d->operations->queue_create(d->state, &q->state, err);
    if (status != MPCF_OK) {
        mpcf_free(q);
        return status;
    }
    *out = q;
    return MPCF_OK;
}

void device_queue_destroy(struct device_queue *q)
{
    if (q != NULL) {
        q->device->operations->queue_destroy(q->device->state, q->state);
        mpcf_free(q);
    }
}

mpcf_status device_wait(struct device_queue *q, mpcf_error *err)
{
    return q->device->operations->wait(q->device->state, q->state, err);
}

mpcf_status device_after(struct device_queue *q, struct device_queue *other, mpcf_error *err)
{
    assert(q->device == other->device);
    return q->device->operations->after(q->device->state, q->state, other->state, err);
}

mpcf_status device_upload(struct device_queue *q, struct device_part to, const void *from,
                          mpcf_error *err)
{
    return q->device->operations->upload(q->device->state, q->state, to, from, err);
}

mpcf_status device_download(struct device_queue *q, void *to, struct device_part from,
                            mpcf_error *err)
{
    return q->device->operations->download(q->device->state, q->state, to, from, err);
}

mpcf_status device_copy(struct device_queue *q, struct device_part to, struct device_part from,
                        mpcf_error *err)
{
    assert(to.bytes == from.bytes);
    return q->device->operations->copy(q->device->state, q->state, to, from, err);
}

mpcf_status device_clear(struct device_queue *q, struct device_part part, mpcf_error *err)
{
    return q->device->operations->clear(q->device->state, q->state, part, err);
}

mpcf_status device_let_go(struct device *d, struct device_queue *q, mpcf_error *err)
{
    mpcf_status status = device_clear(q, d->reserve, err);
    const mpcf_status waited = device_wait(q, status == MPCF_OK ? err : NULL);

    status = status == MPCF_OK ? waited : status;
    d->is_let_go = status == MPCF_OK;
    d->taken = status == MPCF_OK ? 0 : d->taken;
    return status;
}
