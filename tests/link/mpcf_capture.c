/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What somebody on the way sees of connections: each direction of each as a file of the bytes that TCP carried,
 * and what of such a file is records of TLS.
 *
 *   mpcf-capture take FOLDER DEVICE:PORT ...   prints a line once it has begun, until TERM or INT: FOLDER/PORT.N.to and
 *                                              PORT.N.from, counted from 0 in the order of their first bytes;
 *                                              1 where a byte is missing
 *   mpcf-capture records FILE ...              "FILE clear C records N bytes B first LENGTH ...": what is no
 *                                              encrypted record, these, the sum of their lengths, and
 *                                              the lengths of the first six and of the last; 1 where it is no TLS
 *   mpcf-capture find PIECES FILE ...          "P of Q": how many pieces of 16 bytes of PIECES, up to 64 that are no
 *                                              pattern, stand anywhere in the files
 *
 * Of a device behind a switch only who asks for all protocols sees anything. Packets come by way of a ring that
 * the kernel fills, so that none is lost while this process waits for its turn.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <netinet/ip.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#define BLOCK     ((size_t) 1 << 20)
#define BLOCKS    64
#define PLACES    8  /* devices */
#define STREAMS   64 /* directions of connections */
#define PIECE     16
#define PIECES    64
#define ENCRYPTED 23 /* the type of a record of TLS 1.3 behind its hellos */

struct place {
    uint8_t *ring;
    unsigned next;
    int fd, count; /* connections with bytes so far */
    uint16_t port;
};

struct stream {
    uint32_t source, target, start; /* START: the sequence number of the first byte */
    uint16_t source_port, target_port;
    bool is_call;
    int number, fd;  /* -1: no byte has come yet */
    uint64_t length; /* bytes without a gap */
};

static struct place places[PLACES];
static struct stream streams[STREAMS];
static size_t place_count, stream_count, lost;
static const char *folder;
static volatile sig_atomic_t ends;

static void end(int number)
{
    (void) number;
    ends = 1;
}

static int fail(const char *what, const char *which)
{
    (void) fprintf(stderr, "mpcf-capture: %s '%s': %s\n", what, which, strerror(errno));
    return 1;
}

/* --- a direction of a connection --- */

static struct stream *find(uint32_t source, uint16_t source_port, uint32_t target,
                           uint16_t target_port)
{
    for (size_t i = 0; i < stream_count; i++) {
        struct stream *s = &streams[i];
        if (s->source == source && s->target == target && s->source_port == source_port &&
            s->target_port == target_port) {
            return s;
        }
    }
    return NULL;
}

/* Calls that nobody takes have no bytes, and so no number. */
static void open_stream(const struct iphdr *ip, const struct tcphdr *tcp)
{
    struct stream *s = find(ip->saddr, tcp->source, ip->daddr, tcp->dest);

    if (s == NULL && stream_count < STREAMS) {
        s = &streams[stream_count++];
    } else if (s == NULL || s->number >= 0) {
        lost += s == NULL; /* else it was sent again */
        return;
    }
    *s = (struct stream){
        .source = ip->saddr,
        .target = ip->daddr,
        .start = ntohl(tcp->seq) + 1,
        .source_port = tcp->source,
        .target_port = tcp->dest,
        .is_call = !tcp->ack,
        .number = -1,
        .fd = -1,
    };
}

