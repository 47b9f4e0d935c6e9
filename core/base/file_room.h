/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether a file can be written, before there is anything to write.
 */
#ifndef MPCF_BASE_FILE_ROOM_H
#define MPCF_BASE_FILE_ROOM_H

#include <stdint.h>

#include <mpcf/error.h>

/* Whether files can be made in FOLDER, which need not exist yet, nor what is above it. Makes
 * nothing. MPCF_E_IO: what stands in the way, and where. */
mpcf_status file_room_check(const char *folder, mpcf_error *err);
/* Writes BYTES in the place where file_write_begin() would write PATH, and removes them again.
 * Takes no room that is there for PATH later, but names what is in the way now. */
mpcf_status file_room_try(const char *path, uint64_t bytes, mpcf_error *err);
/* Bytes that may still be written in the file system of FOLDER; UINT64_MAX: not known. */
uint64_t file_room_free(const char *folder);

#endif
