/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A device of CUDA as core/device asks for it: opening, memory, queues and copies; products are in
 * cuda_float.c and cuda_ring.c.
 */
#include "cuda_operations.h"

#include <stdlib.h>
#include <string.h>

#include "cuda_device.h"
#include "cuda_products.h"
#include "cuda_ring.h"

static mpcf_status open_device(unsigned number, void **state, mpcf_error *err)
{
    struct cuda_device *c = NULL;

    MPCF_TRY(cuda_device_open(number, &c, err));
    *state = c;
    return MPCF_OK;
}

static bool close_device(void *state)
{
    return cuda_device_close(state);
}

static void facts(void *state, struct device_facts *out)
{
    const struct cuda_device *c = state;

    *out = c->facts;
}

static mpcf_status reserve(void *state, size_t bytes, struct device_part *out, mpcf_error *err)
{
    return cuda_reserve(state, bytes, out, err);
}

static mpcf_status host_alloc(void *state, size_t bytes, void **out, mpcf_error *err)
{
    const struct cuda_device *c = state;

    MPCF_TRY(cuda_enter(c, err));
    return cuda_check(c->table, c->table->host_alloc(out, bytes, 0), "taking memory for copies",
                      err);
}

static void host_free(void *state, void *block, size_t bytes)
{
    const struct cuda_device *c = state;

    explicit_bzero(block, bytes);
    if (cuda_enter(c, NULL) == MPCF_OK) {
        (void) c->table->host_free(block);
    }
}

/* --- Queues --- */

static void queue_destroy(void *state, void *queue)
{
    const struct cuda_device *c = state;
    struct cuda_queue *q = queue;

    if (cuda_enter(c, NULL) == MPCF_OK) {
        if (q->stream != NULL) {
            (void) c->table->stream_wait(q->stream);
            (void) c->table->stream_destroy(q->stream);
        }
        if (q->event != NULL) {
            (void) c->table->event_destroy(q->event);
        }
    }
    free(q);
}

static mpcf_status queue_create(void *state, void **queue, mpcf_error *err)
{
    const struct cuda_device *c = state;

    MPCF_TRY(cuda_enter(c, err));
    struct cuda_queue *q = calloc(1, sizeof *q);
    if (q == NULL) {
        return mpcf_fail(err, MPCF_E_NOMEM, "out of memory (a queue)");
    }
    mpcf_status status =
        cuda_check(c->table, c->table->stream_create(&q->stream, CUDA_STREAM_NON_BLOCKING),
                   "making a stream", err);
    if (status == MPCF_OK) {
        status = cuda_check(c->table, c->table->event_create(&q->event, CUDA_EVENT_NO_TIMING),
                            "making an event", err);
    }
    if (status != MPCF_OK) {
        queue_destroy(state, q);
        return status;
    }
    *queue = q;
    return MPCF_OK;
}

static mpcf_status wait_queue(void *state, void *queue, mpcf_error *err)
{
    const struct cuda_device *c = state;
    const struct cuda_queue *q = queue;

    MPCF_TRY(cuda_enter(c, err));
    return cuda_check(c->table, c->table->stream_wait(q->stream), "waiting for the device", err);
}

static mpcf_status after(void *state, void *queue, void *other, mpcf_error *err)
{
    const struct cuda_device *c = state;
    const struct cuda_queue *q = queue, *o = other;

    MPCF_TRY(cuda_enter(c, err));
    MPCF_TRY(
        cuda_check(c->table, c->table->event_record(o->event, o->stream), "marking a place", err));
    return cuda_check(c->table, c->table->stream_after(q->stream, o->event, 0), "queueing behind",
                      err);
}

static mpcf_status upload(void *state, void *queue, struct device_part to, const void *from,
                          mpcf_error *err)
{
    const struct cuda_device *c = state;
    const struct cuda_queue *q = queue;

    MPCF_TRY(cuda_enter(c, err));
    return cuda_check(c->table, c->table->copy_in(to.at, from, to.bytes, q->stream),
                      "copying to the device", err);
}

static mpcf_status download(void *state, void *queue, void *to, struct device_part from,
                            mpcf_error *err)
{
    const struct cuda_device *c = state;
    const struct cuda_queue *q = queue;

    MPCF_TRY(cuda_enter(c, err));
    return cuda_check(c->table, c->table->copy_out(to, from.at, from.bytes, q->stream),
                      "copying from the device", err);
}

static mpcf_status copy(void *state, void *queue, struct device_part to, struct device_part from,
                        mpcf_error *err)
{
    const struct cuda_device *c = state;
    const struct cuda_queue *q = queue;

    MPCF_TRY(cuda_enter(c, err));
    return cuda_check(c->table, c->table->copy(to.at, from.at, to.bytes, q->stream),
                      "copying on the device", err);
}

static mpcf_status clear(void *state, void *queue, struct device_part part, mpcf_error *err)
{
    const struct cuda_device *c = state;
    const struct cuda_queue *q = queue;

    MPCF_TRY(cuda_enter(c, err));
    return cuda_check(c->table, c->table->set_bytes(part.at, 0, part.bytes, q->stream),
                      "clearing memory of the device", err);
}

const struct device_operations cuda_operations = {
    .open = open_device,
    .close = close_device,
    .facts = facts,
    .reserve = reserve,
    .host_alloc = host_alloc,
    .host_free = host_free,
    .queue_create = queue_create,
    .queue_destroy = queue_destroy,
    .wait = wait_queue,
    .after = after,
    .upload = upload,
    .download = download,
    .copy = copy,
    .clear = clear,
    .float_plan = cuda_float_plan,
    .float_plan_destroy = cuda_float_plan_destroy,
    .float_multiply = cuda_float_multiply,
    .ring_plan = cuda_ring_plan,
    .ring_plan_destroy = cuda_ring_plan_destroy,
    .ring_multiply = cuda_ring_multiply,
    .ring_arrange = cuda_ring_arrange,
    .ring_right_destroy = cuda_ring_right_destroy,
    .ring_multiply_right = cuda_ring_multiply_right,
};
