/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Queues of a device: what is put into one runs in order, between two only as device_after() says.
 */
#ifndef MPCF_DEVICE_DEVICE_QUEUE_H
#define MPCF_DEVICE_DEVICE_QUEUE_H

#include "device/device.h"

struct device_queue;

mpcf_status device_queue_create(struct device *d, struct device_queue **out, mpcf_error *err);
void device_queue_destroy(struct device_queue *q); /* waits first; NULL is fine */
/* Returns when all in Q is done, with the first failure among it. */
mpcf_status device_wait(struct device_queue *q, mpcf_error *err);
/* What is put into Q from now on runs after what stands in OTHER now. */
mpcf_status device_after(struct device_queue *q, struct device_queue *other, mpcf_error *err);
/* Host memory stays as it is until Q was waited for. */
mpcf_status device_upload(struct device_queue *q, struct device_part to, const void *from,
                          mpcf_error *err);
mpcf_status device_download(struct device_queue *q, void *to, struct device_part from,
                            mpcf_error *err);
/* Parts of one length that do not overlap. */
mpcf_status device_copy(struct device_queue *q, struct device_part to, struct device_part from,
                        mpcf_error *err);
mpcf_status device_clear(struct device_queue *q, struct device_part part, mpcf_error *err);
/* Wipes D's whole reserve, in Q, waits, and takes all parts back: nothing of it may be in use. A failure
 * leaves all as it was but for the bytes. */
mpcf_status device_let_go(struct device *d, struct device_queue *q, mpcf_error *err);

#endif
