/* SPDX-License-Identifier: Apache-2.0 */
/* Shared memory from one process to another, and what makes it safe to look into it. */
#include "ring_offer.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

/* Neither end can make the file shorter or longer, nor allow it again. No seal that leaves it writable
 * keeps a process of this user from punching a hole: it is then read as zeros. */
#define SEALS (F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL)
#define FILES 4 /* that one message may bring along before the rest is dropped */

/* The number is the layout's. */
static const char offer[RING_OFFER_BYTES] = "mpcf-loopback offers memory 1\n";
#define OFFER_NAME 28 /* of it without the number */
static const char taken[RING_OFFER_BYTES] = "mpcf-loopback took the memory\n";
static const char refused[RING_OFFER_BYTES] = "mpcf-loopback takes no memory\n";

/* --- memory --- */

/* Files of more than a limit end a process by a signal. */
static bool may_be_made(void)
{
    struct rlimit limit;

    return getrlimit(RLIMIT_FSIZE, &limit) == 0 &&
           (limit.rlim_cur == RLIM_INFINITY || limit.rlim_cur >= sizeof(struct ring_memory));
}

/* Its pages are there from the beginning: what is short of memory fails here and not at a byte. 0, or
 * what errno would be. */
static int give_pages(int file)
{
    int error;

    do {
        error = posix_fallocate(file, 0, (off_t) sizeof(struct ring_memory));
    } while (error == EINTR);
    return error;
}

static int make_file(void)
{
    int file = may_be_made() ? memfd_create("mpcf-loopback", MFD_CLOEXEC | MFD_ALLOW_SEALING) : -1;

    if (file >= 0 && (give_pages(file) != 0 || fcntl(file, F_ADD_SEALS, SEALS) != 0)) {
        (void) close(file);
        return -1;
    }
    return file;
}

/* NULL with errno. All pages at once, where one by one would take a fault each in the first
 * messages. What goes over a link stands in no core dump, and in no forked child. */
static struct ring_memory *map(int file)
{
    void *at = mmap(NULL, sizeof(struct ring_memory), PROT_READ | PROT_WRITE,
                    MAP_SHARED | MAP_POPULATE, file, 0);

    if (at == MAP_FAILED) {
        return NULL;
    }
    (void) madvise(at, sizeof(struct ring_memory), MADV_DONTDUMP);
    (void) madvise(at, sizeof(struct ring_memory), MADV_DONTFORK);
    return at;
}

void ring_forget(struct ring_memory *memory)
{
    if (memory != NULL) {
        (void) munmap(memory, sizeof(*memory));
    }
}

/* The seals are asked for first: nothing but memory has any, and no other file is touched. */
static mpcf_status check_file(int file, mpcf_error *err)
{
    const int seals = fcntl(file, F_GET_SEALS);
    struct stat info;

    if (seals < 0) {
        return mpcf_fail(err, MPCF_E_PROTOCOL, "the peer offers a file that is no memory");
    }
    if ((seals & SEALS) != SEALS) {
        return mpcf_fail(err, MPCF_E_PROTOCOL,
                         "the peer offers memory that is not sealed: it could be taken away");
    }
    if (fstat(file, &info) != 0 || info.st_size != (off_t) sizeof(struct ring_memory)) {
        return mpcf_fail(err, MPCF_E_PROTOCOL, "the peer offers memory that is not of %zu bytes",
                         sizeof(struct ring_memory));
    }
    return MPCF_OK;
}

/* --- offers --- */

/* Room for the headers of a message with files. */
union control {
    struct cmsghdr head;
    char room[CMSG_SPACE(FILES * sizeof(int))];
};

static bool say_with_file(int fd, int file)
{
    union control control = {.room = {0}};
    struct iovec part = {.iov_len = sizeof(offer)};
    struct msghdr message = {.msg_iov = &part,
                             .msg_iovlen = 1,
                             .msg_control = &control,
                             .msg_controllen = CMSG_SPACE(sizeof(file))};
    struct cmsghdr *head = CMSG_FIRSTHDR(&message);
    char text[sizeof(offer)];

    memcpy(text, offer, sizeof(text));
    part.iov_base = text;
    head->cmsg_level = SOL_SOCKET;
    head->cmsg_type = SCM_RIGHTS;
    head->cmsg_len = CMSG_LEN(sizeof(file));
    memcpy(CMSG_DATA(head), &file, sizeof(file));
    return sendmsg(fd, &message, MSG_NOSIGNAL | MSG_DONTWAIT) == (ssize_t) sizeof(text);
}

void ring_offer(int fd, struct ring_memory **memory)
{
    const int file = make_file();

    *memory = file < 0 ? NULL : map(file);
    if (*memory != NULL && !say_with_file(fd, file)) {
        ring_forget(*memory);
        *memory = NULL;
    }
    if (file >= 0) {
        (void) close(file); /* what is open could be opened by others of this user */
    }
}

