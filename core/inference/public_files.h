/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which files student/public has, so that three roles can see whether theirs are copies of one
 * folder. The tables of `embedding: public` are not among them: only the user need have them, and
 * digest.json names their digest.
 */
#ifndef MPCF_INFERENCE_PUBLIC_FILES_H
#define MPCF_INFERENCE_PUBLIC_FILES_H

#include "channel/handshake.h"
#include "pipeline/pipeline.h"

/* The I-th name that a file of student/public may have; NULL behind the last. */
const char *public_file_name(size_t i);
/* A fact for each that is there: "student/public/NAME" and its digest. Bytes count, not what they
 * mean: the files are copied, not written anew. */
mpcf_status public_files_add(const struct pipeline *p, struct handshake *handshake,
                             mpcf_error *err);

#endif
