/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The files of a folder of keys: read where nobody else can, and known again when they change.
 */
#ifndef MPCF_STREAM_PROOF_FILE_H
#define MPCF_STREAM_PROOF_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>

#include <mpcf/error.h>

#define PROOF_FILE_LIMIT 65536
#define PROOF_PATH_SIZE  4096

struct proof_file {
    char path[PROOF_PATH_SIZE];
    struct stat facts; /* of what was read */
    bool is_absent;    /* nothing stood there: proof_file_read_any() */
    char *text;        /* LENGTH bytes and a zero; proof_file_clear() */
    size_t length;
};

/* FOLDER/NAME, of PROOF (for the advice). SECRET: refused where anybody but its owner could read it, and wiped by
 * proof_file_clear(). Others may never write it. MPCF_E_CONFIG, MPCF_E_IO. */
mpcf_status proof_file_read(const char *folder, const char *name, const char *proof, bool secret,
                            struct proof_file *out, mpcf_error *err);
/* The same of a file that need not be there, and is no secret. */
mpcf_status proof_file_read_any(const char *folder, const char *name, struct proof_file *out,
                                mpcf_error *err);
void proof_file_clear(struct proof_file *file);
/* Whether what stands there now is another file, or has another content, or one came or went. */
bool proof_file_changed(const struct proof_file *file);

#endif
