/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The original archive as it is downloaded, aclImdb_v1.tar.gz: read once from front to back, without
 * unpacking it onto the disk.
 */
#ifndef MPCF_IMDB_REVIEW_ARCHIVE_H
#define MPCF_IMDB_REVIEW_ARCHIVE_H

#include <stdio.h>

#include "reviews.h"

/* SPLIT's reviews with their texts, sorted. MPCF_E_FORMAT: no tar, damaged, beyond the limits (review_archive.c).
 * Whether texts are UTF-8 is not looked at. */
mpcf_status archive_list(const char *path, const char *split, struct reviews *reviews,
                         mpcf_error *err);
/* The same of a stream that is called NAME. */
mpcf_status archive_list_stream(FILE *file, const char *name, const char *split,
                                struct reviews *reviews, mpcf_error *err);

#endif
