/* SPDX-License-Identifier: Apache-2.0 */
/* Whether an object's file is as long as its headers say. */
#include <errno.h>
#include <link.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/folder.h"
#include "plugin/loader_whole.h"

static bool lies_within(uint64_t offset, uint64_t length, uint64_t size)
{
    return offset <= size && length <= size - offset;
}

/* The linker's table of sections is a file's last part; a stripped file may have none. */
static bool segments_are_there(FILE *file, const ElfW(Ehdr) * head, uint64_t size)
{
    ElfW(Phdr) segment;

    if (!lies_within(head->e_shoff, (uint64_t) head->e_shnum * head->e_shentsize, size) ||
        head->e_phentsize != sizeof segment || fseek(file, (long) head->e_phoff, SEEK_SET) != 0) {
        return false;
    }
    for (size_t i = 0; i < head->e_phnum; i++) {
        if (fread(&segment, sizeof segment, 1, file) != 1 ||
            !lies_within(segment.p_offset, segment.p_filesz, size)) {
            return false;
        }
    }
    return true;
}

static bool is_whole(FILE *file)
{
    ElfW(Ehdr) head;
    long size;

    if (fread(&head, sizeof head, 1, file) != 1 || memcmp(head.e_ident, ELFMAG, SELFMAG) != 0 ||
        head.e_ident[EI_CLASS] != (sizeof(void *) == 8 ? ELFCLASS64 : ELFCLASS32)) {
        return true; /* no object, or of another machine: the linker says it best */
    }
    size = fseek(file, 0, SEEK_END) == 0 ? ftell(file) : -1;
    return size >= 0 && segments_are_there(file, &head, (uint64_t) size);
}

mpcf_status loader_check_whole(const char *path, mpcf_error *err)
{
    FILE *file = fopen(path, "rbe");
    bool whole;

    if (file == NULL) {
        return mpcf_fail(err, file_status(errno), "cannot open '%s': %s", path, strerror(errno));
    }
    whole = is_whole(file);
    (void) fclose(file);
    return whole ? MPCF_OK
                 : mpcf_fail(err, MPCF_E_ABI, "%s: shorter than its headers say: truncated?", path);
}
