/* SPDX-License-Identifier: Apache-2.0 */
/*
 * embedding.safetensors in student/public: with embedding: public the user's own copy of the tables
 * that it looks words up in, as the checkpoint has them.
 */
#ifndef MPCF_INFERENCE_PUBLIC_TABLES_H
#define MPCF_INFERENCE_PUBLIC_TABLES_H

#include "base/digest.h"
#include "graph/parameters.h"

/* G: after passes. DIGEST gets the file's. */
mpcf_status public_tables_write(const mpcf_graph *g, const struct parameters *parameters,
                                const char *folder, char digest[FILE_DIGEST_SIZE], mpcf_error *err);
/* A file that is not of DIGEST: MPCF_E_CONFIG. *OUT: parameters_destroy(). */
mpcf_status public_tables_read(const mpcf_graph *g, const char *folder, const char *digest,
                               struct parameters **out, mpcf_error *err);
/* No file is no error. */
mpcf_status public_tables_remove(const char *folder, mpcf_error *err);

#endif