static void begin_file(struct place *p, struct stream *s)
{
    const struct stream *other = find(s->target, s->target_port, s->source, s->source_port);
    char name[4096];

    s->number = other != NULL && other->number >= 0 ? other->number : p->count++;
    (void) snprintf(name, sizeof name, "%s/%u.%d.%s", folder, p->port, s->number,
                    s->is_call ? "to" : "from");
    s->fd = open(name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
}

static void keep(struct stream *s, uint32_t number, const uint8_t *data, size_t length)
{
    const uint32_t at = number - s->start; /* streams here are below 4 GiB */

    if (at > s->length || pwrite(s->fd, data, length, (off_t) at) != (ssize_t) length) {
        lost++;
    } else if (at + length > s->length) {
        s->length = at + length;
    }
}

static void take_packet(struct place *p, const uint8_t *data, size_t length)
{
    const struct iphdr *ip = (const void *) data;
    if (length < sizeof *ip || ip->version != 4 || ip->protocol != IPPROTO_TCP ||
        length < ntohs(ip->tot_len)) {
        return;
    }
    const size_t head = (size_t) ip->ihl * 4, all = ntohs(ip->tot_len);
    const struct tcphdr *tcp = (const void *) (data + head);
    if (all < head + sizeof *tcp ||
        (ntohs(tcp->source) != p->port && ntohs(tcp->dest) != p->port)) {
        return;
    }
    const size_t begin = head + (size_t) tcp->doff * 4;
    if (tcp->syn) {
        open_stream(ip, tcp);
    } else if (all > begin) {
        struct stream *s = find(ip->saddr, tcp->source, ip->daddr, tcp->dest);
        if (s == NULL) {
            lost++;
        } else {
            if (s->number < 0) {
                begin_file(p, s);
            }
            keep(s, ntohl(tcp->seq), data + begin, all - begin);
        }
    }
}

/* --- a device --- */

static int open_place(struct place *p, const char *text)
{
    const char *colon = strchr(text, ':');
    char device[IFNAMSIZ] = "";
    struct tpacket_req3 ring = {.tp_block_size = BLOCK,
                                .tp_block_nr = BLOCKS,
                                .tp_frame_size = 1u << 17,
                                .tp_frame_nr = BLOCKS * (BLOCK >> 17),
                                .tp_retire_blk_tov = 20};
    const int version = TPACKET_V3;

    if (colon == NULL || colon - text >= IFNAMSIZ) {
        errno = EINVAL;
        return fail("no DEVICE:PORT", text);
    }
    memcpy(device, text, (size_t) (colon - text));
    p->port = (uint16_t) strtoul(colon + 1, NULL, 10);
    struct sockaddr_ll at = {.sll_family = AF_PACKET,
                             .sll_protocol = htons(ETH_P_ALL),
                             .sll_ifindex = (int) if_nametoindex(device)};
    p->fd = socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (p->fd < 0 || setsockopt(p->fd, SOL_PACKET, PACKET_VERSION, &version, sizeof version) != 0 ||
        setsockopt(p->fd, SOL_PACKET, PACKET_RX_RING, &ring, sizeof ring) != 0) {
        return fail("cannot look at", device);
    }
    p->ring = mmap(NULL, BLOCK * BLOCKS, PROT_READ | PROT_WRITE, MAP_SHARED, p->fd, 0);
    if (p->ring == MAP_FAILED || at.sll_ifindex == 0 ||
        bind(p->fd, (struct sockaddr *) &at, sizeof at) != 0) {
        return fail("cannot look at", device);
    }
    return 0;
}

static void read_block(struct place *p, struct tpacket_block_desc *block)
{
    uint8_t *at = (uint8_t *) block + block->hdr.bh1.offset_to_first_pkt;

    for (uint32_t i = 0; i < block->hdr.bh1.num_pkts; i++) {
        const struct tpacket3_hdr *packet = (const void *) at;
        take_packet(p, at + packet->tp_net, packet->tp_snaplen);
        lost += packet->tp_snaplen < packet->tp_len;
        at += packet->tp_next_offset;
    }
}

/* All blocks that the kernel has handed over. */
static void read_place(struct place *p)
{
    for (;;) {
        struct tpacket_block_desc *block = (void *) (p->ring + p->next * BLOCK);
        if ((__atomic_load_n(&block->hdr.bh1.block_status, __ATOMIC_ACQUIRE) & TP_STATUS_USER) ==
            0) {
            return;
        }
        read_block(p, block);
        __atomic_store_n(&block->hdr.bh1.block_status, TP_STATUS_KERNEL, __ATOMIC_RELEASE);
        p->next = (p->next + 1) % BLOCKS;
    }
}

static void read_all(int patience_ms)
{
    struct pollfd fds[PLACES];

    for (size_t i = 0; i < place_count; i++) {
        fds[i] = (struct pollfd){.fd = places[i].fd, .events = POLLIN};
    }
    (void) poll(fds, place_count, patience_ms);
    for (size_t i = 0; i < place_count; i++) {
        read_place(&places[i]);
    }
}

static int report(void)
{
    uint64_t bytes = 0;
    size_t count = 0;

    for (size_t i = 0; i < place_count; i++) {
        struct tpacket_stats_v3 stats = {.tp_packets = 0};
        socklen_t size = sizeof stats;
        (void) getsockopt(places[i].fd, SOL_PACKET, PACKET_STATISTICS, &stats, &size);
        lost += stats.tp_drops;
    }
    for (size_t i = 0; i < stream_count; i++) {
        bytes += streams[i].length;
        count += streams[i].number >= 0;
    }
    (void) printf("captured: %zu directions, %llu bytes, %zu lost\n", count,
                  (unsigned long long) bytes, lost);
    return lost == 0 && count > 0 ? 0 : 1;
}

static int take(int count, char **operands)
{
    struct sigaction action = {.sa_handler = end};

    folder = operands[0];
    (void) sigaction(SIGTERM, &action, NULL);
    (void) sigaction(SIGINT, &action, NULL);
    for (int i = 1; i < count && place_count < PLACES; i++) {
        if (open_place(&places[place_count], operands[i]) != 0) {
            return 1;
        }
        place_count++;
    }
    (void) printf("watching\n");
    (void) fflush(stdout);
    while (!ends) {
        read_all(100);
    }
    for (int i = 0; i < 5; i++) { /* a block that is not full is handed over behind its 20 ms */
        read_all(20);
        (void) usleep(20000);
    }
    read_all(0);
    return report();
}

/* --- records --- */

static int show_records(const char *path)
{
    FILE *file = fopen(path, "rbe");
    unsigned lengths[6] = {0}, length = 0;
    size_t clear = 0, count = 0, bytes = 0;
    uint8_t head[5];
    bool is_tls = file != NULL;

    while (is_tls && fread(head, 1, sizeof head, file) == sizeof head) {
        is_tls = head[0] >= 20 && head[0] <= 23 && head[1] == 3;
        const unsigned size = (unsigned) head[3] << 8 | head[4];
        if (head[0] == ENCRYPTED) {
            length = size;
            if (count < 6) {
                lengths[count] = size;
            }
            count++;
            bytes += size;
        } else {
            clear += sizeof head + size;
        }
        is_tls = is_tls && fseek(file, (long) size, SEEK_CUR) == 0;
    }
    if (file != NULL) {
        (void) fclose(file);
    }
    (void) printf("%s clear %zu records %zu bytes %zu first", path, clear, count, bytes);
    for (size_t i = 0; i < 6; i++) {
        (void) printf(" %u", lengths[i]);
    }
    (void) printf(" last %u\n", length);
    return is_tls ? 0 : 1;
}

/* --- known bytes --- */

struct text {
    uint8_t *bytes;
    size_t length;
};

static struct text read_whole(const char *path)
{
    struct text t = {NULL, 0};
    FILE *file = fopen(path, "rbe");

    if (file != NULL && fseek(file, 0, SEEK_END) == 0) {
        const long size = ftell(file);
        t.bytes = size > 0 ? malloc((size_t) size) : NULL;
        rewind(file);
        t.length = t.bytes == NULL ? 0 : fread(t.bytes, 1, (size_t) size, file);
    }
    if (file != NULL) {
        (void) fclose(file);
    }
    return t;
}

/* Counters, lengths and zeros stand anywhere. */
static bool is_random(const uint8_t *piece)
{
    bool seen[256] = {false};
    unsigned count = 0;

    for (unsigned i = 0; i < PIECE; i++) {
        count += !seen[piece[i]];
        seen[piece[i]] = true;
    }
    return count >= 12;
}

static int find_pieces(const char *path, int count, char **files)
{
    const struct text pieces = read_whole(path);
    bool found[PIECES] = {false};
    size_t starts[PIECES], used = 0, all = 0;

    for (size_t at = 0; at + PIECE <= pieces.length && used < PIECES; at += 8) {
        if (is_random(pieces.bytes + at)) {
            starts[used++] = at;
            at += PIECE - 8;
        }
    }
    for (int i = 0; i < count; i++) {
        const struct text t = read_whole(files[i]);
        for (size_t k = 0; k < used; k++) {
            found[k] =
                found[k] || (t.length >= PIECE &&
                             memmem(t.bytes, t.length, pieces.bytes + starts[k], PIECE) != NULL);
        }
        free(t.bytes);
    }
    for (size_t k = 0; k < used; k++) {
        all += found[k];
    }
    free(pieces.bytes);
    (void) printf("%zu of %zu\n", all, used);
    return used > 0 ? 0 : 1;
}

int main(int argc, char **argv)
{
    if (argc >= 4 && strcmp(argv[1], "take") == 0) {
        return take(argc - 2, argv + 2);
    }
    if (argc >= 4 && strcmp(argv[1], "find") == 0) {
        return find_pieces(argv[2], argc - 3, argv + 3);
    }
    int result = argc >= 3 && strcmp(argv[1], "records") == 0 ? 0 : 2;
    for (int i = 2; i < argc && result != 2; i++) {
        result |= show_records(argv[i]);
    }
    return result;
}
