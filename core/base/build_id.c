/* SPDX-License-Identifier: Apache-2.0 */
/* The note that the linker leaves in each object: a digest of all that is in it. */
#include "base/build_id.h"

#include <link.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

static bool is_in(const struct dl_phdr_info *object, uintptr_t address)
{
    for (size_t i = 0; i < object->dlpi_phnum; i++) {
        const ElfW(Phdr) *part = &object->dlpi_phdr[i];
        const uintptr_t begin = object->dlpi_addr + part->p_vaddr;

        if (part->p_type == PT_LOAD && address >= begin && address - begin < part->p_memsz) {
            return true;
        }
    }
    return false;
}

static void print(const unsigned char *bytes, size_t length, char *text)
{
    for (size_t i = 0; i < length && 2 * i + 2 < BUILD_ID_SIZE; i++) {
        (void) snprintf(text + 2 * i, 3, "%02x", bytes[i]);
    }
}

/* Notes are padded to four bytes. */
static size_t padded(size_t length)
{
    return (length + 3) / 4 * 4;
}

static void look(const unsigned char *notes, size_t length, char *text)
{
    ElfW(Nhdr) head;

    while (length >= sizeof head) {
        size_t name, whole;

        memcpy(&head, notes, sizeof head);
        name = padded(head.n_namesz);
        whole = sizeof head + name + padded(head.n_descsz);
        if (whole > length) {
            return;
        }
        if (head.n_type == NT_GNU_BUILD_ID && head.n_namesz == 4 &&
            memcmp(notes + sizeof head, "GNU", 4) == 0) {
            print(notes + sizeof head + name, head.n_descsz, text);
        }
        notes += whole;
        length -= whole;
    }
}

static int visit(struct dl_phdr_info *object, size_t size, void *context)
{
    (void) size;
    if (!is_in(object, (uintptr_t) &build_id)) {
        return 0;
    }
    for (size_t i = 0; i < object->dlpi_phnum; i++) {
        const ElfW(Phdr) *part = &object->dlpi_phdr[i];

        if (part->p_type == PT_NOTE) {
            look((const unsigned char *) (object->dlpi_addr + part->p_vaddr), part->p_memsz,
                 context);
        }
    }
    return 1;
}

void build_id(char text[BUILD_ID_SIZE])
{
    text[0] = '\0';
    (void) dl_iterate_phdr(visit, text);
}
