/* SPDX-License-Identifier: Apache-2.0 */
#include "link/link.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <linux/ipv6.h>
#include <net/if.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "link/carry.h"

#define DEVICE      "mpcf0"
#define QUEUE       10000 /* packets that a device keeps: the line is the bottleneck, not it */
#define IPV6_PREFIX 64

struct link {
    struct carry_orders *orders;
    pid_t carrier;
    int devices[LINK_MACHINES], spaces[LINK_MACHINES];
};

/* --- Permission --- */

static bool write_text(const char *path, const char *text)
{
    const int fd = open(path, O_WRONLY | O_CLOEXEC);
    const bool is_good = fd >= 0 && write(fd, text, strlen(text)) == (ssize_t) strlen(text);

    if (fd >= 0) {
        (void) close(fd);
    }
    return is_good;
}

/* Whoever is not root may do it in a user namespace, as who it is. */
static bool become_able(void)
{
    char users[64], groups[64];

    if (geteuid() == 0) {
        return true;
    }
    (void) snprintf(users, sizeof users, "%lu %lu 1", (unsigned long) geteuid(),
                    (unsigned long) geteuid());
    (void) snprintf(groups, sizeof groups, "%lu %lu 1", (unsigned long) getegid(),
                    (unsigned long) getegid());
    return unshare(CLONE_NEWUSER) == 0 && write_text("/proc/self/setgroups", "deny") &&
           write_text("/proc/self/uid_map", users) && write_text("/proc/self/gid_map", groups);
}

/* --- A machine, made by a child --- */

static bool raise_device(int socket, const char *name)
{
    struct ifreq r = {.ifr_flags = 0};

    (void) snprintf(r.ifr_name, sizeof r.ifr_name, "%s", name);
    if (ioctl(socket, SIOCGIFFLAGS, &r) != 0) {
        return false;
    }
    r.ifr_flags = (short) (r.ifr_flags | IFF_UP);
    return ioctl(socket, SIOCSIFFLAGS, &r) == 0;
}

static bool set_ipv4(int socket, const char *address)
{
    struct ifreq r = {.ifr_flags = 0};
    struct sockaddr_in in = {.sin_family = AF_INET};

    (void) snprintf(r.ifr_name, sizeof r.ifr_name, "%s", DEVICE);
    (void) inet_pton(AF_INET, address, &in.sin_addr);
    memcpy(&r.ifr_addr, &in, sizeof in);
    if (ioctl(socket, SIOCSIFADDR, &r) != 0) {
        return false;
    }
    (void) inet_pton(AF_INET, "255.255.255.0", &in.sin_addr);
    memcpy(&r.ifr_netmask, &in, sizeof in);
    return ioctl(socket, SIOCSIFNETMASK, &r) == 0;
}

static bool set_ipv6(const char *address)
{
    struct in6_ifreq r = {.ifr6_prefixlen = IPV6_PREFIX};
    const int fd = socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);

    r.ifr6_ifindex = (int) if_nametoindex(DEVICE);
    (void) inet_pton(AF_INET6, address, &r.ifr6_addr);
    const bool is_good = fd >= 0 && ioctl(fd, SIOCSIFADDR, &r) == 0;

    if (fd >= 0) {
        (void) close(fd);
    }
    return is_good;
}

/* The device of the namespace that this process is in, or -1. */
static int open_device(bool offload)
{
    struct ifreq r = {.ifr_flags = IFF_TUN | IFF_NO_PI | IFF_VNET_HDR};
    const int fd = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
    const unsigned long offloads = offload ? TUN_F_CSUM | TUN_F_TSO4 | TUN_F_TSO6 : 0;

    (void) snprintf(r.ifr_name, sizeof r.ifr_name, "%s", DEVICE);
    if (fd >= 0 && ioctl(fd, TUNSETIFF, &r) == 0 && ioctl(fd, TUNSETOFFLOAD, offloads) == 0) {
        return fd;
    }
    return -1;
}

static bool set_up(int machine)
{
    const int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    struct ifreq r = {.ifr_qlen = QUEUE};
    char ipv4[32], ipv6[32];

    link_host(machine, false, ipv4);
    (void) snprintf(ipv6, sizeof ipv6, "fd77::%d", machine + 1);
    (void) snprintf(r.ifr_name, sizeof r.ifr_name, "%s", DEVICE);
    const bool is_good = fd >= 0 && raise_device(fd, "lo") && set_ipv4(fd, ipv4) &&
                         ioctl(fd, SIOCSIFTXQLEN, &r) == 0 && raise_device(fd, DEVICE) &&
                         set_ipv6(ipv6);

    if (fd >= 0) {
        (void) close(fd);
    }
    return is_good;
}

/* --- What the child made, to its parent --- */

union descriptors {
    char room[CMSG_SPACE(2 * sizeof(int))];
    struct cmsghdr align;
};

