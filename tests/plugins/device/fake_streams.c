/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Streams and events: work runs when its stream is waited for, or when other work that waits for an
 * event behind it does, and not a moment earlier. So whoever forgot to wait reads what was there before.
 */
#include <stdlib.h>
#include <string.h>

#include "fake_inside.h"

struct item {
    fake_work *run; /* NULL: of an event */
    void *work;
    cuda_event event;
    size_t number; /* of the event's record */
    bool is_record;
    cuda_stream of; /* of the record that a wait waits for */
    struct item *next;
};

struct cuda_queue_of {
    struct item *first, **last;
};

struct cuda_event_of {
    size_t recorded, done;
    cuda_stream of;
};

static size_t waiting;

size_t fake_streams_waiting(void)
{
    return waiting;
}

static void add(cuda_stream stream, struct item item)
{
    struct item *copy = malloc(sizeof *copy);

    if (copy == NULL) {
        abort();
    }
    *copy = item;
    *stream->last = copy;
    stream->last = &copy->next;
    waiting++;
}

void fake_streams_put(cuda_stream stream, fake_work *run, const void *work, size_t size)
{
    void *copy = malloc(size);

    if (copy == NULL) {
        abort();
    }
    memcpy(copy, work, size);
    add(stream, (struct item){.run = run, .work = copy});
}

static void run_first(cuda_stream stream);

static void run_event(const struct item *item)
{
    if (item->is_record) {
        item->event->done = item->number;
        return;
    }
    while (item->event->done < item->number && item->of->first != NULL) {
        run_first(item->of);
    }
    if (item->event->done < item->number) {
        fake_problem("a stream waits for an event that never comes");
    }
}

static void run_first(cuda_stream stream)
{
    struct item *item = stream->first;

    stream->first = item->next;
    if (stream->first == NULL) {
        stream->last = &stream->first;
    }
    waiting--;
    if (item->run != NULL) {
        fake_memory_unlock();
        item->run(item->work);
        fake_memory_lock();
    } else {
        run_event(item);
    }
    free(item->work);
    free(item);
}

/* --- The table's functions --- */

static cuda_result stream_create(cuda_stream *out, unsigned flags)
{
    fake_call("cuStreamCreate", true);
    if (flags != CUDA_STREAM_NON_BLOCKING) {
        fake_problem("a stream that waits for the default stream");
    }
    *out = calloc(1, sizeof **out);
    if (*out == NULL) {
        abort();
    }
    (*out)->last = &(*out)->first;
    fake_live(1);
    return CUDA_OK;
}

static cuda_result stream_wait(cuda_stream stream)
{
    const cuda_result fault = fake_cuda.stream_fault;

    fake_call("cuStreamSynchronize", false);
    while (stream->first != NULL) {
        run_first(stream);
    }
    fake_cuda.stream_fault = CUDA_OK;
    return fault;
}

static cuda_result stream_destroy(cuda_stream stream)
{
    fake_call("cuStreamDestroy", false);
    if (stream->first != NULL) {
        fake_problem("a stream is destroyed with work in it");
    }
    while (stream->first != NULL) {
        run_first(stream);
    }
    free(stream);
    fake_live(-1);
    return CUDA_OK;
}

static cuda_result event_create(cuda_event *out, unsigned flags)
{
    fake_call("cuEventCreate", true);
    if (flags != CUDA_EVENT_NO_TIMING) {
        fake_problem("an event with a clock, which nobody reads");
    }
    *out = calloc(1, sizeof **out);
    if (*out == NULL) {
        abort();
    }
    fake_live(1);
    return CUDA_OK;
}

static cuda_result event_destroy(cuda_event event)
{
    fake_call("cuEventDestroy", false);
    if (event->done != event->recorded) {
        fake_problem("an event is destroyed before it came");
    }
    free(event);
    fake_live(-1);
    return CUDA_OK;
}

static cuda_result event_record(cuda_event event, cuda_stream stream)
{
    fake_call("cuEventRecord", false);
    event->recorded++;
    event->of = stream;
    add(stream, (struct item){.event = event, .number = event->recorded, .is_record = true});
    return CUDA_OK;
}

static cuda_result stream_after(cuda_stream stream, cuda_event event, unsigned flags)
{
    fake_call("cuStreamWaitEvent", false);
    if (flags != 0 || event->recorded == 0) {
        fake_problem("a stream waits for an event that was not recorded");
        return CUDA_OK;
    }
    add(stream, (struct item){.event = event, .number = event->recorded, .of = event->of});
    return CUDA_OK;
}

void fake_streams_fill(struct cuda_table *table)
{
    table->stream_create = stream_create;
    table->stream_destroy = stream_destroy;
    table->stream_wait = stream_wait;
    table->stream_after = stream_after;
    table->event_create = event_create;
    table->event_destroy = event_destroy;
    table->event_record = event_record;
}
