/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where a secret lies: at the end of pages of its own, between two that nobody may touch.
 *
 *     | guard | ...unused, head, secret | guard |
 *
 * What runs over the end of a secret stops at once. Freeing one unlocks no other: a lock is the
 * page's, and the page is one secret's.
 */
#include "base/secret_pages.h"

#include <assert.h>
#include <errno.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/log.h"

#define ALIGNMENT ((size_t) 64)
#define MAGIC     UINT64_C(0x6d70636673656372)

/* In front of a secret. */
struct head {
    uint64_t magic; /* a write that ran under the secret's begin spoils it */
    size_t before;  /* bytes from the begin of the pages to the secret */
    size_t usable;  /* bytes of the pages between the guards */
};

static atomic_size_t unlocked;

_Static_assert(sizeof(struct head) <= ALIGNMENT, "a head lies in the unit before its secret");

static struct head *head_of(void *block)
{
    return (struct head *) (void *) ((char *) block - ALIGNMENT);
}

/* --- Pages --- */

/* Under AddressSanitizer a secret is a block of the heap, so that it finds writes beside it to the
 * byte, and those that are never freed. */
#if defined(__has_feature)
#define HAS_FEATURE(name) __has_feature(name)
#else
#define HAS_FEATURE(name) 0
#endif
#if defined(__SANITIZE_ADDRESS__) || HAS_FEATURE(address_sanitizer)

static size_t whole_pages(size_t bytes)
{
    return bytes;
}

static char *take_pages(size_t usable)
{
    void *pages = NULL;

    if (posix_memalign(&pages, ALIGNMENT, usable) != 0) {
        return NULL;
    }
    memset(pages, 0, usable);
    return pages;
}

static void give_pages(char *pages, size_t usable)
{
    (void) usable;
    free(pages);
}

static void lock_pages(char *pages, size_t usable)
{
    (void) pages;
    (void) usable;
}

#else

static size_t page_bytes(void)
{
    return (size_t) sysconf(_SC_PAGESIZE);
}

static size_t whole_pages(size_t bytes)
{
    return (bytes + page_bytes() - 1) / page_bytes() * page_bytes();
}

/* A forked child does not get them: it would use keys and masks a second time or, were they wiped
 * there (MADV_WIPEONFORK), masks of zeros. */
static bool keep_to_process(char *pages, size_t usable)
{
    return madvise(pages, usable, MADV_DONTDUMP) == 0 && madvise(pages, usable, MADV_DONTFORK) == 0;
}

static char *take_pages(size_t usable)
{
    const size_t guard = page_bytes(), all = usable + 2 * guard;
    char *whole = mmap(NULL, all, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    if (whole == MAP_FAILED) {
        return NULL;
    }
    if (mprotect(whole + guard, usable, PROT_READ | PROT_WRITE) != 0 ||
        !keep_to_process(whole + guard, usable)) {
        (void) munmap(whole, all);
        return NULL;
    }
    return whole + guard;
}

static void give_pages(char *pages, size_t usable)
{
    (void) munmap(pages - page_bytes(), usable + 2 * page_bytes()); /* and unlocks them */
}

static void tell_unlocked(int cause)
{
    struct rlimit limit = {0};

    (void) getrlimit(RLIMIT_MEMLOCK, &limit);
    log_line(LOG_WARN,
             "keys and shares may reach the swap: they cannot be locked into memory (%s); the "
             "limit is %llu KiB (ulimit -l)",
             strerror(cause), (unsigned long long) limit.rlim_cur / 1024);
}

static void lock_pages(char *pages, size_t usable)
{
    if (mlock(pages, usable) != 0) {
        const int cause = errno;

        if (atomic_fetch_add(&unlocked, 1) == 0) { /* says it once */
            tell_unlocked(cause);
        }
    }
}

#endif

/* --- Secrets --- */

size_t secret_pages_unlocked(void)
{
    return atomic_load(&unlocked);
}

void *secret_pages_create(size_t bytes)
{
    const size_t taken = (bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    size_t usable;
    char *pages, *block;

    if (bytes > SIZE_MAX / 2) {
        return NULL;
    }
    usable = whole_pages(ALIGNMENT + taken);
    pages = take_pages(usable);
    if (pages == NULL) {
        return NULL;
    }
    if (bytes <= SECRET_LOCK_LIMIT) {
        lock_pages(pages, usable);
    }
    block = pages + usable - taken;
    *head_of(block) = (struct head){.magic = MAGIC, .before = usable - taken, .usable = usable};
    return block;
}

void secret_pages_destroy(void *block)
{
    char *pages;
    size_t usable;

    if (block == NULL) {
        return;
    }
    assert(head_of(block)->magic == MAGIC);
    pages = (char *) block - head_of(block)->before;
    usable = head_of(block)->usable;
    explicit_bzero(pages, usable);
    give_pages(pages, usable);
}
