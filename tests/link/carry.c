/* SPDX-License-Identifier: Apache-2.0 */
/*
 * When a packet arrives: it waits for those before it at the sender's rate, travels, and may be
 * lost or late. Where too much waits, it is dropped, as a router does.
 */
#include "link/carry.h"

#include <netinet/in.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define HEAD         10 /* struct virtio_net_hdr, in front of each packet */
#define LONGEST      (65536 + HEAD)
#define WAITING_NS   INT64_C(200000000) /* the most that a router keeps waiting */
#define PACKETS_MOST 65536
#define AT_ONCE      16
#define IDLE_NS      INT64_C(100000000)

struct packet {
    int64_t due_ns;
    uint64_t number; /* equal times: in the order in which they came */
    uint8_t *data;
    size_t length;
    int to;
};

/* A heap: the first is due next. */
static struct packet waiting[PACKETS_MOST];
static size_t waiting_count;
static uint64_t numbers;
static int64_t free_ns[LINK_MACHINES]; /* when a sender's line is free again */

static int64_t now_ns(void)
{
    struct timespec now;

    (void) clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t) now.tv_sec * 1000000000 + now.tv_nsec;
}

/* --- The heap --- */

static bool is_before(const struct packet *a, const struct packet *b)
{
    return a->due_ns != b->due_ns ? a->due_ns < b->due_ns : a->number < b->number;
}

static void swap(size_t a, size_t b)
{
    const struct packet kept = waiting[a];

    waiting[a] = waiting[b];
    waiting[b] = kept;
}

static void push(const struct packet *p)
{
    size_t at = waiting_count++;

    waiting[at] = *p;
    for (; at > 0 && is_before(&waiting[at], &waiting[(at - 1) / 2]); at = (at - 1) / 2) {
        swap(at, (at - 1) / 2);
    }
}

static struct packet pop(void)
{
    const struct packet first = waiting[0];
    size_t at = 0;

    waiting[0] = waiting[--waiting_count];
    for (;;) {
        size_t least = at;

        for (size_t child = 2 * at + 1; child <= 2 * at + 2 && child < waiting_count; child++) {
            least = is_before(&waiting[child], &waiting[least]) ? child : least;
        }
        if (least == at) {
            return first;
        }
        swap(at, least);
        at = least;
    }
}

/* --- Packets --- */

/* The last byte of an address says the machine: 10.77.0.1, fd77::1 are number 0. */
static int machine_of(const uint8_t *packet, size_t length)
{
    const uint8_t *ip = packet + HEAD;
    const int version = length > HEAD ? ip[0] >> 4 : 0;

    if (version == 4 && length >= HEAD + 20) {
        return ip[19] - 1;
    }
    return version == 6 && length >= HEAD + 40 && ip[24] == 0xfd ? ip[39] - 1 : -1;
}

static bool happens(int of_a_million)
{
    return of_a_million > 0 && random() % 1000000 < of_a_million;
}

/* False where it is dropped. */
static bool set_out(const struct carry_orders *o, int from, struct packet *p)
{
    const int64_t now = now_ns(), rate = o->rate_kbit;

    if (o->is_cut || happens(o->loss_ppm) || waiting_count == PACKETS_MOST) {
        return false;
    }
    if (rate > 0 && free_ns[from] > now + WAITING_NS) {
        return false;
    }
    free_ns[from] = free_ns[from] > now ? free_ns[from] : now;
    free_ns[from] += rate > 0 ? (int64_t) (p->length - HEAD) * 8000000 / rate : 0;
    p->due_ns = free_ns[from] + o->delay_us * 1000;
    p->due_ns += happens(o->reorder_ppm) ? o->reorder_us * 1000 : 0;
    p->number = numbers++;
    return true;
}

static void take_in(const struct carry_orders *o, int from, int device)
{
    static uint8_t room[LONGEST];

    for (int i = 0; i < AT_ONCE; i++) {
        const ssize_t got = read(device, room, sizeof room);
        struct packet p = {.length = (size_t) got};

        if (got <= HEAD) {
            return;
        }
        p.to = machine_of(room, p.length);
        if (p.to < 0 || p.to >= LINK_MACHINES || p.to == from || !set_out(o, from, &p)) {
            continue;
        }
        p.data = malloc(p.length);
        if (p.data == NULL) {
            _exit(1);
        }
        memcpy(p.data, room, p.length);
        push(&p);
    }
}

/* What is due by now; how long until the next. A cut loses also what is under way. */
static int64_t give_out(const struct carry_orders *o, const int devices[LINK_MACHINES])
{
    int64_t now = now_ns();

    while (waiting_count > 0 && waiting[0].due_ns <= now) {
        const struct packet p = pop();

        if (!o->is_cut) {
            (void) !write(devices[p.to], p.data, p.length);
        }
        free(p.data);
        now = now_ns();
    }
    return waiting_count == 0 ? IDLE_NS : waiting[0].due_ns - now;
}

_Noreturn void carry(const int devices[LINK_MACHINES], const struct carry_orders *orders)
{
    srandom(7);
    for (;;) {
        const int64_t left = give_out(orders, devices);
        const struct timespec until = {0, left < 0 ? 0 : left > IDLE_NS ? IDLE_NS : left};
        struct pollfd ready[LINK_MACHINES];

        for (int i = 0; i < LINK_MACHINES; i++) {
            ready[i] = (struct pollfd){.fd = devices[i], .events = POLLIN};
        }
        if (ppoll(ready, LINK_MACHINES, &until, NULL) <= 0) {
            continue;
        }
        for (int i = 0; i < LINK_MACHINES; i++) {
            if ((ready[i].revents & POLLIN) != 0) {
                take_in(orders, i, devices[i]);
            }
        }
    }
}
