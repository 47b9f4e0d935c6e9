/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The original archive, unpacked: SPLIT/neg and SPLIT/pos, each review a file.
 */
#ifndef MPCF_IMDB_REVIEW_FOLDER_H
#define MPCF_IMDB_REVIEW_FOLDER_H

#include "reviews.h"

/* The names in PATH/SPLIT, sorted. */
mpcf_status folder_list(const char *path, const char *split, struct reviews *reviews,
                        mpcf_error *err);

#endif