static bool pass(int line, const int fds[2])
{
    union descriptors d = {.room = {0}};
    char byte = 0;
    struct iovec v = {&byte, 1};
    struct msghdr m = {
        .msg_iov = &v, .msg_iovlen = 1, .msg_control = d.room, .msg_controllen = sizeof d.room};
    struct cmsghdr *c = CMSG_FIRSTHDR(&m);

    c->cmsg_level = SOL_SOCKET;
    c->cmsg_type = SCM_RIGHTS;
    c->cmsg_len = CMSG_LEN(2 * sizeof(int));
    memcpy(CMSG_DATA(c), fds, 2 * sizeof(int));
    return sendmsg(line, &m, 0) == 1;
}

static bool receive(int line, int fds[2])
{
    union descriptors d = {.room = {0}};
    char byte = 0;
    struct iovec v = {&byte, 1};
    struct msghdr m = {
        .msg_iov = &v, .msg_iovlen = 1, .msg_control = d.room, .msg_controllen = sizeof d.room};

    if (recvmsg(line, &m, MSG_CMSG_CLOEXEC) != 1 || CMSG_FIRSTHDR(&m) == NULL) {
        return false;
    }
    memcpy(fds, CMSG_DATA(CMSG_FIRSTHDR(&m)), 2 * sizeof(int));
    return true;
}

static _Noreturn void make_machine(int machine, bool offload, int line)
{
    int fds[2] = {-1, -1};

    if (unshare(CLONE_NEWNET) != 0) {
        _exit(1);
    }
    fds[0] = open_device(offload);
    fds[1] = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
    if (fds[0] < 0 || fds[1] < 0) {
        _exit(2);
    }
    _exit(set_up(machine) && pass(line, fds) ? 0 : 3);
}

static bool add_machine(struct link *l, int machine, bool offload, char *why, size_t size)
{
    static const char *const reasons[] = {"", "no network namespace may be made",
                                          "/dev/net/tun cannot be used",
                                          "a TUN device cannot be set up"};
    int line[2], fds[2], status = 0;

    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, line) != 0) {
        return false;
    }
    const pid_t pid = fork();

    if (pid == 0) {
        make_machine(machine, offload, line[1]);
    }
    (void) close(line[1]);
    const bool is_there = pid > 0 && receive(line[0], fds);

    (void) close(line[0]);
    (void) waitpid(pid, &status, 0);
    if (!is_there) {
        const int reason = WIFEXITED(status) && WEXITSTATUS(status) <= 3 ? WEXITSTATUS(status) : 1;

        (void) snprintf(why, size, "%s", reasons[reason]);
        return false;
    }
    l->devices[machine] = fds[0];
    l->spaces[machine] = fds[1];
    return true;
}

/* --- The link --- */

void link_host(int machine, bool ipv6, char text[32])
{
    (void) snprintf(text, 32, ipv6 ? "[fd77::%d]" : "10.77.0.%d", machine + 1);
}

void link_set(struct link *l, const struct link_shape *shape)
{
    l->orders->delay_us = shape->delay_us;
    l->orders->rate_kbit = shape->rate_kbit;
    l->orders->loss_ppm = shape->loss_ppm;
    l->orders->reorder_us = shape->reorder_us;
    l->orders->reorder_ppm = shape->reorder_ppm;
}

void link_cut(struct link *l, bool cut)
{
    l->orders->is_cut = cut;
}

bool link_enter(const struct link *l, int machine)
{
    return setns(l->spaces[machine], CLONE_NEWNET) == 0;
}

void link_close(struct link *l)
{
    if (l->carrier > 0) {
        (void) kill(l->carrier, SIGKILL);
        (void) waitpid(l->carrier, NULL, 0);
    }
    for (int i = 0; i < LINK_MACHINES; i++) {
        if (l->devices[i] >= 0) {
            (void) close(l->devices[i]);
            (void) close(l->spaces[i]);
        }
    }
    if (l->orders != NULL) {
        (void) munmap(l->orders, sizeof *l->orders);
    }
    free(l);
}

static bool start_carrier(struct link *l)
{
    l->carrier = fork();
    if (l->carrier == 0) {
        (void) prctl(PR_SET_PDEATHSIG, SIGKILL);
        carry(l->devices, l->orders);
    }
    return l->carrier > 0;
}

static bool make(struct link *l, bool offload, const struct link_shape *shape, char *why,
                 size_t size)
{
    (void) snprintf(why, size, "%s", "no user namespace may be made, and this is not root");
    if (!become_able()) {
        return false;
    }
    for (int i = 0; i < LINK_MACHINES; i++) {
        if (!add_machine(l, i, offload, why, size)) {
            return false;
        }
    }
    l->orders =
        mmap(NULL, sizeof *l->orders, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (l->orders == MAP_FAILED) {
        l->orders = NULL;
        (void) snprintf(why, size, "no memory: %s", strerror(errno));
        return false;
    }
    link_set(l, shape);
    return start_carrier(l);
}

struct link *link_open(bool offload, const struct link_shape *shape, char *why, size_t size)
{
    struct link *l = calloc(1, sizeof *l);

    if (l == NULL) {
        (void) snprintf(why, size, "no memory");
        return NULL;
    }
    for (int i = 0; i < LINK_MACHINES; i++) {
        l->devices[i] = l->spaces[i] = -1;
    }
    if (make(l, offload, shape, why, size)) {
        return l;
    }
    link_close(l);
    return NULL;
}