/* The files that came with MESSAGE: the only one, else all closed. */
static mpcf_status only_file(struct msghdr *message, int *file, mpcf_error *err)
{
    int files[FILES];
    size_t count = 0;

    for (struct cmsghdr *h = CMSG_FIRSTHDR(message); h != NULL; h = CMSG_NXTHDR(message, h)) {
        if (h->cmsg_level != SOL_SOCKET || h->cmsg_type != SCM_RIGHTS) {
            continue;
        }
        count = (h->cmsg_len - CMSG_LEN(0)) / sizeof(int);
        count = count < FILES ? count : FILES;
        memcpy(files, CMSG_DATA(h), count * sizeof(int));
    }
    const bool some_lack = (message->msg_flags & MSG_CTRUNC) != 0;
    if (count == 1 && !some_lack) {
        *file = files[0];
        return MPCF_OK;
    }
    for (size_t i = 0; i < count; i++) {
        (void) close(files[i]);
    }
    return some_lack && count < FILES /* there was room to say more */
               ? mpcf_fail(err, MPCF_E_NOMEM,
                           "no file descriptor is left for the memory that the peer offers "
                           "(`ulimit -n`)")
               : mpcf_fail(err, MPCF_E_PROTOCOL, "the peer offers shared memory without any");
}

/* Takes the offer from FD, where it is known to be. */
static mpcf_status hear_file(int fd, int *file, mpcf_error *err)
{
    union control control = {.room = {0}};
    char text[RING_OFFER_BYTES];
    struct iovec part = {.iov_base = text, .iov_len = sizeof(text)};
    struct msghdr message = {.msg_iov = &part,
                             .msg_iovlen = 1,
                             .msg_control = &control,
                             .msg_controllen = sizeof(control)};

    if (recvmsg(fd, &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC) < 0) {
        return mpcf_fail(err, MPCF_E_IO, "taking the memory that the peer offers: %s",
                         strerror(errno));
    }
    return only_file(&message, file, err);
}

static mpcf_status map_file(int file, struct ring_memory **memory, mpcf_error *err)
{
    int error = give_pages(file); /* also where the peer has not */

    if (error == 0) {
        *memory = map(file);
        error = *memory != NULL ? 0 : errno;
    }
    return error == 0
               ? MPCF_OK
               : mpcf_fail(err, error == ENOMEM || error == ENOSPC ? MPCF_E_NOMEM : MPCF_E_PROTOCOL,
                           "cannot map the memory that the peer offers: %s", strerror(error));
}

static mpcf_status take_file(int fd, const char *text, struct ring_memory **memory, mpcf_error *err)
{
    int file = -1;
    mpcf_status status = hear_file(fd, &file, err);

    if (memcmp(text, offer, sizeof(offer)) != 0) {
        mpcf_error_reset(err);
        status = mpcf_fail(err, MPCF_E_PROTOCOL,
                           "the peer offers shared memory of another version of mpcf");
    }
    if (status == MPCF_OK) {
        status = check_file(file, err);
    }
    if (status == MPCF_OK) {
        status = map_file(file, memory, err);
    }
    if (file >= 0) {
        (void) close(file);
    }
    return status;
}

/* A caller that is told nothing would go on as if all were well; one that has gone is met later. */
static mpcf_status answer(int fd, const char text[RING_OFFER_BYTES], mpcf_error *err)
{
    if (send(fd, text, RING_OFFER_BYTES, MSG_NOSIGNAL | MSG_DONTWAIT) == RING_OFFER_BYTES ||
        errno == EPIPE || errno == ECONNRESET) {
        return MPCF_OK;
    }
    return mpcf_fail(err, MPCF_E_IO, "answering an offer of shared memory: %s", strerror(errno));
}

/* A peer that has gone meanwhile is met later, behind what it said. */
mpcf_status ring_take_offer(int fd, enum ring_reply *reply, struct ring_memory **memory,
                            mpcf_error *err)
{
    char text[RING_OFFER_BYTES];
    const ssize_t n = recv(fd, text, sizeof(text), MSG_PEEK | MSG_DONTWAIT);

    if (n < 0 && (errno == EAGAIN || errno == EINTR)) {
        *reply = RING_NOTHING_YET;
        return MPCF_OK;
    }
    if (n != (ssize_t) sizeof(text) || memcmp(text, offer, OFFER_NAME) != 0) {
        *reply = RING_NO_OFFER;
        return MPCF_OK;
    }
    mpcf_status status = take_file(fd, text, memory, err);
    *reply = RING_TAKEN;
    if (status != MPCF_OK) {
        (void) answer(fd, refused, NULL);
        return status;
    }
    status = answer(fd, taken, err);
    if (status != MPCF_OK) {
        ring_forget(*memory);
        *memory = NULL;
    }
    return status;
}

mpcf_status ring_check_answer(const void *bytes, size_t length, mpcf_error *err)
{
    if (length == sizeof(taken) && memcmp(bytes, taken, sizeof(taken)) == 0) {
        return MPCF_OK;
    }
    if (length == sizeof(refused) && memcmp(bytes, refused, sizeof(refused)) == 0) {
        return mpcf_fail(err, MPCF_E_PROTOCOL,
                         "the peer refuses the shared memory that this side made, and says why "
                         "itself: else set the transport's option `shared_memory: false` at both "
                         "ends");
    }
    return mpcf_fail(err, MPCF_E_PROTOCOL,
                     "the peer does not know of shared memory: set the transport's option "
                     "`shared_memory: false` at both ends");
}
