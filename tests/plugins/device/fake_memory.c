/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The device's memory: mapped blocks that nobody may touch while nothing runs on the device.
 */
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "fake_inside.h"

#define BLOCKS 64
#define JUNK   0xA5 /* what fresh memory holds */

static struct block {
    unsigned char *at;
    size_t bytes, mapped;
} blocks[BLOCKS];

static size_t round_to_page(size_t bytes)
{
    const size_t page = (size_t) sysconf(_SC_PAGESIZE);

    return (bytes + page - 1) / page * page;
}

size_t fake_memory_used(void)
{
    size_t used = 0;

    for (size_t i = 0; i < BLOCKS; i++) {
        used += blocks[i].bytes;
    }
    return used;
}

cuda_result fake_memory_alloc(cuda_address *out, size_t bytes)
{
    const size_t mapped = round_to_page(bytes);

    if (bytes == 0 || bytes > fake_cuda.memory - fake_memory_used()) {
        return CUDA_OUT_OF_MEMORY;
    }
    for (size_t i = 0; i < BLOCKS; i++) {
        if (blocks[i].at == NULL) {
            void *at =
                mmap(NULL, mapped, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

            if (at == MAP_FAILED) {
                return CUDA_OUT_OF_MEMORY;
            }
            memset(at, JUNK, mapped);
            (void) mprotect(at, mapped, PROT_NONE);
            blocks[i] = (struct block){at, bytes, mapped};
            *out = (uintptr_t) at;
            return CUDA_OK;
        }
    }
    return CUDA_OUT_OF_MEMORY;
}

static bool is_wiped(const struct block *b)
{
    bool wiped = true;

    fake_memory_unlock();
    for (size_t i = 0; i < b->bytes && wiped; i++) {
        wiped = b->at[i] == 0;
    }
    fake_memory_lock();
    return wiped;
}

cuda_result fake_memory_free(cuda_address address)
{
    for (size_t i = 0; i < BLOCKS; i++) {
        if (blocks[i].at != NULL && (uintptr_t) blocks[i].at == address) {
            if (!is_wiped(&blocks[i])) {
                fake_problem("memory of the device is given back with what it held");
            }
            (void) munmap(blocks[i].at, blocks[i].mapped);
            blocks[i] = (struct block){0};
            return CUDA_OK;
        }
    }
    fake_problem("memory is freed that is not there");
    return CUDA_OK;
}

bool fake_memory_holds(cuda_address at, size_t bytes, const char *what)
{
    for (size_t i = 0; i < BLOCKS; i++) {
        const cuda_address first = (uintptr_t) blocks[i].at;

        if (blocks[i].at != NULL && at >= first && at - first <= blocks[i].bytes &&
            bytes <= blocks[i].bytes - (at - first)) {
            return true;
        }
    }
    fake_problem("%s: %zu bytes that no memory of the device has", what, bytes);
    return false;
}

static void protect(int how)
{
    for (size_t i = 0; i < BLOCKS; i++) {
        if (blocks[i].at != NULL) {
            (void) mprotect(blocks[i].at, blocks[i].mapped, how);
        }
    }
}

void fake_memory_unlock(void)
{
    protect(PROT_READ | PROT_WRITE);
}

void fake_memory_lock(void)
{
    protect(PROT_NONE);
}
